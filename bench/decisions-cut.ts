// Owns the baseline of the pairs: what one cut of the cosine would serve. Pure.
import { errorRate, share } from './decisions-bound.ts';
import type { ErrorRate } from './decisions-bound.ts';

export interface Scored {
  readonly similarity: number;
  readonly same: boolean;
}

export interface CutFigures extends ErrorRate {
  /** Null where no cut keeps the limit. */
  readonly cut: number | null;
  /** Share of the same pairs served. */
  readonly same_served: number | null;
  /** Share of the different pairs served. */
  readonly different_served: number | null;
}

export function figuresAt(scored: readonly Scored[], cut: number | null): CutFigures {
  const same = scored.filter((pair) => pair.same);
  const different = scored.filter((pair) => !pair.same);
  const isServed = ({ similarity }: Scored): boolean => cut !== null && similarity >= cut;
  const right = same.filter(isServed).length;
  const wrong = different.filter(isServed).length;
  return {
    cut,
    same_served: share(right, same.length),
    different_served: share(wrong, different.length),
    ...errorRate(right + wrong, wrong),
  };
}

/** The lowest cut that serves at most this share of the different pairs: it serves the most of the same. */
export function bestCut(scored: readonly Scored[], maxDifferentServed: number): number | null {
  const allowed = maxDifferentServed * scored.filter(({ same }) => !same).length;
  const ranked = scored.toSorted((a, b) => b.similarity - a.similarity);
  let wrong = 0;
  let best: number | null = null;
  for (const [index, { same, similarity }] of ranked.entries()) {
    if (!same) wrong += 1;
    if (wrong > allowed) break;
    // Pairs of one similarity are served together or not at all.
    if (ranked[index + 1]?.similarity !== similarity) best = similarity;
  }
  return best;
}
