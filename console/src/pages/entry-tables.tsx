// Owns the tables of an entry: its stored rows by principal, and who was answered from it.
import type { Answer, Inspected } from '../contract.ts';
import { ago, bytes, count, milliseconds, share, time } from '../format.ts';
import { SourceBadge } from '../parts/badges.tsx';
import { Excerpt, Shown } from '../parts/text.tsx';
import { hrefOf } from '../route.ts';

export function ResultTable({ of }: { readonly of: Inspected['results'] }) {
  return (
    <div class="scrolls" tabIndex={0} role="group" aria-label="Stored rows">
      <table>
        <thead>
          <tr>
            <th scope="col">Of</th>
            <th scope="col">As of</th>
            <th scope="col">Until</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Uses
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((result) => (
            <tr key={`${result.principal} ${result.as_of}`}>
              <th scope="row">
                <Shown text={result.principal ?? '–'} />
              </th>
              <td title={time(result.as_of)}>{ago(result.as_of)}</td>
              <td title={time(result.expires_at)}>
                {result.expires_at === null ? 'a change' : ago(result.expires_at)}
              </td>
              <td>
                <span class={`badge ${result.is_current ? 'good' : 'warn'}`}>
                  {result.is_current ? 'current' : 'not current'}
                </span>{' '}
                <span class="muted">{result.status}</span>
              </td>
              <td class="number">{count(result.rows)}</td>
              <td class="number">{bytes(result.bytes)}</td>
              <td class="number">{milliseconds(result.run_ms)}</td>
              <td class="number">{count(result.uses)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function AnswerTable({ of }: { readonly of: readonly Answer[] }) {
  return (
    <div class="scrolls" tabIndex={0} role="group" aria-label="Answers">
      <table>
        <thead>
          <tr>
            <th scope="col">Question</th>
            <th scope="col">Who</th>
            <th scope="col">From</th>
            <th scope="col" class="number">
              Confidence
            </th>
            <th scope="col">When</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {of.map((answer) => (
            <tr key={answer.answer_id}>
              <th scope="row">
                <a href={hrefOf('why', answer.answer_id)}>
                  <Excerpt text={answer.question ?? 'a page of it'} />
                </a>
              </th>
              <td>
                <Shown text={answer.principal ?? '–'} />
              </td>
              <td>
                <SourceBadge source={answer.source} />
              </td>
              <td class="number">{share(answer.confidence)}</td>
              <td title={time(answer.answered_at)}>{ago(answer.answered_at)}</td>
              <td>
                {answer.verdict === null ? (
                  <span class="muted">–</span>
                ) : (
                  <span class={`badge ${answer.verdict === 'right' ? 'good' : 'bad'}`}>
                    {answer.verdict}
                  </span>
                )}
                {answer.note !== null && (
                  <span class="about">
                    <Excerpt text={answer.note} />
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
