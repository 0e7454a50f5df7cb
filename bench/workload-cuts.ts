// Owns the baselines of a workload: caches that answer equal text, and beyond it whatever is nearest above
// one cut of the cosine. All cuts are played at once over one scan, each with what it has stored itself.
import { cosine } from './decisions-vectors.ts';
import type { Step } from './workload-play.ts';

export interface CutQuestion {
  /** Names tenant and domain. */
  readonly scope: string;
  /** The product's own key of its canonical text. */
  readonly key: string;
  readonly vector: Float32Array | null;
  readonly sql_id: string;
}

export interface CutPlayer {
  /** One step for each cut, in their order. */
  play(question: CutQuestion): Step[];
}

interface Near {
  readonly key: string;
  readonly similarity: number;
}

const MISS: Step = { kind: 'miss' };

/** @param cuts Infinity is the cache that knows equal text alone. */
export function createCutPlayer(cuts: readonly number[]): CutPlayer {
  const lowest = Math.min(...cuts);
  /** Every distinct text by scope and key; which of them a cut has stored is its own. */
  const texts = new Map<string, Map<string, Float32Array>>();
  const stores = cuts.map((cut) => ({ cut, labels: new Map<string, string>() }));

  function nearest({ scope, vector }: CutQuestion): Near[] {
    if (!vector) return [];
    const near: Near[] = [];
    for (const [key, other] of texts.get(scope) ?? []) {
      const similarity = cosine(vector, other);
      if (similarity >= lowest) near.push({ key, similarity });
    }
    return near.toSorted((a, b) => b.similarity - a.similarity);
  }

  return {
    play(question) {
      const { scope, key, vector, sql_id } = question;
      const near = nearest(question);
      const nameOf = (textKey: string): string => `${scope}\0${textKey}`;
      const steps = stores.map(({ cut, labels }): Step => {
        const own = labels.get(nameOf(key));
        if (own !== undefined) return { kind: 'served', tier: 'exact', right: own === sql_id };
        const found = near.find((one) => one.similarity >= cut && labels.has(nameOf(one.key)));
        if (found) {
          const right = labels.get(nameOf(found.key)) === sql_id;
          return { kind: 'served', tier: 'semantic', right };
        }
        labels.set(nameOf(key), sql_id);
        return MISS;
      });
      const known = texts.get(scope) ?? new Map<string, Float32Array>();
      if (vector && !known.has(key)) known.set(key, vector);
      texts.set(scope, known);
      return steps;
    },
  };
}
