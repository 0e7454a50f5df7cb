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
export function otherRelation({ earlier, later, facts }: Pair, isWord: IsWord): string | null {
  if (verbsExclude(earlier.frame, later.frame)) return 'verb';
  if (prepositionsExclude(earlier.frame, later.frame, isWord)) return 'preposition';
  if (quantifiersExclude(earlier.frame, later.frame)) return 'quantifier';
  const isOfRows = facts.groupBy.length > 0 && facts.outputs.some((name) => COMPUTED.test(name));
  const isEach = (one: Frame, other: Frame): boolean =>
    isOfRows && isOfEvery(one) && isOfEach(other);
  if (isEach(earlier.frame, later.frame) || isEach(later.frame, earlier.frame)) return 'quantifier';
  if (pools(earlier.frame, later.frame) || pools(later.frame, earlier.frame)) return 'pooled';
  if (turnsPast(earlier.frame, later.frame) || moodOf(earlier.frame) !== moodOf(later.frame))
    return 'tense';
  if (turnsNow(earlier.frame, later.frame) || turnsNow(later.frame, earlier.frame)) return 'tense';
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

function pastArticles(tokens: Frame['tokens'], from: number): number {
  let at = from;
  while (PASSED_OVER.test(tokens[at]?.text ?? '')) at += 1;
  return at;
}

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
    const next = pastArticles(tokens, at + 1);
    const thing = tokens[next];
    if (thing?.kind !== 'word' || timeAt(tokens, next) !== undefined) return;
    const known = places.get(concepts[next]!) ?? new Set<string>();
    places.set(concepts[next]!, known.add(preposition));
  });
  return places;
}

/** "used to be", "about to leave", "could be": what was, what is near, what may be, not what is. */
function moodOf({ unquoted }: Frame): string {
  return MOODS.find(([, pattern]) => pattern.test(unquoted))?.[0] ?? '';
}

const MOODS: readonly (readonly [string, RegExp])[] = [
  ['past', /\bused to (?:be|have)\b/u],
  ['near', /\babout to (?!(?:expire|end|run)\b)\p{L}/u],
  ['perhaps', /\b(?:could|might) be (?:in|at|on|from|an?|the)\b/u],
  ['should', /\bshould (?:we|they|there|he|she|it) \p{L}/u],
];

/** "do we have" against "did we have", "are in the house" against "will be in the house": with no period said. */
function turnsNow(now: Frame, other: Frame): boolean {
  if (factsOf(now, 'time').length + factsOf(other, 'time').length > 0) return false;
  const [text, others] = [now.unquoted, other.unquoted];
  const had = DO_HAVE.test(text) && DID_HAVE.test(others);
  return had || (IS_IN.test(text) && WILL_BE_IN.test(others) && !WILL_BE_IN.test(text));
}

const DO_HAVE = /\b(?:do|does) (?:we|they|he|she|it|you) (?:have|own)\b/u;
const DID_HAVE = /\bdid (?:we|they|he|she|it|you) (?:have|own)\b/u;
const IS_IN = /\b(?:is|are) (?:in|at|on|from)\b/u;
const WILL_BE_IN = /\bwill be (?:in|at|on|from)\b/u;
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

/** "the best by branch" against "the best across all branches". */
function pools(earlier: Frame, later: Frame): boolean {
  const pooled = later.tokens.flatMap(({ text, quoted }, at) => {
    if (text !== 'across' || quoted) return [];
    const next = pastArticles(later.tokens, at + 1);
    return later.concepts.slice(next, next + 1);
  });
  const { tokens, concepts } = earlier;
  const grouped = new Set(concepts.filter((_, at) => GROUPED.test(tokens[at - 1]?.text ?? '')));
  return pooled.some((thing) => grouped.has(thing)) && factsOf(later, 'group').length === 0;
}

const GROUPED = /^(?:by|per|each|every)$/u;

const EACH_ONE = /^(?:all|each|both|whole|entire|complete|every)$/u;
/** Before "every", these list and do not condition: "show every order". */
const LISTED =
  /^(?:list|show|for|of|give|find|display|return|me|get|per|and|name|fetch|what|is|in|see|are|,|:)$/u;

/** Before "every", what asks for each: "did every customer", "sales in every region". */
const OF_EACH = /^(?:did|do|does|is|are|was|were|has|have|had|will|can|with|from|to|by|at|in|on)$/u;

/** "How many students attended every lecture": all of them, where "each lecture" asks for one row each. */
const isOfEvery = ({ tokens, request }: Frame): boolean =>
  tokens.some(
    ({ text, quoted }, at) =>
      text === 'every' &&
      !quoted &&
      !LISTED.test(tokens[at - 1]?.text ?? 'list') &&
      (!OF_EACH.test(tokens[at - 1]!.text) || (request.asking === 'count' && isActive(tokens, at))),
  );

const COMPUTED = /^(?:count|sum|avg|min|max)\b/u;

const isOfEach = ({ tokens }: Frame): boolean =>
  tokens.some(({ text, quoted }) => !quoted && /^(?:each|per)$/u.test(text)) &&
  !tokens.some(({ text, quoted }) => !quoted && /^(?:every|all|both|whole)$/u.test(text));

/** "How many players played on every day", not "how many orders were placed in every region". */
const isActive = (tokens: Frame['tokens'], at: number): boolean =>
  /^(?:in|on|at)$/u.test(tokens[at - 1]!.text) &&
  !tokens
    .slice(0, at)
    .some(({ text }) => /^(?:is|are|was|were|been|did|do|does|has|have)$/u.test(text));

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
