// Owns the map of what answers depend on: how often a call uses each, for how long, and how many uses there may be at once,
// all as the server tells it. Pure.
import { rounded } from '../figures.ts';
import { growthByLabel, quantileOfGrowth, total } from '../samples.ts';
import type { Samples } from '../samples.ts';

export const DEPENDENCIES = [
  'data database',
  'cache database',
  'embedding',
  'identity provider',
] as const;

export interface Dependency {
  readonly name: (typeof DEPENDENCIES)[number];
  readonly uses: number;
  readonly uses_per_call: number;
  /** Of one use, read off the buckets of the server's histogram; null beyond the last of them. */
  readonly latency_ms: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
  /** Uses that may be under way at once; null where nothing bounds them. */
  readonly limit: number | null;
}

const MS_PER_S = 1000;
const DECIMALS = 3;

/** @param calls Made between the two readings. Dependencies that none of them used are left out. */
export function dependenciesBetween(before: Samples, after: Samples, calls: number): Dependency[] {
  return DEPENDENCIES.flatMap((name) => {
    const series = seriesOf(name);
    const used = growthByLabel(before, after, series).get(series.value);
    if (used === undefined) return [];
    const quantile = (share: number): number | null => {
      const seconds = quantileOfGrowth(before, after, { ...series, share });
      return seconds === null ? null : rounded(seconds * MS_PER_S);
    };
    return [
      {
        name,
        uses: used.count,
        uses_per_call: Number((used.count / calls).toFixed(DECIMALS)),
        latency_ms: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
        limit: total(after, 'askonce_dependency_limit', { dependency: name }),
      },
    ];
  });
}

/** An embedding is a stage of a call, and timed as one. */
function seriesOf(name: Dependency['name']): { name: string; label: string; value: string } {
  return name === 'embedding'
    ? { name: 'askonce_stage_seconds', label: 'stage', value: 'embed' }
    : { name: 'askonce_dependency_seconds', label: 'dependency', value: name };
}
