// Owns two ways in which one word makes another question though everything else agrees: a real word that
// looks like another real word, and another thing that is totalled or averaged. Pure.
import type { Pair } from './evidence-measure.ts';
import type { ContentWord } from './frame-facts.ts';
import type { Residue } from './frame-residue.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';
import { conceptOf } from './words.ts';

/** After these stands what is computed. */
const COMPUTED = /\b(?:total|average|avg|mean|sum of|median)\s+(?:the |of |all )*([\p{L}]{3,})/iu;
const MAX_WORDS = 8;
const MIN_ALIKE = 4;

/** @returns The rule that refuses the pair; null where none does. */
export function otherWord(pair: Pair, { left }: Residue, thesaurus: Thesaurus): string | null {
  const isOther = (first: string, second: string): boolean =>
    !overlap(thesaurus.meaningsOf([first]), thesaurus.meaningsOf([second]));
  const shareSurely = (first: string, second: string): boolean =>
    overlap(thesaurus.strongOf([first]), thesaurus.strongOf([second]));
  const isKnown = ({ concept, value }: ContentWord): boolean =>
    value === null && thesaurus.meaningsOf([concept]).size > 0;
  const [before, after] = [left.earlier, left.later].map((words) =>
    words.filter(isKnown).slice(0, MAX_WORDS),
  );
  const looksAlike = before!.some((word) =>
    after!.some((other) => isNearly(word.text, other.text) && isOther(word.concept, other.concept)),
  );
  if (looksAlike) return 'look-alike';
  const [was, is] = [computed(pair.earlier.question), computed(pair.later.question)];
  if (was === null || is === null || was === is || shareSurely(was, is)) return null;
  const isUnsaid =
    !pair.later.frame.concepts.includes(was) && !pair.earlier.frame.concepts.includes(is);
  return isUnsaid ? 'measure' : null;
}

/** One letter more, less or other: "sent" and "spent". */
function isNearly(first: string, second: string): boolean {
  if (first === second || Math.min(first.length, second.length) < MIN_ALIKE) return false;
  let start = 0;
  while (start < first.length && first[start] === second[start]) start += 1;
  const [a, b] = [first.slice(start), second.slice(start)];
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}

function computed(question: string): string | null {
  const word = COMPUTED.exec(question)?.[1];
  return word === undefined ? null : conceptOf(word.toLowerCase());
}
