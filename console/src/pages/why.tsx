// Owns why one answer was served, by its answer_id, and taking it back.
import { useRef, useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Inspected, ServedAnswer } from '../contract.ts';
import { share, similarity, time } from '../format.ts';
import { useLoad } from '../load.ts';
import type { PageProps } from '../navigation.ts';
import { SourceBadge } from '../parts/badges.tsx';
import { DecisionBody } from '../parts/decision.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Empty, FaultBox, LoadedView } from '../parts/feedback.tsx';
import { Sql } from '../parts/sql.tsx';
import { Foldable, Shown } from '../parts/text.tsx';
import { useJudging } from '../parts/verdict.ts';
import { hrefOf } from '../route.ts';
import { useShortcuts } from '../shortcuts.ts';

export function Why({ id }: PageProps) {
  const { session, router } = useConsole();
  const field = useRef<HTMLInputElement>(null);
  useShortcuts({ '/': () => field.current?.select() });
  const found = useLoad(
    id ?? '',
    (abort) => session.call<Inspected>('cache_inspect', { id }, abort),
    { isWanted: id !== null },
  );
  return (
    <>
      <p class="lead">
        Each answer carries an <code>answer_id</code>. Paste it to see why it was served.
      </p>
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = field.current?.value.trim();
          if (typed) router.go(hrefOf('why', typed));
        }}
      >
        <label class="field grows">
          <span>answer_id</span>
          <input
            ref={field}
            type="text"
            required
            spellcheck={false}
            autocomplete="off"
            defaultValue={id ?? ''}
            aria-keyshortcuts="/"
          />
        </label>
        <button type="submit" class="primary">
          Why?
        </button>
      </form>
      {id !== null && (
        <LoadedView what="the answer" of={found}>
          {(data) =>
            data.answer ? (
              <Served of={data.answer} entry={data.entry} onJudged={found.reload} />
            ) : (
              <Empty>
                This is no answer but <a href={hrefOf('entry', data.entry.id)}>an entry</a>.
              </Empty>
            )
          }
        </LoadedView>
      )}
    </>
  );
}

interface ServedProps {
  readonly of: ServedAnswer;
  readonly entry: Inspected['entry'];
  readonly onJudged: () => void;
}

function Served({ of, entry, onJudged }: ServedProps) {
  return (
    <article>
      <p class="headline">
        <Foldable text={of.question ?? entry.question} />
      </p>
      <p class="why">
        <SourceBadge source={of.source} /> <Shown text={of.why} />
      </p>
      <dl class="facts">
        <dt>Answered</dt>
        <dd>
          {time(of.answered_at)} to <Shown text={of.principal ?? 'somebody'} />
        </dd>
        {of.matched !== null && (
          <>
            <dt>Earlier question</dt>
            <dd>
              <Foldable text={of.matched} />
            </dd>
          </>
        )}
        {of.similarity !== null && (
          <>
            <dt>Similarity, confidence</dt>
            <dd>
              {similarity(of.similarity)}, {share(of.confidence)}
            </dd>
          </>
        )}
        <dt>Entry</dt>
        <dd>
          <a href={hrefOf('entry', entry.id)}>
            <Foldable text={entry.question} />
          </a>
        </dd>
      </dl>
      <WasWrong of={of} onJudged={onJudged} />
      <Sql text={entry.sql} />
      {of.decision && (
        <section aria-labelledby="decision">
          <h2 id="decision">The decision</h2>
          <DecisionBody of={of.decision} />
        </section>
      )}
    </article>
  );
}

type WasWrongProps = Omit<ServedProps, 'entry'>;

function WasWrong({ of: { answer_id, question, matched }, onJudged }: WasWrongProps) {
  const judging = useJudging();
  const [isAsking, setAsking] = useState(false);
  const [isUndone, setUndone] = useState(false);
  const judge = (verdict: 'different' | 'undo'): void =>
    judging.judge({ answer_id }, verdict, () => {
      setAsking(false);
      setUndone(verdict === 'different');
      onJudged();
    });
  return (
    <div class="actions start">
      {isUndone ? (
        <button type="button" disabled={judging.isBusy} onClick={() => judge('undo')}>
          Undo: it was not wrong
        </button>
      ) : (
        <button type="button" class="danger" onClick={() => setAsking(true)}>
          This was wrong …
        </button>
      )}
      {isUndone && judging.fault && <FaultBox fault={judging.fault} />}
      {isAsking && (
        <Confirm
          title="Was this answer wrong?"
          confirmLabel="It was wrong"
          isDanger
          action={judging}
          onConfirm={() => judge('different')}
          onClose={() => setAsking(false)}
        >
          <p>
            “<Foldable text={question ?? 'This question'} />” is no longer answered
            {matched !== null && (
              <>
                {' '}
                like “<Foldable text={matched} />”
              </>
            )}
            , and what is served from now on is decided with that in mind.
          </p>
        </Confirm>
      )}
    </div>
  );
}
