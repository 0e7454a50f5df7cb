// Owns whether both questions ask for the same of the same things: the things or their number, against who
// did it, when, how much, or whether. Pure.
import type { Pair } from './evidence-measure.ts';
import { DOES } from './frame-request.ts';
import type { Frame } from './frame.ts';

/** @returns The rule that refuses the pair; null where none does. */
export function otherAsked({ earlier, later }: Pick<Pair, 'earlier' | 'later'>): string | null {
  const turns = (one: Frame, other: Frame): boolean =>
    turnsTo(one, other) || turnsRound(one, other) || turnsToObject(one, other);
  const [was, is] = [earlier.frame, later.frame];
  return turns(was, is) || turns(is, was) || asksWhether(was) !== asksWhether(is) ? 'asked' : null;
}

/** From things or their number to who did it, when, or how much. */
function turnsTo({ request: was }: Frame, { request: is, concepts }: Frame): boolean {
  const [thing = [], ...more] = was.heads;
  if (thing.length === 0 || more.length > 0) return false;
  const isOfThings = was.asking === 'which' || was.asking === 'count';
  if (!isOfThings || !thing.every((word) => concepts.includes(word))) return false;
  if (is.asking === 'count' && was.asking === 'count') {
    return !thing.includes('time') && is.heads[0]?.[0] === 'time';
  }
  return (
    is.asking === 'who' || is.asking === 'object' || is.asking === 'place' || is.asking === 'much'
  );
}

/** "the authors and whether they won": a column, and no condition. */
const asksWhether = ({ tokens }: Frame): boolean =>
  tokens.findLastIndex(({ text }) => /^(?:whether|if|flag)$/u.test(text)) > 3;

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
