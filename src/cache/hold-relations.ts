// Owns the small words that say how things stand to one another: light verbs, prepositions, the future. The
// frames read past them, so that a pair which differs in nothing else would be served. Pure; each rule
// stands here because an attack got past without.
import type { IsWord } from './dictionary.ts';
import type { Pair } from './evidence-measure.ts';
import { factsOf } from './frame-difference.ts';
import { compareSides } from './frame-sides.ts';
import { timeAt } from './frame-time.ts';
import type { Frame } from './frame.ts';

/** @returns The rule that refuses the pair; null where none does. */
export function otherRelation({ earlier, later }: Pair, isWord: IsWord): string | null {
  if (verbsExclude(earlier.frame, later.frame)) return 'verb';
  if (prepositionsExclude(earlier.frame, later.frame, isWord)) return 'preposition';
  if (quantifiersExclude(earlier.frame, later.frame)) return 'quantifier';
  if (turnsPast(earlier.frame, later.frame)) return 'tense';
  return compareSides(earlier.frame, later.frame) < 0 ? 'sides' : null;
}

/** Verbs that mean little and yet exclude one another: "calls she took", "calls she made". */
const VERBS: readonly RegExp[] = [
  /^(?:needs?|needed|wants?|wanted)$/u,
  /^(?:makes?|made|making)$/u,
  /^(?:takes?|took|taken|taking|uses?|used|using)$/u,
  /^holds?$/u,
  /^offers?$/u,
  /^(?:knows?|knew|known)$/u,
  /^(?:likes|liked)$/u,
  /^(?:mentions?|mentioned|mentioning)$/u,
  /^(?:considers?|considered)$/u,
  /^(?:follows?|followed)$/u,
  /^(?:gives?|gave|given)$/u,
  /^(?:undergo|undergoes|underwent|undergone)$/u,
  /^(?:buys?|bought|purchased)$/u,
  /^(?:sells?|sold)$/u,
  /^(?:sends?|sent)$/u,
];
const NEED = 0;
const HAVE = /^(?:have|has|had|given|gave)$/u;
/** "I need", "can you give me", "make a list": the wish, not the question. */
const WISHES = /^(?:i|we|you|me|us|please|can|could|would|will|to|let|'d|d|just|also)$/u;

const BE_DONE = /^(?:is|are|was|were|be|been|being)$/u;

function verbsExclude(earlier: Frame, later: Frame): boolean {
  const [was, is] = [verbsOf(earlier), verbsOf(later)];
  // What is needed or wanted is not there.
  if (was.includes(NEED) !== is.includes(NEED)) {
    const other = was.includes(NEED) ? later : earlier;
    return other.tokens.some(({ text }) => HAVE.test(text));
  }
  return was.some((verb) => !is.includes(verb)) && is.some((verb) => !was.includes(verb));
}

function verbsOf({ tokens }: Frame): readonly number[] {
  return tokens.flatMap(({ text, kind, quoted }, at) => {
    if (kind !== 'word' || quoted || at === 0) return [];
    const before = tokens[at - 1]!.text;
    // "are given", "being offered": what is there, whoever does it.
    if (WISHES.test(before) || BE_DONE.test(before)) return [];
    const found = VERBS.findIndex((verb) => verb.test(text));
    return found < 0 ? [] : [found];
  });
}

/** Prepositions by what they say; what stands in no pair of EXCLUSIVE may stand for one another. */
const PREPOSITIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    against: 'against',
    versus: 'against',
    for: 'for',
    with: 'with',
    via: 'via',
    through: 'via',
    to: 'to',
    into: 'to',
    towards: 'to',
    from: 'from',
    between: 'between',
    about: 'about',
    within: 'in',
    in: 'in',
    inside: 'in',
    outside: 'outside',
    like: 'like',
    at: 'at',
    on: 'on',
    onto: 'to',
    under: 'under',
  }),
);
const EXCLUSIVE = new Set([
  'against for',
  'against with',
  'against to',
  'against from',
  'from to',
  'between to',
  'between from',
  'to via',
  'from via',
  'in to',
  'out to',
  'in out',
  'about to',
  'about for',
  'about from',
  'in outside',
]);
/** "sent to Priya", "sent with Priya"; "connected to" and "with" a thing are one. */
const EXCLUSIVE_OF_NAMES = new Set([
  'to with',
  'for with',
  'for to',
  'at to',
  'for like',
  'like with',
  'under with',
  'on to',
]);
const PASSED_OVER = /^(?:the|an?|our|their|his|her|its|my|your|all|any|each|every|this|that)$/u;

/** "moved into the office" and "moved out of the office": the same thing behind an excluding word. */
function prepositionsExclude(earlier: Frame, later: Frame, isWord: IsWord): boolean {
  // "outside Berlin" is "not in Berlin".
  if (factsOf(earlier, 'negation').length !== factsOf(later, 'negation').length) return false;
  const [was, is] = [placesOf(earlier), placesOf(later)];
  return [...was].some(([thing, before]) => {
    const after = is.get(thing);
    if (after === undefined || before.size !== 1 || after.size !== 1) return false;
    const pair = [...before, ...after].sort().join(' ');
    return EXCLUSIVE.has(pair) || (!isWord(thing) && EXCLUSIVE_OF_NAMES.has(pair));
  });
}

/** The prepositions before each thing. */
function placesOf({ tokens, concepts }: Frame): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, Set<string>>();
  tokens.forEach(({ text, quoted }, at) => {
    const isOut = text === 'of' && tokens[at - 1]?.text === 'out';
    // "not in Berlin" is "outside Berlin".
    const isNotIn = text === 'in' && tokens[at - 1]?.text === 'not';
    const preposition = isOut ? 'out' : isNotIn ? 'outside' : PREPOSITIONS.get(text);
    if (preposition === undefined || quoted) return;
    let next = at + 1;
    while (PASSED_OVER.test(tokens[next]?.text ?? '')) next += 1;
    const thing = tokens[next];
    if (thing?.kind !== 'word' || timeAt(tokens, next) !== undefined) return;
    const known = places.get(concepts[next]!) ?? new Set<string>();
    places.set(concepts[next]!, known.add(preposition));
  });
  return places;
}

const FUTURE = /^(?:will|shall|gonna)$/u;
/** Words that speak of the future without the verb that does. */
const AHEAD =
  /^(?:next|upcoming|coming|future|due|scheduled|planned|expected|forecast|expires?|expiring|tomorrow|ahead|soon|going|predicted|projected)$/u;
const PAST = /^(?:did|was|were|had)$/u;
const BE = /^(?:is|are|be|been|being|to|has|have)$/u;

/** "will register" against "registered"; "will be offered" is no more than "are offered". */
const turnsPast = (earlier: Frame, later: Frame): boolean =>
  (isFuture(earlier) && isPast(later)) || (isFuture(later) && isPast(earlier));

const isFuture = ({ tokens }: Frame): boolean =>
  tokens.some(
    ({ text, quoted, capital }, at) =>
      !quoted && !(capital && at > 0) && FUTURE.test(text) && tokens[at + 1]?.text !== 'you',
  );

function isPast({ tokens }: Frame): boolean {
  const said = tokens.filter(({ quoted }) => !quoted);
  if (said.some(({ text }) => AHEAD.test(text) || FUTURE.test(text))) return false;
  return tokens.some(({ text, kind, quoted }, at) => {
    if (kind !== 'word' || quoted) return false;
    return PAST.test(text) || (/..ed$/u.test(text) && !BE.test(tokens[at - 1]?.text ?? ''));
  });
}

const EACH_ONE = /^(?:all|each|both|whole|entire|complete|every)$/u;
/** Before "every", these list and do not condition: "show every order". */
const LISTED =
  /^(?:list|show|for|of|give|find|display|return|me|get|per|and|name|fetch|what|is|in|see|are|,|:)$/u;

/** "passed every exam" against "passed an exam", "have ever been" against "are". */
function quantifiersExclude(earlier: Frame, later: Frame): boolean {
  const conditions = ({ tokens }: Frame): boolean =>
    tokens.some(
      ({ text, quoted }, at) =>
        text === 'every' && !quoted && !LISTED.test(tokens[at - 1]?.text ?? 'list'),
    );
  const says = ({ tokens }: Frame, pattern: RegExp): boolean =>
    tokens.some(({ text, quoted }) => !quoted && pattern.test(text));
  const lacks = (one: Frame, other: Frame): boolean =>
    (conditions(one) && !says(other, EACH_ONE)) ||
    (says(one, /^ever$/u) &&
      !says(one, /^since$/u) &&
      !says(other, /^(?:ever|never|once|any|before|yet|been|far|sold)$/u) &&
      !isPast(other));
  return lacks(earlier, later) || lacks(later, earlier);
}
