// Owns one statement of the history: what it cost, the fields for its question and its values, what became of it.
import { useId } from 'preact/hooks';

import type { Statement } from '../contract-warm.ts';
import { milliseconds, plural } from '../format.ts';
import { Sql } from '../parts/sql.tsx';
import { Shown } from '../parts/text.tsx';

export interface Draft {
  readonly question: string;
  /** As they are typed; none where nobody has. */
  readonly params: readonly string[];
}

export interface Taught {
  readonly outcome: 'learned' | 'known' | 'refused';
  readonly reason: string | null;
}

interface StatementCardProps {
  readonly number: number;
  readonly of: Statement;
  readonly draft: Draft;
  readonly taught: Taught | null;
  readonly onDraft: (draft: Draft) => void;
}

export function StatementCard({ number, of, draft, taught, onDraft }: StatementCardProps) {
  const id = useId();
  return (
    <li>
      <div class="panel lesson" role="group" aria-labelledby={id}>
        <h3 id={id}>Statement {number}</h3>
        <p class="muted">
          {plural(of.calls, 'call')} · {milliseconds(of.total_ms)} in all ·{' '}
          {milliseconds(of.mean_ms)} each{of.params > 0 && ` · ${plural(of.params, 'value')}`}
        </p>
        <Sql text={of.sql} />
        {of.fault === null ? (
          <StatementFields of={of} draft={draft} taught={taught} onDraft={onDraft} />
        ) : (
          <p>
            <span class="badge warn">cannot be warmed</span> <Shown text={of.fault} />
          </p>
        )}
      </div>
    </li>
  );
}

function StatementFields({ of, draft, taught, onDraft }: Omit<StatementCardProps, 'number'>) {
  const result = useId();
  const setParam = (at: number, value: string): void => {
    const params = Array.from({ length: of.params }, (_, n) => draft.params[n] ?? '');
    onDraft({ ...draft, params: params.with(at, value) });
  };
  return (
    <>
      <div class="toolbar">
        <label class="field grows">
          <span>Question</span>
          <input
            type="text"
            value={draft.question}
            aria-invalid={taught?.outcome === 'refused'}
            aria-describedby={result}
            onInput={({ currentTarget }) => onDraft({ ...draft, question: currentTarget.value })}
          />
        </label>
        {Array.from({ length: of.params }, (_, at) => (
          <label class="field" key={at}>
            <span>Value of ${at + 1}</span>
            <input
              type="text"
              spellcheck={false}
              value={draft.params[at] ?? ''}
              onInput={({ currentTarget }) => setParam(at, currentTarget.value)}
            />
          </label>
        ))}
      </div>
      <p id={result}>{taught && <TaughtText of={taught} />}</p>
    </>
  );
}

const CLASSES: Readonly<Record<Taught['outcome'], string>> = {
  learned: 'good',
  known: 'plain',
  refused: 'bad',
};

function TaughtText({ of: { outcome, reason } }: { readonly of: Taught }) {
  return (
    <>
      <span class={`badge ${CLASSES[outcome]}`}>{outcome}</span>{' '}
      {outcome === 'known' && 'The question has a statement already, which stays.'}
      {reason !== null && <Shown text={reason} />}
    </>
  );
}
