// Owns the cut: how sure the verifier must be so that of what is served no more than the operator's share
// is wrong, with 95 % confidence on pairs it never saw. Pure statistics; it knows no questions.
import type { Curve } from './trees.ts';

const CONFIDENCE = 0.95;
const STEPS = 60;

/** Chance of at most `wrong` in `served` when each is wrong with chance `rate`. */
function atMost(wrong: number, served: number, rate: number): number {
  let chance = 0;
  // log of `served` choose `k`: its powers would leave the range of numbers.
  let ways = 0;
  for (let k = 0; k <= wrong; k += 1) {
    if (k > 0) ways += Math.log((served - k + 1) / k);
    chance += Math.exp(ways + k * Math.log(rate) + (served - k) * Math.log1p(-rate));
  }
  return chance;
}

/** One-sided upper bound of a share after `wrong` of `served` (Clopper and Pearson, 1934). */
export function upperBound(wrong: number, served: number): number {
  if (served <= 0 || wrong >= served) return 1;
  let [low, high] = [wrong / served, 1];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (middle >= 1 || atMost(wrong, served, middle) < 1 - CONFIDENCE) high = middle;
    else low = middle;
  }
  return high;
}

/** One-sided lower bound of a share after `wrong` of `served`: the upper one seen from the other side. */
export function lowerBound(wrong: number, served: number): number {
  return served <= 0 ? 0 : 1 - upperBound(served - wrong, served);
}

/** The lowest cut whose share of wrong keeps its bound at or under the target; null where none does. */
export function cutFor(curve: Curve, target: number): number | null {
  const kept = curve.filter(([, right, wrong]) => upperBound(wrong, right + wrong) <= target);
  return kept.length === 0 ? null : Math.min(...kept.map(([cut]) => cut));
}
