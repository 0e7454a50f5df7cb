// Owns the values of a policy by the names that operators use: what each means and may be. The settings of the same
// names are what applies where nothing was set.
import { z } from 'zod';

import type { Policy, PolicyValues } from '../cache/policies.ts';

interface PolicyValue {
  readonly key: keyof Policy;
  readonly about: string;
  readonly min?: number;
  readonly max?: number;
}

const DAYS_365 = 31_536_000;
const DAY = 86_400;

export const POLICY_VALUES = {
  target_error_rate: {
    key: 'targetErrorRate',
    about:
      'Wrong answers tolerated among those served for another wording; 0 serves none. Exchanged values follow template_hits.',
    min: 0,
    max: 0.5,
  },
  ttl_seconds: {
    key: 'ttlSeconds',
    about: 'How long stored rows may be served before the statement runs again; 0 for never.',
    min: 0,
    max: DAYS_365,
  },
  stale_while_revalidate_seconds: {
    key: 'staleWhileRevalidateSeconds',
    about: 'Rows no older than this are served though they may have changed, and read anew behind.',
    min: 0,
    max: DAY,
  },
  template_hits: {
    key: 'templateHits',
    about: 'on: where only values differ, the earlier statement runs with the new ones.',
  },
  shadow_check_rate: {
    key: 'shadowCheckRate',
    about: 'Share of the answers by similarity for which the agent is asked for a verdict.',
    min: 0,
    max: 1,
  },
  max_rows: {
    key: 'maxRows',
    about: 'Most rows of one answer (a download is whole); never more than the setting.',
    min: 1,
    max: 100_000_000,
  },
  max_response_bytes: {
    key: 'maxResponseBytes',
    about: 'Most bytes of one answer (a download is whole); never more than the setting.',
    min: 4096,
    max: 512 * 1024 * 1024,
  },
} as const satisfies Readonly<Record<string, PolicyValue>>;

export type PolicyName = keyof typeof POLICY_VALUES;

const share = (name: 'target_error_rate' | 'shadow_check_rate') =>
  z.number().min(POLICY_VALUES[name].min).max(POLICY_VALUES[name].max).nullable().optional();
const whole = (
  name: 'ttl_seconds' | 'stale_while_revalidate_seconds' | 'max_rows' | 'max_response_bytes',
) => z.int().min(POLICY_VALUES[name].min).max(POLICY_VALUES[name].max).nullable().optional();

/** As a tool takes them; a null takes the value off the level. */
export const policyValues = z.strictObject({
  target_error_rate: share('target_error_rate'),
  ttl_seconds: whole('ttl_seconds'),
  stale_while_revalidate_seconds: whole('stale_while_revalidate_seconds'),
  template_hits: z.enum(['on', 'off']).nullable().optional(),
  shadow_check_rate: share('shadow_check_rate'),
  max_rows: whole('max_rows'),
  max_response_bytes: whole('max_response_bytes'),
});

export type PolicyDocumentValues = z.output<typeof policyValues>;

export function fromDocument(given: PolicyDocumentValues): {
  readonly set: PolicyValues;
  readonly removed: ReadonlySet<keyof Policy>;
} {
  const all = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [POLICY_VALUES[name as PolicyName].key, value] as const);
  return {
    set: Object.fromEntries(all.filter(([, value]) => value !== null)),
    removed: new Set(all.filter(([, value]) => value === null).map(([key]) => key)),
  };
}

export function toDocument(values: PolicyValues): PolicyDocumentValues {
  const named = Object.entries(POLICY_VALUES).flatMap(([name, { key }]) =>
    key in values ? [[name, values[key]]] : [],
  );
  return Object.fromEntries(named) as PolicyDocumentValues;
}
