// Owns how a value of the policy is read, by its name.
import type { PolicyValue } from '../contract-policy.ts';
import { bytes, count, seconds, share } from '../format.ts';

export function policyValue(name: string, value: PolicyValue): string {
  if (typeof value === 'string') return value;
  if (name.endsWith('_rate')) return share(value);
  if (name.endsWith('_seconds')) return seconds(value);
  return name.endsWith('_bytes') ? bytes(value) : count(value);
}
