// Owns what a load generator is told and what it says. Pure.
import { round } from './statistics.ts';

export interface LoadJob {
  readonly host: string;
  readonly port: number;
  /** One for each caller, whole with its head: each asks the same again and again. */
  readonly requests: readonly string[];
  readonly durationMs: number;
  /** What stands in the body of an answer that is right. */
  readonly mustContain: string;
}

export interface LoadFigures {
  readonly answered: number;
  readonly failed: number;
  /** The first answer that was not right. */
  readonly failure: string | null;
  readonly per_second: number;
  readonly median_ms: number;
  readonly p99_ms: number;
  /** Share of one core that the generator took: at 1 it is the generator that is measured. */
  readonly generator_busy: number;
}

export interface LoadTally {
  readonly latencies: readonly number[];
  readonly failed: number;
  readonly failure: string | null;
  readonly elapsedMs: number;
  readonly cpuMs: number;
}

export function loadFigures(tally: LoadTally): LoadFigures {
  const { latencies, failed, failure, elapsedMs, cpuMs } = tally;
  const sorted = Float64Array.from(latencies).sort();
  return {
    answered: latencies.length,
    failed,
    failure,
    per_second: round((latencies.length * 1000) / elapsedMs),
    median_ms: quantile(sorted, 0.5),
    p99_ms: quantile(sorted, 0.99),
    generator_busy: round(cpuMs / elapsedMs),
  };
}

/** @param sorted Ascending. */
export function quantile(sorted: Readonly<Float64Array>, share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? Number.NaN : round(value);
}
