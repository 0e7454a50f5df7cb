// Owns the table of answers: to whom, from where, and what was reported about them.
import type { Answer } from '../contract.ts';
import { ago, share, time } from '../format.ts';
import { hrefOf } from '../route.ts';
import { SourceBadge, VerdictBadge } from './badges.tsx';
import { Excerpt, Shown } from './text.tsx';

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
                  <VerdictBadge verdict={answer.verdict} />
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
