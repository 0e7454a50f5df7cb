// Owns learning from the database's own history: the statements that cost most, each to be given the question that
// it answers, and the values that the history has not kept.
import { useEffect, useRef, useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Statement, Suggested, Warmed } from '../contract-warm.ts';
import { plural } from '../format.ts';
import { useLoad, useStoppable } from '../load.ts';
import { Empty, FaultBox, LoadedView } from '../parts/feedback.tsx';
import { ReadRows } from '../parts/read-rows.tsx';
import { Stoppable } from '../parts/stoppable.tsx';
import { useShortcuts } from '../shortcuts.ts';
import { said, typedValue } from '../warming.ts';
import { StatementCard } from './warm-statement.tsx';
import type { Draft, Taught } from './warm-statement.tsx';

const LIMITS = [20, 50, 200] as const;
const NO_DRAFT: Draft = { question: '', params: [] };

export function WarmHistory() {
  const { session } = useConsole();
  const [limit, setLimit] = useState<number>(LIMITS[0]);
  const found = useLoad(`statements ${limit}`, (abort) =>
    session.call<Suggested>('cache_warm', { from: 'pg_stat_statements', limit }, abort),
  );
  return (
    <section aria-labelledby="history">
      <h2 id="history">From the database’s history</h2>
      <p class="muted">
        The statements that cost most, by <code>pg_stat_statements</code>, which keeps no questions
        and no values. Give one the question that it answers; the question must name each value.
      </p>
      <div class="toolbar">
        <label class="field">
          <span>At most</span>
          <select
            value={limit}
            onChange={({ currentTarget }) => setLimit(Number(currentTarget.value))}
          >
            {LIMITS.map((most) => (
              <option key={most} value={most}>
                {most} statements
              </option>
            ))}
          </select>
        </label>
      </div>
      <LoadedView what="the statements" of={found}>
        {({ statements }) =>
          statements.length === 0 ? (
            <Empty>
              The history has no SELECT yet. It is filled by what runs against the database.
            </Empty>
          ) : (
            <StatementForm of={withKeys(statements)} />
          )
        }
      </LoadedView>
    </section>
  );
}

interface KeyedStatement {
  readonly key: string;
  readonly statement: Statement;
}

/** Several users may have run the same: what is typed stays with one of them wherever it moves. */
function withKeys(statements: readonly Statement[]): readonly KeyedStatement[] {
  const seen = new Map<string, number>();
  return statements.map((statement) => {
    const nth = (seen.get(statement.sql) ?? 0) + 1;
    seen.set(statement.sql, nth);
    return { key: `${nth} ${statement.sql}`, statement };
  });
}

/** Of what was typed then: whoever changes it wants it to be taught again. */
type TaughtDraft = Taught & { readonly draft: Draft };

function StatementForm({ of }: { readonly of: readonly KeyedStatement[] }) {
  const { session } = useConsole();
  const work = useStoppable();
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [taught, setTaught] = useState<Readonly<Record<string, TaughtDraft>>>({});
  const [isRun, setRun] = useState(false);
  const [rounds, setRounds] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const outcome = useRef<HTMLParagraphElement>(null);
  useShortcuts({ '/': () => form.current?.querySelector<HTMLElement>('input')?.focus() });
  useEffect(() => {
    if (rounds === 0) return;
    const refused = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (refused ?? outcome.current)?.focus();
  }, [rounds]);

  const wanted = of.filter(({ key }) => drafts[key]?.question.trim());
  const taughtOf = (key: string): Taught | null =>
    taught[key] && taught[key].draft === drafts[key] ? taught[key] : null;
  const waiting = wanted.filter(({ key }) => {
    const so = taughtOf(key);
    return so === null || so.outcome === 'refused';
  });
  const learn = (): void =>
    work.run(async (signal) => {
      // One by one, so that each is told what has become of it.
      for (const { key, statement } of waiting) {
        const draft = drafts[key]!;
        const { question, params } = draft;
        const values = Array.from({ length: statement.params }, (_, at) =>
          typedValue(params[at] ?? ''),
        );
        const lesson = { question: question.trim(), sql: statement.sql, params: values };
        const args = { questions: [lesson], run: isRun };
        const warmed = await session.call<Warmed>('cache_warm', args, signal);
        setTaught((before) => ({ ...before, [key]: { draft, ...taughtBy(warmed) } }));
      }
      setRounds((before) => before + 1);
    });

  const all = of.flatMap(({ key }) => taughtOf(key) ?? []);
  const tally = { learned: 0, known: 0, refused: 0 };
  for (const { outcome: name } of all) tally[name] += 1;
  return (
    <form
      class="lessons"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        learn();
      }}
    >
      <ol class="stack">
        {of.map(({ key, statement }, at) => (
          <StatementCard
            key={key}
            number={at + 1}
            of={statement}
            draft={drafts[key] ?? NO_DRAFT}
            taught={taughtOf(key)}
            onDraft={(draft) => setDrafts((before) => ({ ...before, [key]: draft }))}
          />
        ))}
      </ol>
      {work.fault && <FaultBox fault={work.fault} />}
      <div class="toolbar">
        <button type="submit" class="primary" disabled={work.isBusy || waiting.length === 0}>
          Learn {waiting.length > 0 && plural(waiting.length, 'question')}
        </button>
        <ReadRows isOn={isRun} onChange={setRun} />
        {work.isBusy && (
          <Stoppable
            what="Taught"
            done={wanted.length - waiting.length}
            of={wanted.length}
            text={`${wanted.length - waiting.length} of ${wanted.length}`}
            onStop={work.stop}
          />
        )}
        <p role="status" tabIndex={-1} ref={outcome}>
          {!work.isBusy && all.length > 0 && `${said(tally)}.`}
        </p>
      </div>
    </form>
  );
}

function taughtBy({ learned, known, faults }: Warmed): Taught {
  if (learned > 0) return { outcome: 'learned', reason: null };
  if (known > 0) return { outcome: 'known', reason: null };
  return { outcome: 'refused', reason: faults[0]?.message ?? null };
}
