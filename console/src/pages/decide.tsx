// Owns the decision explorer: what the cache would do with a question, and why. Nothing is run or remembered.
import { useRef, useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Candidate, Decided } from '../contract.ts';
import { share } from '../format.ts';
import { useLoad } from '../load.ts';
import { OutcomeBadge } from '../parts/badges.tsx';
import { Comparison } from '../parts/comparison.tsx';
import { ExchangedValues, Measures } from '../parts/decision.tsx';
import { Empty, LoadedView } from '../parts/feedback.tsx';
import { ScopeSelect } from '../parts/scope-select.tsx';
import { Sql } from '../parts/sql.tsx';
import { Excerpt, Shown } from '../parts/text.tsx';
import { hrefOf } from '../route.ts';
import { useShortcuts } from '../shortcuts.ts';

export function Decide() {
  const { session, router } = useConsole();
  const { choices } = router.route.value;
  const [scope, question, earlier] = ['scope', 'question', 'earlier'].map((name) =>
    choices.get(name),
  );
  const [typed, setTyped] = useState({ question: question ?? '', earlier: earlier ?? '' });
  const field = useRef<HTMLTextAreaElement>(null);
  useShortcuts({ '/': () => field.current?.focus() });
  const [asked, setAsked] = useState(0);
  const decided = useLoad(
    JSON.stringify([question, earlier, scope, asked]),
    (abort) =>
      session.call<Decided>(
        'cache_decide',
        { question, ...(earlier && { earlier }), ...(scope && { scope }) },
        abort,
      ),
    { isWanted: Boolean(question) },
  );
  return (
    <>
      <p class="lead">
        What would happen to a question, and why. With an earlier one the two are held against each
        other; without, the nearest known ones are judged as <code>ask</code> would.
      </p>
      <form
        class="decide"
        onSubmit={(event) => {
          event.preventDefault();
          router.choose({ question: typed.question.trim(), earlier: typed.earlier.trim() });
          setAsked(asked + 1);
        }}
      >
        <label class="field">
          <span>New question</span>
          <textarea
            ref={field}
            rows={2}
            required
            aria-keyshortcuts="/"
            value={typed.question}
            onInput={({ currentTarget }) => setTyped({ ...typed, question: currentTarget.value })}
          />
        </label>
        <label class="field">
          <span>Earlier question (or none)</span>
          <textarea
            rows={2}
            value={typed.earlier}
            onInput={({ currentTarget }) => setTyped({ ...typed, earlier: currentTarget.value })}
          />
        </label>
        <div class="toolbar">
          <ScopeSelect
            value={scope ?? null}
            allLabel="The server’s own"
            onChange={(id) => router.choose({ scope: id })}
          />
          <button type="submit" class="primary">
            Decide
          </button>
          <button
            type="button"
            onClick={() => setTyped({ question: typed.earlier, earlier: typed.question })}
          >
            Swap
          </button>
        </div>
      </form>
      {question && (
        <LoadedView what="the decision" of={decided}>
          {(data) => <DecidedView of={data} />}
        </LoadedView>
      )}
    </>
  );
}

function DecidedView({
  of: { candidates, outcome, question, rebound, target_error_rate },
}: {
  readonly of: Decided;
}) {
  return (
    <section aria-labelledby="decided">
      <h2 id="decided">
        Outcome: <OutcomeBadge outcome={outcome} />
      </h2>
      {rebound && rebound.length > 0 && (
        <p>
          A known statement runs with <ExchangedValues of={rebound} />. Below, the questions as they
          stand, without other values in their places.
        </p>
      )}
      <p class="muted">At a target error rate of {share(target_error_rate)}.</p>
      {candidates.length === 0 && (
        <Empty>
          Nothing known is near enough to be compared: the agent would write the statement.
        </Empty>
      )}
      {candidates.map((candidate, at) => (
        <CandidateView
          key={`${candidate.id ?? ''} ${candidate.question}`}
          of={candidate}
          question={question}
          isOpen={at === 0}
        />
      ))}
    </section>
  );
}

interface CandidateViewProps {
  readonly of: Candidate;
  readonly question: string;
  readonly isOpen: boolean;
}

function CandidateView({ of, question, isOpen }: CandidateViewProps) {
  return (
    <details class="decision" open={isOpen}>
      <summary>
        <OutcomeBadge outcome={of.outcome} /> <Excerpt text={of.question} />
      </summary>
      <div class="decision-body">
        <p class="why">
          <Shown text={of.why} />
        </p>
        <Comparison
          earlier={of.question}
          later={question}
          differences={of.differences}
          frames={of.frames}
        />
        <Measures of={of} cut={of.cut} />
        {of.sql !== null && <Sql text={of.sql} />}
        {of.id !== null && (
          <p>
            <a href={hrefOf('entry', of.id)}>Its entry</a>
          </p>
        )}
      </div>
    </details>
  );
}
