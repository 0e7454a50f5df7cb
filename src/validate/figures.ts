// Owns summing up measurements: percentiles, medians of blocks and how sure they are. Pure.
import { medianSorted, quantileSorted } from 'simple-statistics';

/** Of durations, in milliseconds; null where there is none. */
export interface Latency {
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** @param samples In milliseconds, in any order. */
export function latencyOf(samples: readonly number[]): Latency {
  const sorted = [...Float64Array.from(samples).sort()];
  const at = (share: number): number | null =>
    sorted.length === 0 ? null : rounded(quantileSorted(sorted, share));
  return {
    count: sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  };
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : medianSorted(values.toSorted((a, b) => a - b));
}

/** To four digits: more is noise, and less hides a ratio. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
}
