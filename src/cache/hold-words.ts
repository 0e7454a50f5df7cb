// Owns the ways in which one word makes another question though everything else agrees: a real word that
// looks like another, an agent for what it does, a name that nobody knows, another thing that is totalled. Pure.
import type { Pair } from './evidence-measure.ts';
import type { ContentWord } from './frame-facts.ts';
import type { IsWord } from './dictionary.ts';
import { conceptsOf, type Residue } from './frame-residue.ts';
import { isSlipOf } from './frame-slip.ts';
import { commonPrefix, spelledAlike } from './frame-spelling.ts';
import type { Frame } from './frame.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';
import { conceptOf } from './words.ts';

/** After these stands what is computed. */
const COMPUTED = /\b(?:total|average|avg|mean|sum of|median)\s+(?:the |of |all )*([\p{L}]{3,})/iu;
const MAX_WORDS = 8;
const MIN_ALIKE = 4;

/** Word knowledge that tells one word from another. */
interface Known {
  readonly thesaurus: Thesaurus;
  readonly isWord: IsWord;
}

/** @returns The rule that refuses the pair; null where none does. */
export function otherWord(pair: Pair, { left }: Residue, known: Known): string | null {
  if (looksAlike(left, known) || isOtherAgent(pair, left)) return 'look-alike';
  if (hasUnknownWord(pair, left, known)) return 'unknown word';
  if (narrowsNegation(pair, left, known.thesaurus)) return 'negation';
  return computesOther(pair, known.thesaurus) ? 'measure' : null;
}

/** "sent" and "spent": two words of which each is one, and neither means the other. */
function looksAlike(left: Residue['left'], { thesaurus, isWord }: Known): boolean {
  const isOther = (first: string, second: string): boolean =>
    !overlap(thesaurus.meaningsOf([first]), thesaurus.meaningsOf([second]));
  const [before, after] = [left.earlier, left.later].map((words) =>
    words
      .filter(({ text, value, implied }) => value === null && !implied && isWord(text))
      .slice(0, MAX_WORDS),
  );
  return before!.some((word) =>
    after!.some(
      (other) =>
        (isNearly(word.text, other.text) || spelledAlike(word.text, other.text) === 'slip') &&
        isOther(word.concept, other.concept),
    ),
  );
}

/** "the employers" and "the employees": of one root, and not one thing. */
function isOtherAgent({ earlier, later }: Pair, left: Residue['left']): boolean {
  const isNoun = ({ tokens }: Frame, { at }: ContentWord): boolean =>
    NOUN_FOLLOWS.test(tokens[at - 1]?.text ?? 'the');
  return left.earlier.some((word) =>
    left.later.some(
      (other) =>
        isAgentOf(word.text, other.text) &&
        isNoun(earlier.frame, word) &&
        isNoun(later.frame, other),
    ),
  );
}

/** What no dictionary has, and no word of the other question explains, is a name. */
function hasUnknownWord(
  { earlier, later, facts }: Pair,
  left: Residue['left'],
  { isWord }: Known,
): boolean {
  const names = conceptsOf([...facts.tables, ...facts.columns]);
  const isUnknown = ({ text, concept, value, implied }: ContentWord, others: Frame): boolean =>
    value === null &&
    !implied &&
    isPlain(text) &&
    !names.has(concept) &&
    !isWord(text) &&
    !isSwapped(text, isWord) &&
    ![...others.texts].some(
      (other) => extendsRoot(text, other) || (isWord(other) && standsFor(text, other)),
    );
  return (
    left.later.some((word) => isUnknown(word, earlier.frame)) ||
    left.earlier.some((word) => isUnknown(word, later.frame))
  );
}

/** "without an active loan" against "without a loan": what is left of fewer is more. */
function narrowsNegation(
  { earlier: { frame: earlier }, later: { frame: later } }: Pair,
  left: Residue['left'],
  thesaurus: Thesaurus,
): boolean {
  const known = thesaurus.meaningsOf(earlier.concepts);
  return left.later.some(({ text, concept, at, value, implied }) => {
    if (value !== null || implied || MERE.test(text)) return false;
    const article = /^(?:an?|any|the)$/u.test(later.tokens[at - 1]?.text ?? '') ? 1 : 0;
    const narrowed = later.words.find((word) => word.at === at + 1 && word.value === null);
    return (
      NONE.test(later.tokens[at - 1 - article]?.text ?? '') &&
      narrowed !== undefined &&
      !left.later.includes(narrowed) &&
      !overlap(thesaurus.meaningsOf([concept]), known)
    );
  });
}

const NONE = /^(?:no|without|zero|lacking)$/u;
const MERE = /^(?:single|other|further|longer|more|one|additional|such|real|actual|known)$/u;

/** "average price" and "average cost": another thing that is totalled or averaged. */
function computesOther({ earlier, later }: Pair, thesaurus: Thesaurus): boolean {
  if (ratesOther(earlier.question, later.question) || ratesOther(later.question, earlier.question))
    return true;
  if (
    countsOther(earlier.question, later.question) ||
    countsOther(later.question, earlier.question)
  )
    return true;
  const [was, is] = [computed(earlier.question), computed(later.question)];
  if (was === null || is === null || was === is) return false;
  if (overlap(thesaurus.strongOf([was]), thesaurus.strongOf([is]))) return false;
  return !later.frame.concepts.includes(was) && !earlier.frame.concepts.includes(is);
}

/** "slovakian" of "slovakia". */
const extendsRoot = (first: string, second: string): boolean =>
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

/** "employers" of "employees", "visitors" of "visits". */
function isAgentOf(first: string, second: string): boolean {
  const shared = commonPrefix(first, second);
  const [one, other] = [first.slice(shared), second.slice(shared)];
  if (shared < MIN_ROOT || Math.max(one.length, other.length) > MIN_ROOT) return false;
  const [isFirst, isSecond] = [AGENT.test(first), AGENT.test(second)];
  if (isFirst && isSecond) return first.replace(/s$/u, '') !== second.replace(/s$/u, '');
  return (isFirst && PLAIN_PLURAL.test(second)) || (isSecond && PLAIN_PLURAL.test(first));
}

/** One letter more, less or other: "sent" and "spent". */
function isNearly(first: string, second: string): boolean {
  if (first === second || Math.min(first.length, second.length) < MIN_ALIKE) return false;
  const start = commonPrefix(first, second);
  const [a, b] = [first.slice(start), second.slice(start)];
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}

/** "the highest return rate" against "the highest number of returns". */
const ratesOther = (rating: string, counting: string): boolean =>
  RATE.test(rating) && !RATE.test(counting) && !COUNT.test(rating) && COUNT.test(counting);

const RATE = /\b(?:rates?|ratios?|percentages?|proportions?)\b/iu;
const COUNT = /\b(?:numbers?|counts?) of\b/iu;

/** "average number of ratings" against "average rating", but not against "average rating count". */
function countsOther(counting: string, measuring: string): boolean {
  const thing = AVERAGE_COUNT.exec(counting)?.[1];
  const word = COMPUTED.exec(measuring)?.[1];
  if (thing === undefined || word === undefined || word.endsWith('s')) return false;
  const isCount = new RegExp(`\\b${word} (?:count|number|quantity)`, 'iu').test(measuring);
  return !isCount && conceptOf(thing.toLowerCase()) === conceptOf(word.toLowerCase());
}

const AVERAGE_COUNT =
  /\b(?:average|avg|mean|median) (?:number|count) of (?:the )?([\p{L}]{3,}s)\b/iu;

function computed(question: string): string | null {
  const word = COMPUTED.exec(question)?.[1];
  return word === undefined ? null : conceptOf(word.toLowerCase());
}
