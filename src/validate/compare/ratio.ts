// Owns how sure a ratio is: the trimmed mean of logarithms, with an interval by what the measurements vary (Tukey and
// McLaughlin 1963, Yuen 1974: the winsorized variance). One measurement that a collection came between moves neither. Pure.
import { rounded } from '../figures.ts';

export interface Ratio {
  /** New over old: above 1 is slower. */
  readonly ratio: number;
  /** Of the interval that holds it with 99 % confidence. What is told lies beyond a tolerance with all of it: chance alone gets there hardly ever. */
  readonly low: number;
  readonly high: number;
}

/** Of each end of the measurements. */
const TRIMMED = 0.2;
const MIN_VALUES = 6;
/** Of figures that all are the same, as rounded ones may be. */
const MIN_VARIANCE = 1e-9;
/** Of the normal distribution, both tails together a hundredth. */
const Z = 2.576;

interface Middle {
  readonly mean: number;
  /** Its standard error, squared. */
  readonly variance: number;
  readonly freedom: number;
}

/** Of old and new, taken right after each other: what the machine did falls on both. */
export type MeasuredPairs = ReadonlyArray<readonly [old: number, now: number]>;

/** @param groups Of one kind each: the more its pairs agree, the more a kind counts. */
export function pairedRatio(groups: readonly MeasuredPairs[]): Ratio | null {
  const middles = groups.flatMap((pairs) => {
    const logs = pairs
      .filter(([old, now]) => old > 0 && now > 0)
      .map(([old, now]) => Math.log(now / old));
    return middleOf(logs) ?? [];
  });
  const weights = middles.map(({ variance }) => 1 / Math.max(variance, MIN_VARIANCE));
  const all = sum(weights);
  if (middles.length === 0) return null;
  return intervalOf({
    mean: sum(middles.map(({ mean }, at) => mean * weights[at]!)) / all,
    variance: 1 / all,
    freedom: sum(middles.map(({ freedom }) => freedom)),
  });
}

/** Of two runs at different times; each value is over its own yardstick. */
export function unpairedRatio(old: readonly number[], now: readonly number[]): Ratio | null {
  const logs = (values: readonly number[]): number[] =>
    values.filter((value) => value > 0).map((value) => Math.log(value));
  const [before, after] = [middleOf(logs(old)), middleOf(logs(now))];
  if (!before || !after) return null;
  return intervalOf({
    mean: after.mean - before.mean,
    variance: after.variance + before.variance,
    freedom: Math.min(after.freedom, before.freedom),
  });
}

function middleOf(values: readonly number[]): Middle | null {
  if (values.length < MIN_VALUES) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length * TRIMMED);
  const kept = sorted.slice(cut, sorted.length - cut);
  const winsorized = sorted.map((value) => Math.min(Math.max(value, kept[0]!), kept.at(-1)!));
  const mean = average(kept);
  const centre = average(winsorized);
  const squares = sum(winsorized.map((value) => (value - centre) ** 2));
  const freedom = kept.length - 1;
  return { mean, variance: squares / (kept.length * freedom), freedom };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]): number => sum(values) / values.length;

function intervalOf({ freedom, mean, variance }: Middle): Ratio {
  // Student's t by its expansion around the normal quantile.
  const t = Z + (Z ** 3 + Z) / (4 * freedom);
  const reach = t * Math.sqrt(variance);
  return {
    ratio: rounded(Math.exp(mean)),
    low: rounded(Math.exp(mean - reach)),
    high: rounded(Math.exp(mean + reach)),
  };
}
