// Owns the page of the policy: every value, where it comes from, and setting it for all or for one scope.
import { useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Policy, PolicyEntry, PolicyValue } from '../contract-policy.ts';
import { useLoad } from '../load.ts';
import { LoadedView } from '../parts/feedback.tsx';
import { PolicyHistory } from '../parts/policy-history.tsx';
import { policyValue } from '../parts/policy-value.ts';
import { ScopeSelect } from '../parts/scope-select.tsx';
import { SetPolicy } from '../parts/set-policy.tsx';
import { PolicyField } from './policy-field.tsx';

const FROM: Readonly<Record<PolicyEntry['from'], string>> = {
  setting: 'the server’s settings',
  all: 'set for all scopes',
  scope: 'set for this scope',
};

interface Change {
  readonly name: string;
  /** Null takes it off this level. */
  readonly value: PolicyValue | null;
}

export function PolicyPage() {
  const { session, router } = useConsole();
  const scope = router.route.value.choices.get('scope');
  const [editing, setEditing] = useState<string | null>(null);
  const [change, setChange] = useState<Change | null>(null);
  const policy = useLoad(scope ?? '', (abort) =>
    session.call<Policy>('cache_policy', scope ? { scope } : {}, abort),
  );
  return (
    <>
      <p class="lead">
        What holds, and why: a scope’s own value first, then the one for all scopes, then the
        server’s settings.
      </p>
      <div class="toolbar">
        <ScopeSelect value={scope} onChange={(id) => router.choose({ scope: id })} />
      </div>
      <LoadedView what="the policy" of={policy}>
        {(data) => (
          <>
            <div class="scrolls" tabIndex={0} role="group" aria-label="The policy">
              <table class="policy">
                <thead>
                  <tr>
                    <th scope="col">Value</th>
                    <th scope="col" class="number">
                      Holds
                    </th>
                    <th scope="col">From</th>
                    <th scope="col">
                      <span class="unseen">Change</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {Object.entries(data.policy).map(([name, entry]) => (
                    <tr key={name}>
                      <th scope="row">
                        <code>{name}</code>
                        <span class="about">{entry.about}</span>
                      </th>
                      <td class="number">{policyValue(name, entry.value)}</td>
                      <td>
                        {FROM[entry.from]}
                        {entry.from !== 'setting' && (
                          <span class="about">setting: {policyValue(name, entry.setting)}</span>
                        )}
                      </td>
                      <td class="number">
                        <button
                          type="button"
                          aria-label={`Change ${name}`}
                          onClick={() => setEditing(name)}
                        >
                          Change …
                        </button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {editing !== null && data.policy[editing] && (
              <PolicyField
                name={editing}
                entry={data.policy[editing]}
                isOfThisLevel={data.values[editing] != null}
                onClose={() => setEditing(null)}
                onChoose={(value) => {
                  setEditing(null);
                  setChange({ name: editing, value });
                }}
              />
            )}
            {change && (
              <SetPolicy
                title={`Set ${change.name}?`}
                values={{ [change.name]: change.value }}
                scope={scope}
                version={data.version}
                onClose={() => setChange(null)}
                onSet={policy.reload}
              />
            )}
            <PolicyHistory of={data} scope={scope} onUndone={policy.reload} />
          </>
        )}
      </LoadedView>
    </>
  );
}
