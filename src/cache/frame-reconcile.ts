// Owns differences that make up for one another: a negation and a turned bound, a negation and an opposite,
// one span of time worded twice. Each alone would be another query; together they are another wording. Pure.
import type { Pair } from './evidence-measure.ts';
import type { Bound } from './frame-cues.ts';
import { type Difference, factsOf } from './frame-difference.ts';
import { isSameWholeBound } from './frame-quantity.ts';
import { FLIPPED } from './frame-reader-words.ts';
import type { Frame } from './frame.ts';

type Rule = Difference['rule'];

export function reconciled(
  { earlier: { frame: earlier }, later: { frame: later } }: Pick<Pair, 'earlier' | 'later'>,
  differences: readonly Difference[],
): readonly Difference[] {
  const spared = new Set<Rule>([
    ...(isTurnedByNegation(earlier, later) ? (['negation', 'comparison'] as const) : []),
    ...(deniesOpposite(differences) ? (['negation', 'opposite'] as const) : []),
    ...(saysOneSpan(earlier, later) ? (['time', 'comparison', 'number'] as const) : []),
  ]);
  return differences.map((difference) =>
    spared.has(difference.rule) ? { ...difference, weight: 'soft' } : difference,
  );
}

/** "unpaid" is "not paid". */
const deniesOpposite = (differences: readonly Difference[]): boolean =>
  differences.some(({ rule }) => rule === 'negation') &&
  differences.some(({ rule }) => rule === 'opposite');

/** How far behind a negation the bound may stand that it turns. */
const TURN_REACH = 6;

/** "leaving out those with fewer than 50" is "at least 50": a negation turns the bound that it stands before. */
function turned(key: string): string {
  const [bound = '', ...rest] = key.split(' ');
  return [FLIPPED[bound as Bound] ?? bound, ...rest].join(' ');
}

function isTurnedByNegation(earlier: Frame, later: Frame): boolean {
  const [was, is] = [factsOf(earlier, 'negation').length, factsOf(later, 'negation').length];
  if (Math.abs(was - is) !== 1) return false;
  const bounds = (frame: Frame): readonly string[] =>
    factsOf(frame, 'comparison').map(({ key }) => key);
  const [before, after] = [bounds(earlier), bounds(later)];
  const left = before.filter((key) => !after.includes(key));
  const added = after.filter((key) => !before.includes(key));
  if (left.length !== 1 || added.length !== 1) return false;
  const [frame, key] = was > is ? [earlier, left[0]!] : [later, added[0]!];
  return standsBefore(frame, key) && isSameWholeBound(turned(left[0]!), added[0]!);
}

/** "not from Germany, above 50" negates something else. */
function standsBefore(frame: Frame, key: string): boolean {
  const bound = factsOf(frame, 'comparison').find((fact) => fact.key === key);
  return factsOf(frame, 'negation').some(
    ({ at }) =>
      bound !== undefined &&
      at < bound.at &&
      bound.at - at <= TURN_REACH &&
      !frame.words.some((word) => word.value !== null && word.at > at && word.at < bound.at),
  );
}

const SPAN = /^(?:<=? |(?:next|last|past) )?([\d.]+ (?:s|mo))$/u;
const spansOf = (frame: Frame): string =>
  frame.facts
    .filter(({ kind }) => kind === 'time' || kind === 'comparison' || kind === 'number')
    .flatMap(({ key }) => SPAN.exec(key)?.[1] ?? [])
    .sort()
    .join();
const anchored = (frame: Frame): number =>
  frame.facts.filter(({ kind, key }) => kind === 'time' && SPAN.test(key)).length;

const bounded = (frame: Frame): number =>
  frame.facts.filter(({ kind, key }) => kind === 'comparison' && SPAN.test(key)).length;

/** What is said of time and number beside the spans. */
const othersOf = (frame: Frame): string =>
  frame.facts
    .filter(({ kind, key }) => /^(?:time|comparison|number)$/u.test(kind) && !SPAN.test(key))
    .map(({ key }) => key)
    .sort()
    .join();

/** "trips of 14 days", "signed for under 2 years": how long, and not until when. */
const lasts = ({ facts, tokens }: Frame): boolean =>
  facts.some(({ kind, key, at, said }) => {
    if (!SPAN.test(key) || kind === 'time') return false;
    if (kind === 'number') return !WHEN.test(tokens[at - 1]?.text ?? '');
    const start = Math.max(0, at - said.split(' ').length);
    return tokens.slice(start, at).some(({ text }) => FOR.test(text));
  });
const WHEN = /^(?:in|within|over|during|the)$/u;
const FOR = /^(?:for|of|lasting)$/u;

/** "due within 14 days" of "due in the next 14 days": the same span, of which one leaves out the direction. */
function saysOneSpan(earlier: Frame, later: Frame): boolean {
  const spans = spansOf(earlier);
  if (spans === '' || spans !== spansOf(later) || othersOf(earlier) !== othersOf(later))
    return false;
  if (lasts(earlier) || lasts(later)) return false;
  return anchored(earlier) !== anchored(later) || bounded(earlier) !== bounded(later);
}
