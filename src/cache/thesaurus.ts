// Owns groups of words that people use for the same thing, in any domain. A word stands in several groups
// where it has several meanings: sharing one is a hint to weigh, never a proof. The groups are a file that
// ships beside the verifier's trees (models/askonce-verifier-v1/synonyms.txt).
import { conceptOf } from './words.ts';

export interface Thesaurus {
  /** The meanings that words of any of these concepts (words.ts) can have. */
  meaningsOf(concepts: Iterable<string>): ReadonlySet<number>;
  /** Only those that the words share in nearly every database. */
  strongOf(concepts: Iterable<string>): ReadonlySet<number>;
  /** Whether any group holds a word of this concept. */
  has(concept: string): boolean;
}

/** "strong film/movie" or "hint cost/price"; other lines are comments. */
const GROUP = /^(strong|hint) ([a-z/]+)$/u;

/** @throws Error when a text holds no group at all. */
export function createThesaurus(text: string): Thesaurus {
  const groups = text.split(/\r?\n/u).flatMap((line) => {
    const [, strength, words] = GROUP.exec(line) ?? [];
    return words === undefined
      ? []
      : [{ isStrong: strength === 'strong', words: words.split('/') }];
  });
  if (groups.length === 0) throw new Error('no groups of synonyms');
  const all = new Map<string, number[]>();
  const strong = new Map<string, number[]>();
  groups.forEach(({ isStrong, words }, index) => {
    for (const concept of new Set(words.map(conceptOf))) {
      for (const known of isStrong ? [all, strong] : [all]) {
        const meanings = known.get(concept);
        if (meanings) meanings.push(index);
        else known.set(concept, [index]);
      }
    }
  });
  return {
    meaningsOf: (concepts) => gathered(all, concepts),
    strongOf: (concepts) => gathered(strong, concepts),
    has: (concept) => all.has(concept),
  };
}

function gathered(
  meanings: ReadonlyMap<string, readonly number[]>,
  concepts: Iterable<string>,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const concept of concepts) {
    for (const meaning of meanings.get(concept) ?? []) found.add(meaning);
  }
  return found;
}

export function overlap(first: ReadonlySet<number>, second: ReadonlySet<number>): boolean {
  for (const meaning of first) if (second.has(meaning)) return true;
  return false;
}
