// Owns the differences between two questions' facts: what a cached answer must never gloss over.
// Pure; the statement's facts may excuse a fact that only one side says, never one that both contradict.
import type { SqlFacts } from './facts.ts';
import { type Difference, factsOf, quote, sentence } from './frame-difference.ts';
import { compareOrder } from './frame-order.ts';
import type { Fact, FactKind } from './frame-facts.ts';
import { isSameQuantity, isSameWholeBound } from './frame-quantity.ts';
import { compareSides } from './frame-sides.ts';
import type { Frame } from './frame.ts';

/** Words after a negation that may be what it negates. */
const SCOPE_WORDS = 2;

/** Whether a fact that only one question says is already in the statement, or says nothing. */
function excused(fact: Fact, said: 'earlier' | 'later', sql: SqlFacts): boolean {
  switch (fact.kind) {
    case 'comparison':
      // "with at least one order" is "with orders", unless the statement compares with 1.
      return (
        fact.key === '>= 1' &&
        !sql.literals.some(({ value, column }) => column !== null && /^[01]$/u.test(value))
      );
    case 'aggregate':
      // "total" may be the name of a column; a statement that sums nothing did not read it as a sum.
      return (
        fact.key === 'sum' &&
        said === 'earlier' &&
        !sql.aggregates.some((name) => name.startsWith('sum'))
      );
    case 'distinct':
      return said === 'later' && sql.distinct;
    case 'sort':
      return (
        said === 'later' &&
        sql.orderings.some((order) => fact.key === 'sorted' || fact.key.startsWith(order.direction))
      );
    case 'group':
      // "the name of each student" is the names of all students; "names by region" is not.
      return (
        sql.groupBy.length === 0 &&
        sql.aggregates.length === 0 &&
        !/\b(?:by|in|per)\b/u.test(fact.said)
      );
    default:
      return false;
  }
}

/** "more than", with nothing that is counted: which thing it compares, only the words can tell. */
const isBare = ({ key, said }: Fact): boolean => /^[<>]=?$/u.test(key) && said !== key;

const NEVER_MERE_WORDING: ReadonlySet<FactKind> = new Set([
  'number',
  'time',
  'comparison',
  'direction',
  'aggregate',
]);
const PERHAPS_WORDING: ReadonlySet<FactKind> = new Set(['distinct', 'or', 'group']);

/** "customers with more than 5 orders" against "customers whose number of orders exceeds 5". */
function aggregateIsImplicit(
  before: readonly Fact[],
  after: readonly Fact[],
  context: { readonly earlier: Frame; readonly later: Frame; readonly sql: SqlFacts },
): boolean {
  const silent = before.length > 0 ? context.later : context.earlier;
  const measures = silent.facts.some(
    (fact) => fact.kind === 'direction' || fact.kind === 'comparison',
  );
  return (
    measures &&
    [...before, ...after].every((fact) =>
      context.sql.aggregates.some((name) => name.startsWith(fact.key.slice(0, 3))),
    )
  );
}

/** Words that order or single out without being a known superlative: "busiest", "peak", "ranked". */
const EXTREME =
  /^(?!(?:inter|re|t|gu|for|harv|w|cont|inv|qu|arr|ch|n|p|prot|requ|sugg|dig|conqu|man)est$)[a-z]{2,}est$|^(?:rank\w*|record|peak|maxim\w*|minim\w*|champion|winner|favou?rite|extreme)$/u;
/** Words that ask for an amount or a number without naming the sum or the count. */
const AMOUNT =
  /^(?:much|many|number|numbers|counts?|volume|vol|qty|amt|rev|tonnage|mileage|toll|turnover|revenue|takings|income|spend\w*|spent|amount|sum|worth|together|figure|figures|tally|frequency|often|times|quantity|size|add|added|adds|combined|split|distribution|breakdown)$/u;
/** Words that negate without a word of negation: "unshipped", "sold out", "overdue", "missing". */
const IMPLICIT =
  /^(?:un(?!i(?:on|que|t|form|vers)|der|til|less|it)[a-z]{3,}|non[a-z]{3,}|in(?:active|valid|complete|correct|visible)|dis(?:abled|connected|continued|charged)|missing|absent|awaiting|await|pending|outstanding|overdue|empty|blank|vacant|free|lack\w*|out|still|remaining|exempt|avoid\w*|miss\w*|skipped|sober|idle|unless|only|other|else|beyond|exclusive\w*|gone|off|away|stop\w*|failed?|fails|refus\w*|declin\w*|expired|closed|lost|barren|childless|homeless|\w+less)$/u;

const says = (frame: Frame, pattern: RegExp): boolean =>
  frame.tokens.some(({ text, quoted }) => !quoted && pattern.test(text));

/** Whether the side that lacks a fact says it in other words, and the statement does what it means. */
function isWordedOtherwise(
  kind: FactKind,
  silent: Frame,
  facts: readonly Fact[],
  sql: SqlFacts,
): boolean {
  const does = (names: readonly string[], direction: 'asc' | 'desc'): boolean =>
    sql.orderings.some((order) => order.direction === direction) ||
    sql.aggregates.some((name) => names.some((one) => name.startsWith(one)));
  switch (kind) {
    case 'direction':
      // "top 5 with the highest" says its direction; it words no "lowest".
      return (
        factsOf(silent, 'direction').length === 0 &&
        (says(silent, EXTREME) || silent.facts.some((fact) => fact.kind === 'sort')) &&
        facts.every(({ key }) => (key === 'highest' ? does(['max'], 'desc') : does(['min'], 'asc')))
      );
    case 'aggregate':
      // "viewings per agent" counts them.
      return (
        (says(silent, AMOUNT) || isTerse(silent)) &&
        facts.every(({ key }) => sql.aggregates.some((name) => name.startsWith(key.slice(0, 3))))
      );
    default:
      return false;
  }
}

/** Key words rather than a sentence: no word that says what is wanted of them. */
const isTerse = (frame: Frame): boolean =>
  factsOf(frame, 'group').length > 0 && !says(frame, WANTED);
const WANTED =
  /^(?:what|which|who|whose|list|show|find|give|name|names|are|is|were|was|do|does|did|have|has|return|display|get|me|all|every)$/u;

const MIRRORED: ReadonlySet<string> = new Set(['< >', '> <', '<= >=', '>= <=']);
const mirrored = ([was, ...more]: readonly Fact[], [is, ...others]: readonly Fact[]): boolean =>
  more.length + others.length === 0 && MIRRORED.has(`${was?.key} ${is?.key}`);

function compareKind(
  kind: FactKind,
  earlier: Frame,
  later: Frame,
  sql: SqlFacts,
): Difference | undefined {
  const first = factsOf(earlier, kind);
  const second = factsOf(later, kind);
  const lacks = (facts: readonly Fact[], key: string): boolean =>
    facts.every((fact) => !isSameQuantity(fact.key, key, sql));
  const before = first.filter((fact) => lacks(second, fact.key) && !excused(fact, 'earlier', sql));
  const after = second.filter((fact) => lacks(first, fact.key) && !excused(fact, 'later', sql));
  if (before.length === 0 && after.length === 0) return undefined;
  // "stock below the reorder level", "reorder level above the stock".
  const facing = kind === 'comparison' && [...before, ...after].every(isBare);
  if (facing && mirrored(before, after) && compareSides(earlier, later) > 0) return undefined;
  const unsorted = [...before, ...after].some((fact) => fact.key === 'sorted');
  const contradicts = before.length > 0 && after.length > 0 && !unsorted;
  const mayBeWording = contradicts
    ? isSameBounds(kind, before, after)
    : facing || isUnderstood(kind, { before, after }, { earlier, later, sql });
  const hard =
    !PERHAPS_WORDING.has(kind) && !mayBeWording && (contradicts || NEVER_MERE_WORDING.has(kind));
  return { weight: hard ? 'hard' : 'soft', rule: kind, text: sentence(before, after) };
}

const isSameBounds = (kind: FactKind, before: readonly Fact[], after: readonly Fact[]): boolean =>
  kind === 'comparison' &&
  before.length === after.length &&
  before.every((fact, index) => isSameWholeBound(fact.key, after[index]!.key));

/** Whether what only one question says is meant by the other all the same. */
function isUnderstood(
  kind: FactKind,
  { before, after }: { readonly before: readonly Fact[]; readonly after: readonly Fact[] },
  frames: { readonly earlier: Frame; readonly later: Frame; readonly sql: SqlFacts },
): boolean {
  if (kind === 'aggregate' && aggregateIsImplicit(before, after, frames)) return true;
  const silent = before.length > 0 ? frames.later : frames.earlier;
  return isWordedOtherwise(kind, silent, [...before, ...after], frames.sql);
}

const scopeOf = (frame: Frame, negation: Fact): readonly string[] =>
  frame.words
    .filter((word) => word.at > negation.at)
    .slice(0, SCOPE_WORDS)
    .map((word) => word.concept);

function compareNegation(earlier: Frame, later: Frame): Difference | undefined {
  const before = factsOf(earlier, 'negation');
  const after = factsOf(later, 'negation');
  if (before.length !== after.length) {
    const text =
      before.length > after.length
        ? `the earlier question negates something (${quote(before)}) that the new one does not`
        : `the new question negates something (${quote(after)}) that the earlier one does not`;
    const silent = before.length > after.length ? later : earlier;
    const weight =
      Math.abs(before.length - after.length) === 1 && says(silent, IMPLICIT) ? 'soft' : 'hard';
    return { weight, rule: 'negation', text };
  }
  const first = before.flatMap((fact) => scopeOf(earlier, fact));
  const second = new Set(after.flatMap((fact) => scopeOf(later, fact)));
  if (before.length === 0 || first.some((concept) => second.has(concept))) return undefined;
  return {
    weight: 'soft',
    rule: 'negation',
    text: 'the two questions may negate different things',
  };
}

const COMPARED: readonly FactKind[] = [
  'number',
  'time',
  'comparison',
  'direction',
  'sort',
  'aggregate',
  'distinct',
  'group',
  'or',
];

export function compareFacts(earlier: Frame, later: Frame, sql: SqlFacts): readonly Difference[] {
  return [
    ...COMPARED.map((kind) => compareKind(kind, earlier, later, sql)),
    compareNegation(earlier, later),
    ...compareOrder(earlier, later),
  ].filter((difference) => difference !== undefined);
}
