// Owns choosing another value of the policy: a number within its bounds, or on and off.
import { useId, useState } from 'preact/hooks';

import type { PolicyEntry, PolicyValue } from '../contract-policy.ts';
import { Dialog } from '../parts/dialog.tsx';
import { policyValue } from '../parts/policy-value.ts';

interface PolicyFieldProps {
  readonly name: string;
  readonly entry: PolicyEntry;
  /** Whether this level says something of its own that can be taken off. */
  readonly isOfThisLevel: boolean;
  readonly onChoose: (value: PolicyValue | null) => void;
  readonly onClose: () => void;
}

export function PolicyField({ name, entry, isOfThisLevel, onChoose, onClose }: PolicyFieldProps) {
  const form = useId();
  const [typed, setTyped] = useState(String(entry.value));
  const isNumber = typeof entry.value === 'number';
  return (
    <Dialog
      title={`Change ${name}`}
      closeLabel="Cancel"
      onClose={onClose}
      actions={
        <>
          {isOfThisLevel && (
            <button type="button" onClick={() => onChoose(null)}>
              Take it off this level …
            </button>
          )}
          <button type="submit" form={form} class="primary">
            Go on …
          </button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(isNumber ? Number(typed) : typed);
        }}
      >
        <p>{entry.about}</p>
        <label class="field">
          <span>
            {name}, now {policyValue(name, entry.value)}
          </span>
          {isNumber ? (
            <input
              type="number"
              required
              step="any"
              min={entry.min}
              max={entry.max}
              value={typed}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          ) : (
            <select value={typed} onChange={({ currentTarget }) => setTyped(currentTarget.value)}>
              <option value="on">on</option>
              <option value="off">off</option>
            </select>
          )}
        </label>
        {isNumber && (
          <p class="muted">
            {typed.trim() !== '' && Number.isFinite(Number(typed)) && (
              <output>
                {typed} is {policyValue(name, Number(typed))}.{' '}
              </output>
            )}
            From {entry.min} to {entry.max}.
          </p>
        )}
      </form>
    </Dialog>
  );
}
