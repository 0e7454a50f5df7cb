// Owns the growth of a long conversation: whether memory or latency rise with its length, and what it is that rises.
import type { Conversation, Endpoint } from '../endpoint.ts';
import { latencyOf, median, rounded } from '../figures.ts';
import type { Asked } from '../load/draw.ts';
import type { Manner } from '../load/manner.ts';
import { total } from '../samples.ts';
import type { Samples } from '../samples.ts';
import type { Tell } from '../tell.ts';
import { readSamples } from '../watch.ts';

export interface GrowthPoint {
  readonly turns: number;
  readonly heap_bytes: number | null;
  readonly rss_bytes: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
}

export interface ContextGrowth {
  readonly turns: number;
  readonly points: readonly GrowthPoint[];
  /** What rises with the turns, beyond what the readings vary by anyway; none is well. */
  readonly rising: readonly Rise[];
}

export interface Rise {
  readonly what: 'heap' | 'resident memory' | 'latency';
  /** Bytes, or milliseconds for latency. */
  readonly per_thousand_turns: number;
}

export interface GrowthParts {
  readonly endpoint: Pick<Endpoint, 'read'>;
  readonly conversation: Conversation;
  readonly manner: Manner;
  readonly draw: () => Asked;
  readonly signal: AbortSignal;
  readonly tell: Tell;
  /** Before memory is read. */
  readonly settle: () => Promise<void>;
}

const POINTS = 40;
/** The first turns fill what is kept on purpose. */
const SETTLED = 0.25;
/** Less than this in a thousand turns nobody notices in the life of a conversation. */
const NOTICED = { heap: 2e6, 'resident memory': 4e6, latency: 0.5 } as const;

export async function contextGrowth(parts: GrowthParts, turns: number): Promise<ContextGrowth> {
  const points: GrowthPoint[] = [];
  const each = Math.max(1, Math.floor(turns / POINTS));
  let done = 0;
  while (done < turns && !parts.signal.aborted) {
    parts.tell.step(`baseline: one conversation of ${turns} turns`, { at: done, of: turns });
    const samples: number[] = [];
    for (let count = 0; count < each && !parts.signal.aborted; count += 1) {
      samples.push(await turn(parts));
    }
    done += each;
    await parts.settle();
    points.push(pointOf(done, samples, await readSamples(parts.endpoint)));
  }
  return { turns: done, points, rising: risesIn(points) };
}

async function turn({ conversation, draw, manner, signal }: GrowthParts): Promise<number> {
  const asked = draw();
  const { outcome, ms } = await conversation.call(manner.first(asked), signal);
  const next = manner.next(asked, outcome);
  return next === null ? ms : ms + (await conversation.call(next, signal)).ms;
}

function pointOf(turns: number, samples: readonly number[], read: Samples | null): GrowthPoint {
  const { p50, p95 } = latencyOf(samples);
  return {
    turns,
    heap_bytes: read && total(read, 'askonce_heap_bytes'),
    rss_bytes: read && total(read, 'process_resident_memory_bytes'),
    p50_ms: p50,
    p95_ms: p95,
  };
}

/**
 * A heap goes up and down with its collector; what stays is its lowest. The slope is Theil and Sen's, the median of the
 * slopes between any two, over the lowest of each few readings: no outlier moves it.
 */
export function risesIn(points: readonly GrowthPoint[]): Rise[] {
  const settled = points.slice(Math.floor(points.length * SETTLED));
  const rise = (
    what: Rise['what'],
    of: (point: GrowthPoint) => number | null,
    sum: (values: readonly number[]) => number,
  ): Rise[] => {
    const floors = windows(settled, of, sum);
    const slope = theilSen(floors);
    const per_thousand_turns = rounded(slope * 1000);
    const isSure = slope > 0 && growsThroughout(floors);
    return isSure && per_thousand_turns > NOTICED[what] ? [{ what, per_thousand_turns }] : [];
  };
  const lowest = (values: readonly number[]): number => Math.min(...values);
  return [
    ...rise('heap', ({ heap_bytes }) => heap_bytes, lowest),
    ...rise('resident memory', ({ rss_bytes }) => rss_bytes, lowest),
    ...rise('latency', ({ p50_ms }) => p50_ms, median),
  ];
}

type Pair = readonly [turns: number, value: number];

const WINDOW = 5;

function windows(
  points: readonly GrowthPoint[],
  of: (point: GrowthPoint) => number | null,
  sum: (values: readonly number[]) => number,
): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at + WINDOW <= points.length; at += WINDOW) {
    const window = points.slice(at, at + WINDOW);
    const values = window.map(of).filter((value) => value !== null);
    if (values.length > 0) pairs.push([window.at(-1)!.turns, sum(values)]);
  }
  return pairs;
}

function theilSen(pairs: readonly Pair[]): number {
  const slopes = pairs.flatMap(([x, y], index) =>
    pairs.slice(index + 1).map(([otherX, otherY]) => (otherY - y) / (otherX - x)),
  );
  return slopes.length === 0 ? 0 : median(slopes);
}

/** Mann and Kendall's test in its plainest form: nearly every later one is higher. */
function growsThroughout(pairs: readonly Pair[]): boolean {
  const signs = pairs.flatMap(([, y], index) =>
    pairs.slice(index + 1).map(([, later]) => Math.sign(later - y)),
  );
  const net = signs.reduce((sum, sign) => sum + sign, 0);
  return pairs.length >= 4 && net / signs.length > 0.7;
}
