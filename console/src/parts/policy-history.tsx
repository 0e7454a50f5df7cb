// Owns what the policy of a level was before, and undoing its latest change.
import { useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Policy, PolicyVersion } from '../contract-policy.ts';
import { ago, time } from '../format.ts';
import { useAction } from '../load.ts';
import { Confirm } from './dialog.tsx';
import { Empty } from './feedback.tsx';
import { policyValue } from './policy-value.ts';
import { Excerpt, Shown } from './text.tsx';

interface PolicyHistoryProps {
  readonly of: Policy;
  readonly scope: string | null;
  readonly onUndone: () => void;
}

export function PolicyHistory({ of, scope, onUndone }: PolicyHistoryProps) {
  const { session, notices } = useConsole();
  const action = useAction();
  const [isAsking, setAsking] = useState(false);
  const undone = undoing(of.history);
  const undo = (): void =>
    action.run(async () => {
      await session.call<Policy>('cache_policy', {
        undo: true,
        if_version: of.version,
        ...(scope && { scope }),
      });
      notices.say('The change of the policy is undone.');
      setAsking(false);
      onUndone();
    });
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      {of.history.length === 0 ? (
        <Empty>Nothing was set yet: what holds are the server’s settings.</Empty>
      ) : (
        <>
          <div class="scrolls" tabIndex={0} role="group" aria-label="History of the policy">
            <table>
              <thead>
                <tr>
                  <th scope="col">Version</th>
                  <th scope="col">Values of this level</th>
                  <th scope="col">By</th>
                  <th scope="col">When</th>
                  <th scope="col">Note</th>
                </tr>
              </thead>
              <tbody>
                {of.history.map((version) => (
                  <tr key={version.version}>
                    <th scope="row">{version.version}</th>
                    <td>{valuesOf(version)}</td>
                    <td>
                      <Shown text={version.set_by ?? '–'} />
                    </td>
                    <td title={time(version.set_at)}>{ago(version.set_at)}</td>
                    <td>
                      {version.undoes !== null && (
                        <span class="badge plain">takes back {version.undoes}</span>
                      )}{' '}
                      <Excerpt text={version.note ?? ''} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {undone && (
            <p>
              <button type="button" onClick={() => setAsking(true)}>
                Undo version {undone.last.version} …
              </button>
            </p>
          )}
        </>
      )}
      {isAsking && undone && (
        <Confirm
          title={`Undo version ${undone.last.version}?`}
          confirmLabel="Undo it"
          action={action}
          onConfirm={undo}
          onClose={() => setAsking(false)}
        >
          <p>
            Instead of <strong>{valuesOf(undone.last)}</strong> this level says again:{' '}
            <strong>{undone.before ? valuesOf(undone.before) : 'nothing'}</strong>.
          </p>
        </Confirm>
      )}
    </section>
  );
}

/** The change that an undo takes back, as the server finds it, and the one that holds again then. */
function undoing(history: readonly PolicyVersion[]) {
  const standing: PolicyVersion[] = [];
  for (const version of history.toReversed()) {
    if (version.undoes === null) standing.push(version);
    else standing.pop();
  }
  const last = standing.pop();
  return last ? { last, before: standing.at(-1) ?? null } : null;
}

function valuesOf({ values }: PolicyVersion): string {
  const said = Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [`${name} = ${policyValue(name, value)}`],
  );
  return said.length === 0 ? 'nothing' : said.join(', ');
}
