// Owns two ways in which one word makes another question though everything else agrees: a real word that
// looks like another real word, and another thing that is totalled or averaged. Pure.
import type { Pair } from './evidence-measure.ts';
import type { ContentWord } from './frame-facts.ts';
import type { IsWord } from './dictionary.ts';
import { conceptsOf, type Residue } from './frame-residue.ts';
import { isSlipOf } from './frame-slip.ts';
import { spelledAlike } from './frame-spelling.ts';
import type { Frame } from './frame.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';
import { conceptOf } from './words.ts';

/** After these stands what is computed. */
const COMPUTED = /\b(?:total|average|avg|mean|sum of|median)\s+(?:the |of |all )*([\p{L}]{3,})/iu;
const MAX_WORDS = 8;
const MIN_ALIKE = 4;

/** @returns The rule that refuses the pair; null where none does. */
export function otherWord(
  pair: Pair,
  { left }: Residue,
  { thesaurus, isWord }: { readonly thesaurus: Thesaurus; readonly isWord: IsWord },
): string | null {
  const isOther = (first: string, second: string): boolean =>
    !overlap(thesaurus.meaningsOf([first]), thesaurus.meaningsOf([second]));
  const shareSurely = (first: string, second: string): boolean =>
    overlap(thesaurus.strongOf([first]), thesaurus.strongOf([second]));
  const isKnown = ({ text, value, implied }: ContentWord): boolean =>
    value === null && !implied && isWord(text);
  const [before, after] = [left.earlier, left.later].map((words) =>
    words.filter(isKnown).slice(0, MAX_WORDS),
  );
  const looksAlike = before!.some((word) =>
    after!.some(
      (other) =>
        (isNearly(word.text, other.text) || spelledAlike(word.text, other.text) === 'slip') &&
        isOther(word.concept, other.concept),
    ),
  );
  if (looksAlike) return 'look-alike';
  const isNoun = ({ tokens }: Frame, { at }: ContentWord): boolean =>
    NOUN_FOLLOWS.test(tokens[at - 1]?.text ?? 'the');
  const isAgent = left.earlier.some((word) =>
    left.later.some(
      (other) =>
        isOtherAgent(word.text, other.text) &&
        isNoun(pair.earlier.frame, word) &&
        isNoun(pair.later.frame, other),
    ),
  );
  if (isAgent) return 'look-alike';
  const names = conceptsOf([...pair.facts.tables, ...pair.facts.columns]);
  const isName = ({ text, concept, value, implied }: ContentWord, others: Frame): boolean =>
    value === null &&
    !implied &&
    isPlain(text) &&
    !names.has(concept) &&
    !isWord(text) &&
    !isSwapped(text, isWord) &&
    ![...others.texts].some(
      (other) => isFormOf(text, other) || (isWord(other) && standsFor(text, other)),
    );
  const [earlier, later] = [pair.earlier.frame, pair.later.frame];
  const isUnknown =
    left.later.some((word) => isName(word, earlier)) ||
    left.earlier.some((word) => isName(word, later));
  if (isUnknown) return 'unknown word';
  const [was, is] = [computed(pair.earlier.question), computed(pair.later.question)];
  if (was === null || is === null || was === is || shareSurely(was, is)) return null;
  const isUnsaid =
    !pair.later.frame.concepts.includes(was) && !pair.earlier.frame.concepts.includes(is);
  return isUnsaid ? 'measure' : null;
}

/** "slovakian" of "slovakia". */
const isFormOf = (first: string, second: string): boolean =>
  Math.min(first.length, second.length) > MIN_ROOT &&
  (first.startsWith(second) || second.startsWith(first));

/** "veiw": two letters changed places, and it is a word. */
function isSwapped(text: string, isWord: IsWord): boolean {
  for (let at = 1; at < text.length; at += 1) {
    const swapped =
      text.slice(0, at - 1) + text.charAt(at) + text.charAt(at - 1) + text.slice(at + 1);
    if (swapped !== text && isWord(swapped)) return true;
  }
  return false;
}

/** Whether what is no word may be short for a word, or a slip of it. */
const standsFor = (text: string, word: string): boolean =>
  isSlipOf(text, word) || spelledAlike(text, word) === 'abbreviation';

/** Letters alone, and enough of them: "qty" and "#3" are no names. */
const isPlain = (text: string): boolean => /^\p{Ll}{4,}$/u.test(text);

/** "Who supplies us" has a verb there, "the supplies" a thing. */
const NOUN_FOLLOWS =
  /^(?:the|an?|of|all|by|each|every|many|any|our|their|its|his|her|for|with|without|and|or|most|more|fewest|least|list|show|count|which|per|in|on|from|to|distinct|different|how|total|new|number)$/u;
const AGENT = /(?:er|or|ee|ant|ist)s?$/u;
const PLAIN_PLURAL = /[^s]s$/u;
const MIN_ROOT = 4;

/** "employers" and "employees", "visits" and "visitors": of one root, and not one thing. */
function isOtherAgent(first: string, second: string): boolean {
  let shared = 0;
  while (shared < first.length && first[shared] === second[shared]) shared += 1;
  const [one, other] = [first.slice(shared), second.slice(shared)];
  if (shared < MIN_ROOT || Math.max(one.length, other.length) > MIN_ROOT) return false;
  const [isFirst, isSecond] = [AGENT.test(first), AGENT.test(second)];
  if (isFirst && isSecond) return first.replace(/s$/u, '') !== second.replace(/s$/u, '');
  return (isFirst && PLAIN_PLURAL.test(second)) || (isSecond && PLAIN_PLURAL.test(first));
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
