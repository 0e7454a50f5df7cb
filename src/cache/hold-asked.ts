// Owns whether both questions ask for the same of the same things: the things or their number, against who
// did it, how, when, how much, or whether; a value, against the thing that has it. Pure.
import type { Pair } from './evidence-measure.ts';
import type { SqlFacts } from './facts.ts';
import { conceptsOf } from './frame-residue.ts';
import { DOES, isSentence, type Request } from './frame-request.ts';
import type { Frame } from './frame.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';

/** @returns The rule that refuses the pair; null where none does. */
export function otherAsked({ earlier, later, facts }: Pair, thesaurus: Thesaurus): string | null {
  const turns = (one: Frame, other: Frame): boolean =>
    turnsTo(one, other) ||
    turnsRound(one, other) ||
    turnsToObject(one, other) ||
    turnsPassive(one, other);
  const [was, is] = [earlier.frame, later.frame];
  const isOther =
    turns(was, is) ||
    turns(is, was) ||
    asksWhether(was) !== asksWhether(is) ||
    asksMore(was, is, facts) ||
    swapsValue(was, is, facts, thesaurus);
  return isOther ? 'asked' : null;
}

/** From things or their number to who did it, how, when, or how much. */
function turnsTo({ request: was }: Frame, { request: is, concepts }: Frame): boolean {
  if (was.asking === 'who') return is.asking === 'manner' || is.asking === 'place';
  const [thing = [], ...more] = was.heads;
  if (thing.length === 0 || more.length > 0) return false;
  const isOfThings = was.asking === 'which' || was.asking === 'count';
  if (!isOfThings || !thing.every((word) => concepts.includes(word))) return false;
  if (is.asking === 'count' && was.asking === 'count') {
    return !thing.includes('time') && is.heads[0]?.[0] === 'time';
  }
  return TURNED.has(is.asking);
}

const TURNED: ReadonlySet<Request['asking']> = new Set([
  'who',
  'object',
  'place',
  'much',
  'manner',
]);

/** "the authors and whether they won": a column, and no condition. */
const asksWhether = ({ tokens }: Frame): boolean =>
  tokens.findLastIndex(({ text }) => /^(?:whether|if|flag)$/u.test(text)) > 3;

/** "…, and which ones?", "… and since when", "how many and which": another thing that is asked for. */
const AGAIN =
  /(?:[,.;?&]|\band)(?: and)? (?:(?:since|until|from|by|at|in|with|to) )?(?:(?:which|who|whom|what)(?: (?:ones?|of them|are they|were they|they are|they were))?(?= [.?!,]|$)|(?:when|where|why)(?= (?:[.?!]|did|was|were|is|are|do|does)|$)|how (?:often|many|much|long|far|old))|\b(?:how many|which|who) and (?:which|how many|who|when|where)\b/gu;
/** "How many are there? List them." */
const LISTED_TOO =
  /(?:[.,;?]|\band) (?:list|show|name|give)(?: me)? (?:them|these|those|all)\b|\blist and count\b|\bcount and list\b/gu;
/** Without one of these before it, it is the first thing that is asked for: "For each city, how many". */
const ASKS = /\b(?:how|which|what|who|list|show|find|give|count|tell|return|get)\b/u;

/** Whether more is asked for than the one column that the statement returns. */
const asksMore = (was: Frame, is: Frame, { outputs }: SqlFacts): boolean =>
  outputs.length === 1 && outputs[0] !== '*' && timesAsked(is) > timesAsked(was);

function timesAsked({ unquoted: text, request }: Frame): number {
  const found = [
    ...text.matchAll(AGAIN),
    ...(request.asking === 'list' ? [] : text.matchAll(LISTED_TOO)),
  ];
  return found.filter(
    ({ index, 0: said }) => said.includes(' and ') || ASKS.test(text.slice(0, index)),
  ).length;
}

const AUXILIARY = /^(?:did|do|does|is|are|was|were|has|have|had|will|can)$/u;

/** "For whom does Maria work?" against "Who works for Maria?". */
function turnsRound({ tokens: [first, second] }: Frame, { tokens: [who, verb] }: Frame): boolean {
  const asksObject = first?.text === 'whom' || second?.text === 'whom';
  return asksObject && who?.text === 'who' && !AUXILIARY.test(verb?.text ?? '');
}

const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ['us', 'we'],
  ['me', 'i'],
  ['him', 'he'],
  ['them', 'they'],
]);

/** "Which customers did Anna call?" against "Which customers called Anna?". */
function turnsToObject(earlier: Frame, later: Frame): boolean {
  return earlier.tokens.some(({ text, quoted }, at) => {
    const [who, verb] = [earlier.tokens[at + 1]?.text, earlier.concepts[at + 2]];
    if (quoted || !DOES.test(text) || who === undefined || verb === undefined) return false;
    return (
      later.tokens.some(
        (token, place) =>
          (SUBJECTS.get(token.text) ?? token.text) === who &&
          place > 0 &&
          later.concepts[place - 1] === verb,
      ) && !later.tokens.some((token) => DOES.test(token.text))
    );
  });
}

const BE = /^(?:is|are|was|were|been|being|be|got|get|gets)$/u;
const MIN_STEM = 3;

/** "Which teams beat Arsenal?" against "Which teams were beaten by Arsenal?". */
function turnsPassive(earlier: Frame, later: Frame): boolean {
  const [thing] = earlier.request.heads;
  if (!thing || thing[0] !== later.request.heads[0]?.[0]) return false;
  return later.tokens.some(({ text, quoted }, at) => {
    const [be, verb, who] = [later.tokens[at - 2], later.tokens[at - 1], later.tokens[at + 1]];
    if (text !== 'by' || quoted || !who || !BE.test(be?.text ?? '') || verb === undefined)
      return false;
    const stem = verb.text.slice(0, MIN_STEM);
    return earlier.tokens.some(
      (token, place) =>
        token.text === who.text &&
        earlier.tokens[place - 1]?.text.startsWith(stem) === true &&
        !earlier.tokens.slice(0, place).some((before) => BE.test(before.text)),
    );
  });
}

/** "the highest salary among the nurses" against "the nurse with the highest salary". */
function swapsValue(was: Frame, is: Frame, facts: SqlFacts, thesaurus: Thesaurus): boolean {
  const [before, after] = [headOf(was.request), headOf(is.request)];
  if (!before || ![was, is].every((frame) => isSuperlative(frame) && isSentence(frame)))
    return false;
  const isExtreme =
    facts.outputs.length === 1 &&
    facts.groupBy.length === 0 &&
    /^(?:max|min)/u.test(facts.outputs[0]!);
  if (is.request.asking === 'who') return isExtreme;
  if (!after || isLike(before, after, thesaurus)) return false;
  // Each is said by the other question as well, only not as what is asked for.
  const isSwapped = saysThing(was, after) && saysThing(is, before);
  const returned = conceptsOf(facts.outputs);
  return isSwapped && (isExtreme || !after.some((word) => returned.has(word)));
}

const headOf = ({ asking, heads }: Request): readonly string[] | undefined =>
  heads.length === 1 && (asking === 'which' || asking === 'list') ? heads[0] : undefined;

const isSuperlative = ({ facts }: Frame): boolean => facts.some(({ kind }) => kind === 'direction');

const saysThing = ({ concepts }: Frame, head: readonly string[]): boolean =>
  concepts.includes(head.at(-1)!);

function isLike(one: readonly string[], other: readonly string[], thesaurus: Thesaurus): boolean {
  return (
    one.some((word) => other.includes(word)) ||
    overlap(thesaurus.meaningsOf(one), thesaurus.meaningsOf(other))
  );
}
