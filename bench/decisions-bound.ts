// Owns the statistics of rare events: how high an error rate may still be, given what was counted. Pure.

/** One-sided: with this confidence the true rate lies below the bound. */
const CONFIDENCE = 0.95;
/** Halvings of [0, 1]: enough for ten digits. */
const STEPS = 40;

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
    upper_95: sixDigits(upperBound(served, wrong)),
  };
}

/** The Clopper-Pearson upper bound of a share, of which `count` in `trials` were seen. */
export function upperBound(trials: number, count: number): number {
  if (trials === 0 || count >= trials) return 1;
  let low = count / trials;
  let high = 1;
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (atMost(count, trials, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** How likely at most `count` of `trials` are, each with the given probability strictly within 0 and 1. */
function atMost(count: number, trials: number, probability: number): number {
  const odds = Math.log(probability) - Math.log1p(-probability);
  // In logarithms: the first term alone is below the smallest double from some thousand trials on.
  let term = trials * Math.log1p(-probability);
  let total = term;
  for (let index = 1; index <= count; index += 1) {
    term += Math.log((trials - index + 1) / index) + odds;
    const [larger, smaller] = term > total ? [term, total] : [total, term];
    total = larger + Math.log1p(Math.exp(smaller - larger));
  }
  return Math.exp(total);
}

export function share(count: number, of: number): number | null {
  return of === 0 ? null : sixDigits(count / of);
}

export function sixDigits(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
