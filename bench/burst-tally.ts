// Owns counting a burst: what came of the calls and how long it took. Pure.
import type { Outcome } from './burst-outcome.ts';
import type { Kind } from './burst-questions.ts';
import { quantile } from './load-figures.ts';
import { round } from './statistics.ts';

export interface Latencies {
  readonly count: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

export interface BurstFigures {
  readonly conversations: number;
  readonly seconds: number;
  /** Requests that ended; a call that is shed and sent again is several. */
  readonly requests: number;
  readonly answered: number;
  readonly shed: number;
  /** Must be 0. */
  readonly failed: number;
  readonly first_failure: string | null;
  /** Calls that were shed as often as an agent tries. */
  readonly given_up: number;
  readonly answered_per_second: number;
  readonly shed_share: number;
  readonly by_source: Readonly<Record<string, number>>;
  readonly shed_by: Readonly<Record<string, number>>;
  /** Of questions in words that are known, answered from the cache. */
  readonly hits: Latencies;
  /** Of questions in other words than known ones, answered from the cache. */
  readonly semantic_hits: Latencies;
  readonly all: Latencies;
  /** Most calls that were under way at once. */
  readonly most_at_once: number;
  readonly generator_busy: number;
}

export interface Tally {
  /** @param ms Since the call was first sent. */
  add(kind: Kind, outcome: Outcome, ms: number): void;
  giveUp(): void;
  figures(run: TallyRun): BurstFigures;
}

export interface TallyRun {
  readonly conversations: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly mostAtOnce: number;
}

const CACHE_SOURCES = new Set(['memory', 'store', 'semantic']);

export function createTally(): Tally {
  const sources = new Map<string, number>();
  const shedBy = new Map<string, number>();
  const times = { hits: [] as number[], semantic: [] as number[], all: [] as number[] };
  let [failed, givenUp] = [0, 0];
  let firstFailure: string | null = null;

  return {
    add(kind, outcome, ms) {
      if (outcome.kind === 'failed') {
        failed += 1;
        firstFailure ??= outcome.why;
        return;
      }
      if (outcome.kind === 'shed') {
        count(shedBy, outcome.how);
        return;
      }
      const source = outcome.kind === 'answered' ? outcome.source : outcome.status;
      count(sources, source);
      times.all.push(ms);
      if (!CACHE_SOURCES.has(source)) return;
      if (kind === 'known') times.hits.push(ms);
      if (source === 'semantic') times.semantic.push(ms);
    },
    giveUp: () => void (givenUp += 1),
    figures({ conversations, elapsedMs, cpuMs, mostAtOnce }) {
      const [answered, shed] = [total(sources), total(shedBy)];
      const requests = answered + shed + failed;
      return {
        conversations,
        seconds: round(elapsedMs / 1000),
        requests,
        answered,
        shed,
        failed,
        first_failure: firstFailure,
        given_up: givenUp,
        answered_per_second: Math.round((answered * 1000) / elapsedMs),
        shed_share: requests === 0 ? 0 : round(shed / requests),
        by_source: Object.fromEntries(sources),
        shed_by: Object.fromEntries(shedBy),
        hits: latenciesOf(times.hits),
        semantic_hits: latenciesOf(times.semantic),
        all: latenciesOf(times.all),
        most_at_once: mostAtOnce,
        generator_busy: round(cpuMs / elapsedMs),
      };
    },
  };
}

export function latenciesOf(milliseconds: readonly number[]): Latencies {
  const sorted = Float64Array.from(milliseconds).sort();
  return {
    count: sorted.length,
    p50_ms: quantile(sorted, 0.5),
    p99_ms: quantile(sorted, 0.99),
    max_ms: quantile(sorted, 1),
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, one) => sum + one, 0);
}
