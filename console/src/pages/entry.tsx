// Owns the page of one statement that the cache knows: the questions that lead to it, where it comes from, its
// stored rows, and what was decided and answered with it.
import { useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Inspected } from '../contract.ts';
import { ago, plural, time } from '../format.ts';
import { useLoad } from '../load.ts';
import type { PageProps } from '../navigation.ts';
import { DecisionItem } from '../parts/decision.tsx';
import { Empty, LoadedView } from '../parts/feedback.tsx';
import { ForgetDialog } from '../parts/forget.tsx';
import { AnswerTable } from '../parts/answers.tsx';
import { Sql } from '../parts/sql.tsx';
import { Excerpt, Foldable, Shown } from '../parts/text.tsx';
import { hrefOf } from '../route.ts';
import { ResultTable } from './entry-results.tsx';

interface Forgetting {
  readonly id: string;
  readonly isWhole: boolean;
}

export function EntryPage({ id }: PageProps) {
  const { session, router } = useConsole();
  const entry = useLoad(
    id ?? '',
    (abort) => session.call<Inspected>('cache_inspect', { id }, abort),
    { isWanted: id !== null },
  );
  const [forgetting, setForgetting] = useState<Forgetting | null>(null);
  if (id === null) {
    return (
      <Empty>
        No entry is named. <a href={hrefOf('questions')}>Choose one of the questions.</a>
      </Empty>
    );
  }
  return (
    <>
      <p>
        <a href={hrefOf('questions')}>← Questions</a>
      </p>
      <LoadedView what="the entry" of={entry}>
        {(data) => (
          <EntryView
            of={data}
            onForget={(of) => setForgetting({ id: of, isWhole: of === data.entry.id })}
          />
        )}
      </LoadedView>
      {forgetting && (
        <ForgetDialog
          what={forgetting.isWhole ? 'this entry' : 'this wording'}
          args={{ id: forgetting.id }}
          onClose={() => setForgetting(null)}
          onForgotten={() => {
            const isGone = forgetting.isWhole || entry.data?.wordings.length === 1;
            if (isGone) router.go(hrefOf('questions'));
            else entry.reload();
          }}
        />
      )}
    </>
  );
}

interface EntryViewProps {
  readonly of: Inspected;
  readonly onForget: (id: string) => void;
}

function EntryView({ of, onForget }: EntryViewProps) {
  const { entry, decisions, results, answers } = of;
  return (
    <>
      <p class="headline">
        <Foldable text={entry.question} />
      </p>
      {entry.is_outdated && (
        <p class="caution">
          The schema has changed since: this statement is checked again before it serves anybody.
        </p>
      )}
      <Sql text={entry.sql} />
      <Provenance of={entry} />
      <p>
        <button type="button" class="danger" onClick={() => onForget(entry.id)}>
          Forget this entry …
        </button>
      </p>
      <Wordings of={of} onForget={onForget} />
      <section aria-labelledby="results">
        <h2 id="results">Stored rows</h2>
        {results.length === 0 ? (
          <Empty>No rows are stored: the next who asks runs the statement.</Empty>
        ) : (
          <ResultTable of={results} />
        )}
      </section>
      <section aria-labelledby="decisions">
        <h2 id="decisions">Decisions</h2>
        {decisions.length === 0 ? (
          <Empty>No other wording was ever held against it.</Empty>
        ) : (
          decisions.map((decision) => <DecisionItem key={decision.id} of={decision} />)
        )}
      </section>
      <section aria-labelledby="answers">
        <h2 id="answers">Answers</h2>
        {answers.length === 0 ? (
          <Empty>Nobody was answered from it yet.</Empty>
        ) : (
          <AnswerTable of={answers} />
        )}
      </section>
    </>
  );
}

function Provenance({ of }: { readonly of: Inspected['entry'] }) {
  return (
    <dl class="facts">
      <dt>Tables</dt>
      <dd>
        {of.tables.length === 0 && 'none'}
        {of.tables.map((table, at) => (
          <>
            {at > 0 && ', '}
            <a href={hrefOf('questions', null, { table })}>
              <Shown text={table} />
            </a>
          </>
        ))}
      </dd>
      <dt>Scope</dt>
      <dd>
        <Shown text={of.scope.label} /> <code class="muted">{of.scope.id.slice(0, 8)}</code>
      </dd>
      {of.params.length > 0 && (
        <>
          <dt>Parameters</dt>
          <dd>
            <code>
              <Shown text={JSON.stringify(of.params)} />
            </code>
          </dd>
        </>
      )}
      <dt>Made</dt>
      <dd>
        {time(of.made_at)} by <Shown text={of.made_by} />
        {of.origin === 'confirmed' ? ', confirmed by an agent' : ', asked by an agent'}
      </dd>
      <dt>Used</dt>
      <dd>
        {plural(of.uses, 'time')}, last {ago(of.last_used_at)}
      </dd>
      <dt>Holds</dt>
      <dd>{of.volatility}</dd>
      <dt>Schema</dt>
      <dd>
        <code>{of.schema_version.slice(0, 12)}</code>
      </dd>
    </dl>
  );
}

function Wordings({ of, onForget }: EntryViewProps) {
  const { wordings, rejected } = of;
  return (
    <section aria-labelledby="wordings">
      <h2 id="wordings">Wordings</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Question</th>
            <th scope="col">From</th>
            <th scope="col">Since</th>
            <th scope="col">
              <span class="unseen">Forget</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {wordings.map((wording) => (
            <tr key={wording.id}>
              <th scope="row">
                <Foldable text={wording.question} />
              </th>
              <td>
                {wording.origin} by <Shown text={wording.made_by} />
              </td>
              <td title={time(wording.made_at)}>{ago(wording.made_at)}</td>
              <td class="number">
                <button
                  type="button"
                  class="quiet danger"
                  aria-label={`Forget the wording ${wording.question.slice(0, 80)}`}
                  onClick={() => onForget(wording.id)}
                >
                  Forget …
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rejected.length > 0 && (
        <>
          <h3>Never answered from it</h3>
          <ul class="differences">
            {rejected.map(({ question, rejected_by, at }) => (
              <li key={`${at} ${question ?? ''}`}>
                {question === null ? 'a question that is not kept' : <Excerpt text={question} />}{' '}
                <span class="muted">
                  since {time(at)}, by <Shown text={rejected_by} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
