// Owns counting what a load came to: latencies by what was asked and where it was answered from, what was shed or
// failed, and how it went from second to second.
import { latencyOf, rounded } from '../figures.ts';
import type { Latency } from '../figures.ts';
import type { Reply } from '../endpoint.ts';
import type { Kind } from './draw.ts';

/** What calls came to within a second of a run, or within a tenth of one. */
export interface Moment {
  readonly at_s: number;
  readonly answered: number;
  readonly hits: number;
  readonly shed: number;
  readonly refused: number;
  readonly failed: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
}

export interface Tallied {
  /** Requests, with those that were tried again. */
  readonly calls: number;
  /** With rows, or with a document that says how to go on. */
  readonly answered: number;
  readonly documents: number;
  readonly shed: number;
  readonly refused: number;
  readonly failed: number;
  /** Tried in vain as often as their model does. */
  readonly given_up: number;
  /** Of the answers with rows, those that no statement was run for. */
  readonly hit_ratio: number | null;
  readonly answered_per_second: number;
  readonly bytes: number;
  /** Of what was answered. */
  readonly latency_ms: {
    readonly all: Latency;
    readonly hits: Latency;
    readonly runs: Latency;
  };
  readonly latency_ms_by_kind: Readonly<Partial<Record<Kind, Latency>>>;
  readonly timeline: readonly Moment[];
  /** How often each: the most frequent few. */
  readonly faults: Readonly<Record<string, number>>;
}

export interface Tally {
  /** @param sinceFirstMs From the first try on: what an agent waits. */
  add(kind: Kind, reply: Reply, sinceFirstMs: number): void;
  giveUp(): void;
  /** @param windowMs While calls were made: who was still waiting then counts in no rate. */
  figures(windowMs: number): Tallied;
}

/** Answered without running a statement. */
const HIT_SOURCES = new Set(['memory', 'store', 'semantic']);
const MAX_FAULTS = 8;
const MS_PER_S = 1000;

interface Bin {
  readonly latencies: number[];
  hits: number;
  shed: number;
  refused: number;
  failed: number;
}

/** @param binMs Of the timeline. */
export function createTally(now: () => number, binMs = MS_PER_S): Tally {
  const began = now();
  const all: number[] = [];
  const hits: number[] = [];
  const runs: number[] = [];
  const byKind = new Map<Kind, number[]>();
  const bins = new Map<number, Bin>();
  const faults = new Map<string, number>();
  const counts = { calls: 0, documents: 0, shed: 0, refused: 0, failed: 0, givenUp: 0, bytes: 0 };

  function bin(): Bin {
    const at = Math.floor((now() - began) / binMs);
    const known = bins.get(at) ?? { latencies: [], hits: 0, shed: 0, refused: 0, failed: 0 };
    bins.set(at, known);
    return known;
  }

  const fault = (why: string): void => void faults.set(why, (faults.get(why) ?? 0) + 1);

  function answered(kind: Kind, ms: number): void {
    all.push(ms);
    const ofKind = byKind.get(kind) ?? [];
    byKind.set(kind, ofKind);
    ofKind.push(ms);
    bin().latencies.push(ms);
  }

  return {
    add(kind, { outcome, bytes }, ms) {
      counts.calls += 1;
      counts.bytes += bytes;
      switch (outcome.kind) {
        case 'answered': {
          answered(kind, ms);
          const isHit = outcome.source !== null && HIT_SOURCES.has(outcome.source);
          (isHit ? hits : runs).push(ms);
          if (isHit) bin().hits += 1;
          return;
        }
        case 'document':
          counts.documents += 1;
          answered(kind, ms);
          return;
        case 'shed':
          counts.shed += 1;
          bin().shed += 1;
          fault(outcome.code);
          return;
        case 'refused':
          counts.refused += 1;
          bin().refused += 1;
          fault(outcome.code);
          return;
        case 'failed':
          counts.failed += 1;
          bin().failed += 1;
          fault(outcome.why);
      }
    },
    giveUp: () => void (counts.givenUp += 1),
    figures(windowMs) {
      const withRows = hits.length + runs.length;
      const timeline = [...bins]
        .toSorted(([a], [b]) => a - b)
        .map(([at, counted]) => momentOf((at * binMs) / MS_PER_S, counted));
      const within = timeline.filter(({ at_s }) => at_s * MS_PER_S < windowMs);
      const inWindow = within.reduce((sum, one) => sum + one.answered, 0);
      const { givenUp, ...rest } = counts;
      return {
        ...rest,
        given_up: givenUp,
        answered: all.length,
        hit_ratio: withRows === 0 ? null : rounded(hits.length / withRows),
        answered_per_second: rounded((inWindow * MS_PER_S) / windowMs),
        latency_ms: { all: latencyOf(all), hits: latencyOf(hits), runs: latencyOf(runs) },
        latency_ms_by_kind: Object.fromEntries(
          [...byKind].map(([kind, samples]) => [kind, latencyOf(samples)]),
        ),
        timeline,
        faults: Object.fromEntries(
          [...faults].toSorted(([, a], [, b]) => b - a).slice(0, MAX_FAULTS),
        ),
      };
    },
  };
}

function momentOf(at_s: number, { latencies, hits, shed, refused, failed }: Bin): Moment {
  const { p50, p99 } = latencyOf(latencies);
  return {
    at_s,
    answered: latencies.length,
    hits,
    shed,
    refused,
    failed,
    p50_ms: p50,
    p99_ms: p99,
  };
}
