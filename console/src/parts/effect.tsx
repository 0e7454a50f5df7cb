// Owns what another policy would have done to the traffic of the last day.
import type { TuneEffect } from '../contract-policy.ts';
import { count, plural } from '../format.ts';
import { LabelBadge, OutcomeBadge } from './badges.tsx';
import { Excerpt } from './text.tsx';

export function EffectView({ of }: { readonly of: TuneEffect }) {
  if (of.decisions === 0) return <p class="empty">Nothing was decided in the last 24 hours.</p>;
  return (
    <>
      <p>
        Of {plural(of.decisions, 'decision')}: served <strong>{count(of.served_then)}</strong>{' '}
        instead of {count(of.served_now)}, left to agents <strong>{count(of.confirm_then)}</strong>{' '}
        instead of {count(of.confirm_now)}.
      </p>
      {of.changes.length === 0 ? (
        <p class="muted">No decision would have come out otherwise.</p>
      ) : (
        <div class="scrolls" tabIndex={0} role="group" aria-label="Examples of what would change">
          <table>
            <caption>Examples of what would have come out otherwise</caption>
            <thead>
              <tr>
                <th scope="col">Question</th>
                <th scope="col">Earlier question</th>
                <th scope="col">Change</th>
                <th scope="col">Known to be</th>
              </tr>
            </thead>
            <tbody>
              {of.changes.map((change) => (
                <tr key={`${change.question}\n${change.earlier_question}`}>
                  <th scope="row">
                    <Excerpt text={change.question} />
                  </th>
                  <td>
                    <Excerpt text={change.earlier_question} />
                  </td>
                  <td class="nowrap">
                    <OutcomeBadge outcome={change.from} /> → <OutcomeBadge outcome={change.to} />
                  </td>
                  <td>
                    <LabelBadge label={change.label} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
