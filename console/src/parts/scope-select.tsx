// Owns the choice of one of the server's scopes.
import { useEffect } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { CacheStats } from '../contract.ts';
import { useLoad } from '../load.ts';

interface ScopeSelectProps {
  /** Null for all of them. */
  readonly value: string | null;
  readonly onChange: (scope: string | null) => void;
  readonly allLabel?: string;
}

export function ScopeSelect({ value, onChange, allLabel = 'All scopes' }: ScopeSelectProps) {
  const { session, scopes } = useConsole();
  const known = scopes.known.value;
  const { data } = useLoad(
    'scopes',
    (abort) => session.call<CacheStats>('cache_stats', { hours: 24 }, abort),
    { isWanted: known.length === 0 },
  );
  useEffect(() => {
    if (data) scopes.learn(data);
  }, [data, scopes]);
  const isUnknown = value !== null && !known.some(({ id }) => id === value);
  return (
    <label class="field">
      <span>Scope</span>
      <select
        value={value ?? ''}
        onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
      >
        <option value="">{allLabel}</option>
        {known.map(({ id, label }) => (
          <option key={id} value={id}>
            {label} · {id.slice(0, 8)}
          </option>
        ))}
        {isUnknown && <option value={value}>{value.slice(0, 8)}</option>}
      </select>
    </label>
  );
}
