// Owns finding an answer, why it was served, and taking it back.
import { useEffect, useRef, useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Inspected, LatestAnswers, ServedAnswer } from '../contract.ts';
import { share, similarity, time } from '../format.ts';
import { useLoad, useSettled } from '../load.ts';
import type { PageProps } from '../navigation.ts';
import { AnswerTable } from '../parts/answers.tsx';
import { LabelBadge, SourceBadge, VerdictBadge } from '../parts/badges.tsx';
import { DecisionBody } from '../parts/decision.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Empty, FaultBox, LoadedView } from '../parts/feedback.tsx';
import { Sql } from '../parts/sql.tsx';
import { Foldable, Shown } from '../parts/text.tsx';
import { useJudging } from '../parts/verdict.ts';
import { hrefOf } from '../route.ts';
import { useShortcuts } from '../shortcuts.ts';

/** Answers have ids that no question looks like. */
const ANSWER_ID = /^a_[\w-]+$/;
const TYPING_MS = 200;

export function Why({ id }: PageProps) {
  const { router } = useConsole();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(id ?? router.route.value.choices.get('query') ?? '');
  const words = id !== null || ANSWER_ID.test(typed.trim()) ? '' : typed.trim();
  const query = useSettled(words, TYPING_MS);
  useEffect(() => {
    if (id === null) router.choose({ query });
  }, [router, id, query]);
  useShortcuts({ '/': () => field.current?.select() });
  const list = useRef<HTMLDivElement>(null);
  return (
    <>
      <p class="lead">
        Each answer carries an <code>answer_id</code>. Paste it to see why it was served, or find
        the answer by words of its question.
      </p>
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          const asked = typed.trim();
          if (ANSWER_ID.test(asked)) router.go(hrefOf('why', asked));
          else if (id !== null) router.go(hrefOf('why', null, { query: asked }));
          else list.current?.querySelector<HTMLElement>('a')?.focus();
        }}
      >
        <label class="field grows">
          <span>answer_id, or words of the question</span>
          <input
            ref={field}
            type="text"
            spellcheck={false}
            autocomplete="off"
            value={typed}
            aria-keyshortcuts="/"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Why?
        </button>
      </form>
      <div ref={list}>{id === null ? <Latest query={query} /> : <OneAnswer id={id} />}</div>
    </>
  );
}

function Latest({ query }: { readonly query: string }) {
  const { session } = useConsole();
  const found = useLoad(query, (abort) =>
    session.call<LatestAnswers>('cache_inspect', query === '' ? {} : { query }, abort),
  );
  return (
    <LoadedView what="the answers" of={found}>
      {({ answers }) =>
        answers.length === 0 ? (
          <Empty>
            {query === ''
              ? 'Nothing was answered yet.'
              : 'No answer has these words in its question.'}
          </Empty>
        ) : (
          <section aria-labelledby="latest">
            <h2 id="latest">{query === '' ? 'The latest answers' : 'Answers with these words'}</h2>
            <AnswerTable of={answers} />
          </section>
        )
      }
    </LoadedView>
  );
}

function OneAnswer({ id }: { readonly id: string }) {
  const { session } = useConsole();
  const found = useLoad(id, (abort) => session.call<Inspected>('cache_inspect', { id }, abort));
  return (
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
        {of.verdict !== null && (
          <>
            <dt>Reported</dt>
            <dd>
              <VerdictBadge verdict={of.verdict} />{' '}
              {of.note !== null && <Foldable text={of.note} />}
            </dd>
          </>
        )}
        {of.decision && of.decision.label !== null && (
          <>
            <dt>Judged</dt>
            <dd>
              <LabelBadge label={of.decision.label} source={of.decision.label_source} />
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
      {of.sql !== null && <Sql text={of.sql} />}
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
