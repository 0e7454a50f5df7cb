// Owns how sure a ratio is: the median of logarithms, and how far it would move if the machine had been noisy otherwise
// (bootstrap, Efron 1979; percentile interval). Pure but for the chance that it is given.
import { median, rounded } from '../figures.ts';
import type { Random } from '../../lib/random.ts';

export interface Ratio {
  /** New over old: above 1 is slower. */
  readonly ratio: number;
  /** Of the interval that holds it with the confidence asked for. */
  readonly low: number;
  readonly high: number;
}

export interface Sureness {
  /** 0 to 1, as 0.999: a run looks at dozens of ratios, and none may be an alarm by chance. */
  readonly confidence: number;
  readonly random: Random;
}

const RESAMPLES = 2000;

/** @param pairs Of old and new, taken right after each other: what the machine did falls on both. */
export function pairedRatio(
  pairs: ReadonlyArray<readonly [old: number, now: number]>,
  sureness: Sureness,
): Ratio | null {
  const logs = pairs
    .filter(([old, now]) => old > 0 && now > 0)
    .map(([old, now]) => Math.log(now / old));
  if (logs.length < 3) return null;
  return intervalOf(median(logs), sureness, () => median(resampled(logs, sureness.random)));
}

/** Of two runs at different times; each value is over its own yardstick. */
export function unpairedRatio(
  old: readonly number[],
  now: readonly number[],
  sureness: Sureness,
): Ratio | null {
  const [oldLogs, newLogs] = [old, now].map((values) =>
    values.filter((value) => value > 0).map((value) => Math.log(value)),
  ) as [number[], number[]];
  if (Math.min(oldLogs.length, newLogs.length) < 3) return null;
  const { random } = sureness;
  return intervalOf(
    median(newLogs) - median(oldLogs),
    sureness,
    () => median(resampled(newLogs, random)) - median(resampled(oldLogs, random)),
  );
}

function intervalOf(middle: number, { confidence }: Sureness, draw: () => number): Ratio {
  const drawn = Array.from({ length: RESAMPLES }, draw).sort((a, b) => a - b);
  const tail = ((1 - confidence) / 2) * (RESAMPLES - 1);
  return {
    ratio: rounded(Math.exp(middle)),
    low: rounded(Math.exp(drawn[Math.floor(tail)]!)),
    high: rounded(Math.exp(drawn[Math.ceil(RESAMPLES - 1 - tail)]!)),
  };
}

function resampled(values: readonly number[], random: Random): number[] {
  return values.map(() => values[Math.floor(random() * values.length)]!);
}
