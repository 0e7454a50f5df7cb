// Owns reading a degradation curve: up to where more agents bring more answers, and how it goes on from there. Pure.
import { linearRegression, linearRegressionLine, rSquared } from 'simple-statistics';

import { rounded } from '../figures.ts';

export interface CurvePoint {
  readonly conversations: number;
  readonly answered_per_second: number;
  readonly p95_ms: number;
  /** Shed, failed or given up, of all calls: 0 to 1. */
  readonly lost_ratio: number;
}

/**
 * flat: no knee within what was tried. linear: each further agent adds the same wait. exponential: each adds a factor.
 * cliff: from one level to the next answers are lost, or there are fewer of them.
 */
export type CurveShape = 'flat' | 'linear' | 'exponential' | 'cliff';

export interface Knee {
  readonly shape: CurveShape;
  /** The highest level before it; null where there is none. */
  readonly conversations: number | null;
  readonly answered_per_second: number | null;
  /** In one sentence, for people. */
  readonly why: string;
}

/** Of the calls lost beyond this an agent notices. */
const LOST = 0.05;
/** So much slower than the best level answers are waited for. */
const SLOWER = 4;
/** Below this nobody waits, however many times slower it is. */
const UNNOTICED_MS = 50;
/** Fewer answers than at an earlier level, by so much, are no noise. */
const FALLEN = 0.7;

/** @param curve Ascending by conversations, at least one. */
export function kneeOf(curve: readonly CurvePoint[]): Knee {
  const best = Math.min(...curve.map(({ p95_ms }) => p95_ms));
  const bound = Math.max(best * SLOWER, UNNOTICED_MS);
  const isBeyond = ({ lost_ratio, p95_ms }: CurvePoint): boolean =>
    lost_ratio > LOST || p95_ms > bound;
  const at = curve.findIndex(isBeyond);
  const last = curve.at(-1)!;
  if (at < 0) {
    return {
      shape: 'flat',
      conversations: null,
      answered_per_second: null,
      why: `Up to ${last.conversations} conversations 95 % of the answers come within ${shownMs(last.p95_ms)}.`,
    };
  }
  const knee = curve[Math.max(0, at - 1)]!;
  const beyond = curve.slice(Math.max(0, at - 1));
  return {
    conversations: at === 0 ? null : knee.conversations,
    answered_per_second: at === 0 ? null : knee.answered_per_second,
    ...shapeOf(curve, beyond),
  };
}

/** Levels as near as that say where the knee is. */
const NEAR = 1.5;

/** @returns the level to be tried next, so that it is known more exactly where the knee is; null where it is. */
export function betweenLevels(curve: readonly CurvePoint[]): number | null {
  const { conversations: before } = kneeOf(curve);
  const beyond = curve.find(({ conversations }) => conversations > (before ?? Infinity));
  if (before === null || !beyond || beyond.conversations < before * NEAR) return null;
  const between = Math.round(Math.sqrt(before * beyond.conversations));
  return between > before && between < beyond.conversations ? between : null;
}

/** @param beyond From the knee on. */
function shapeOf(
  curve: readonly CurvePoint[],
  beyond: readonly CurvePoint[],
): Pick<Knee, 'shape' | 'why'> {
  for (const [index, point] of beyond.entries()) {
    const before = beyond[index - 1];
    if (!before) continue;
    const isLost = point.lost_ratio - before.lost_ratio > LOST * 2;
    const most = Math.max(
      ...curve.slice(0, curve.indexOf(point)).map((one) => one.answered_per_second),
    );
    if (isLost || point.answered_per_second < most * FALLEN) {
      const lost = `${Math.round(100 * point.lost_ratio)} % of the calls are lost`;
      const fewer = `answers fall from ${rounded(most)} to ${rounded(point.answered_per_second)} a second`;
      return {
        shape: 'cliff',
        why: `From ${before.conversations} to ${point.conversations} conversations ${isLost ? lost : fewer}.`,
      };
    }
  }
  const [first, end] = [beyond[0]!, beyond.at(-1)!];
  const grew = `95 % of the answers came within ${shownMs(first.p95_ms)} at ${first.conversations} conversations, within ${shownMs(end.p95_ms)} at ${end.conversations}`;
  const isExponential =
    fit(beyond, ({ p95_ms }) => Math.log(p95_ms)) > fit(beyond, ({ p95_ms }) => p95_ms);
  return isExponential && beyond.length > 2
    ? { shape: 'exponential', why: `${grew}: each further agent multiplies the wait.` }
    : { shape: 'linear', why: `${grew}: each further agent adds to the wait.` };
}

/** How well a straight line over the conversations tells it: 0 to 1. */
function fit(points: readonly CurvePoint[], of: (point: CurvePoint) => number): number {
  const pairs = points.map((point) => [point.conversations, of(point)] as [number, number]);
  if (pairs.length < 3) return 1;
  return rSquared(pairs, linearRegressionLine(linearRegression(pairs)));
}

const shownMs = (ms: number): string =>
  ms < 1000 ? `${rounded(ms)} ms` : `${rounded(ms / 1000)} s`;
