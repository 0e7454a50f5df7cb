// Owns the chance of a fuzzer: each case has its own, made of the seed and its number, so that one case can be
// tried again without those before it.
import { createRandom } from '../../src/lib/random.ts';

export interface Chance {
  /** A whole number from 0 up to count, without it. */
  below(count: number): number;
  /** True so often, from 0 to 1. */
  is(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  letterOf(text: string): string;
  /** Each as often as its weight says. */
  weighted<Item>(items: ReadonlyArray<readonly [weight: number, item: Item]>): Item;
}

export function chanceOf(seed: number, at: number): Chance {
  const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b));
  const below = (count: number): number => Math.floor(random() * count);
  return {
    below,
    is: (share) => random() < share,
    pick: (items) => items[below(items.length)]!,
    letterOf: (text) => text.charAt(below(text.length)),
    weighted(items) {
      let left = random() * items.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of items) if ((left -= weight) < 0) return item;
      return items.at(-1)![1];
    },
  };
}
