// Owns what the agents of a burst ask: known questions of the demo shop by Zipf's law, the same in other words, and some
// that nobody has asked. Pure.
import { newQuestion } from '../src/demo/questions.ts';
import type { DemoQuestion, KnownQuestion } from '../src/demo/questions.ts';
import { createZipf, pick } from '../src/lib/random.ts';
import type { Random } from '../src/lib/random.ts';

export type Kind = 'known' | 'rephrased' | 'cold';

export interface Drawn extends DemoQuestion {
  readonly kind: Kind;
}

/** Of the calls; the rest is known in these very words. */
export interface Shares {
  readonly rephrased: number;
  readonly cold: number;
}

export const MIXED: Shares = { rephrased: 0.1, cold: 0.05 };
export const ALL_KNOWN: Shares = { rephrased: 0, cold: 0 };

/** @param options coldFrom: a number that no earlier run over the same cache has begun with. */
export function createDraw(
  known: readonly KnownQuestion[],
  random: Random,
  options: { readonly coldFrom: number; readonly shares: Shares },
): () => Drawn {
  const zipf = createZipf(known.length, random);
  const { coldFrom, shares } = options;
  let cold = coldFrom;
  return () => {
    const chance = random();
    if (chance < shares.cold) return { kind: 'cold', ...newQuestion((cold += 1), random) };
    const { question, sql, rephrasings } = known[zipf()]!;
    return chance < shares.cold + shares.rephrased
      ? { kind: 'rephrased', question: pick(rephrasings, random), sql }
      : { kind: 'known', question, sql };
  };
}
