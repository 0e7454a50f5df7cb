// Owns setting values of the policy: what they are and for whom, what they would have changed, a note for those
// who read the history.
import { useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Policy, PolicyValues } from '../contract-policy.ts';
import { useAction, useLoad } from '../load.ts';
import { EffectView } from './effect.tsx';
import { Confirm } from './dialog.tsx';
import { LoadedView } from './feedback.tsx';
import { policyValue } from './policy-value.ts';

interface SetPolicyProps {
  readonly title: string;
  /** Null takes a value off this level. */
  readonly values: PolicyValues;
  readonly scope: string | null;
  /** Of the policy that was looked at: if it is not the newest any more, nothing is set. */
  readonly version: number;
  readonly onClose: () => void;
  readonly onSet: () => void;
}

export function SetPolicy({ title, values, scope, version, onClose, onSet }: SetPolicyProps) {
  const { session, notices } = useConsole();
  const action = useAction();
  const [note, setNote] = useState('');
  const of = scope ? { scope } : {};
  const proposed = useLoad(JSON.stringify({ ...of, values }), (abort) =>
    session.call<Policy>('cache_policy', { ...of, propose: values }, abort),
  );
  const set = (): void =>
    action.run(async () => {
      await session.call<Policy>('cache_policy', {
        ...of,
        set: values,
        if_version: version,
        ...(note.trim() && { note: note.trim() }),
      });
      notices.say('The policy is set. It can be undone in its history.');
      onClose();
      onSet();
    });
  return (
    <Confirm
      title={title}
      confirmLabel="Set"
      isReady={proposed.data !== null}
      action={action}
      onConfirm={set}
      onClose={onClose}
    >
      <p>
        For {scope ? 'this scope' : 'all scopes that say nothing else'}:{' '}
        {Object.entries(values).map(([name, value]) => (
          <span key={name}>
            <code>{name}</code>{' '}
            {value === null ? 'as the level above says' : `= ${policyValue(name, value)}`}
          </span>
        ))}
      </p>
      <LoadedView what="what would have changed" of={proposed}>
        {(data) => (data.effect ? <EffectView of={data.effect} /> : null)}
      </LoadedView>
      <label class="field">
        <span>Note for the history</span>
        <input
          type="text"
          value={note}
          maxLength={500}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
      </label>
    </Confirm>
  );
}
