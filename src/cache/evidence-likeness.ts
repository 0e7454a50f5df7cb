// Owns how alike the two questions are on the surface: letters, words, their order and their length. Pure;
// near-misses are often more alike than rephrasings, so nothing here may speak for a pair alone.
import { bit, type Measures, type Pair, share } from './evidence-measure.ts';
import type { Frame } from './frame.ts';

export function ofLikeness({ earlier, later }: Pair): Measures {
  return [
    ['trigrams', dice(trigrams(earlier.question), trigrams(later.question))],
    ['tokens_common', dice(earlier.frame.texts, later.frame.texts)],
    ['concepts_common', dice(new Set(earlier.frame.concepts), new Set(later.frame.concepts))],
    ['inversions', inversions(earlier.frame, later.frame)],
    ['same_first', bit(first(earlier.frame) === first(later.frame))],
    ['same_last', bit(last(earlier.frame) === last(later.frame))],
    ['same_head', bit(head(earlier.frame) === head(later.frame))],
    ['length', share(later.frame.tokens.length, earlier.frame.tokens.length)],
  ];
}

const first = (frame: Frame): string | undefined =>
  frame.words.find((word) => !word.implied && word.value === null)?.concept;
const last = (frame: Frame): string | undefined =>
  frame.words.findLast((word) => !word.implied)?.concept;
const head = (frame: Frame): string => frame.tokens[0]?.text ?? '';

function trigrams(text: string): ReadonlySet<string> {
  const letters = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const padded = ` ${letters} `;
  const found = new Set<string>();
  for (let at = 0; at + 3 <= padded.length; at += 1) found.add(padded.slice(at, at + 3));
  return found;
}

function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const one of a) if (b.has(one)) common += 1;
  return a.size + b.size === 0 ? 1 : (2 * common) / (a.size + b.size);
}

/** Of the words that both say once, the share of neighbours that changed order. */
function inversions(earlier: Frame, later: Frame): number {
  const places = new Map(later.words.map((word) => [word.concept, word.at]));
  const shared = earlier.words.flatMap((word) => places.get(word.concept) ?? []);
  let turned = 0;
  for (let index = 1; index < shared.length; index += 1) {
    if ((shared[index] ?? 0) < (shared[index - 1] ?? 0)) turned += 1;
  }
  return share(turned, Math.max(1, shared.length - 1));
}
