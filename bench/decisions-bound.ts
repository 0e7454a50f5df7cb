// Owns the statistics of rare events: error rates with the bound that the product calibrates by. Pure.
import { upperBound } from '../src/cache/calibration.ts';

export interface ErrorRate {
  readonly served: number;
  readonly wrong: number;
  /** Null where nothing was served. */
  readonly wrong_per_served: number | null;
  /** Clopper-Pearson, one-sided, 95 %. */
  readonly upper_95: number;
}

export function errorRate(served: number, wrong: number): ErrorRate {
  return {
    served,
    wrong,
    wrong_per_served: share(wrong, served),
    upper_95: sixDigits(upperBound(wrong, served)),
  };
}

export function share(count: number, of: number): number | null {
  return of === 0 ? null : sixDigits(count / of);
}

export function sixDigits(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
