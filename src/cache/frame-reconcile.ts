// Owns differences that make up for one another: a negation and a turned bound, a negation and an opposite,
// one span of time worded twice. Each alone would be another query; together they are another wording. Pure.
import type { Pair } from './evidence-measure.ts';
import { type Difference, factsOf } from './frame-difference.ts';
import { isSameWholeBound } from './frame-quantity.ts';
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

const OPPOSITE_BOUND: Readonly<Record<string, string>> = {
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

/** "leaving out those with fewer than 50" is "at least 50": a negation turns the bound that it stands before. */
function turned(key: string): string {
  const [bound = '', ...rest] = key.split(' ');
  return [OPPOSITE_BOUND[bound] ?? bound, ...rest].join(' ');
}

function isTurnedByNegation(earlier: Frame, later: Frame): boolean {
  const [was, is] = [factsOf(earlier, 'negation').length, factsOf(later, 'negation').length];
  if (Math.abs(was - is) !== 1) return false;
  const bounds = (frame: Frame): readonly string[] =>
    factsOf(frame, 'comparison').map(({ key }) => key);
  const [before, after] = [bounds(earlier), bounds(later)];
  const left = before.filter((key) => !after.includes(key));
  const added = after.filter((key) => !before.includes(key));
  return left.length === 1 && added.length === 1 && isSameWholeBound(turned(left[0]!), added[0]!);
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

/** "due within 14 days" of "due in the next 14 days": the same span, of which one leaves out the direction. */
function saysOneSpan(earlier: Frame, later: Frame): boolean {
  const spans = spansOf(earlier);
  if (spans === '' || spans !== spansOf(later) || othersOf(earlier) !== othersOf(later))
    return false;
  return anchored(earlier) !== anchored(later) || bounded(earlier) !== bounded(later);
}
