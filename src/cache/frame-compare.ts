// Owns the differences between two questions' facts: what a cached answer must never gloss over.
// Pure; the statement's facts may excuse a fact that only one side says, never one that both contradict.
import type { SqlFacts } from './facts.ts';
import { type Difference, factsOf, quote, sentence } from './frame-difference.ts';
import { compareOrder } from './frame-order.ts';
import type { Fact, FactKind } from './frame-facts.ts';
import type { Frame } from './frame.ts';

/** Words after a negation that may be what it negates. */
const SCOPE_WORDS = 2;

/** Whether a fact that only one question says is already in the statement, or says nothing. */
function excused(fact: Fact, said: 'earlier' | 'later', sql: SqlFacts): boolean {
  switch (fact.kind) {
    case 'comparison':
      // "with at least one order" is "with orders", unless the statement compares with 1.
      return fact.key === '>= 1' && !sql.literals.some((literal) => /^[01]$/u.test(literal.value));
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
        sql.groupBy.length === 0 && sql.aggregates.length === 0 && !/\b(?:by|in)\b/u.test(fact.said)
      );
    default:
      return false;
  }
}

/** "more than 2" and "at least 3" are the same of whole things and not of prices: a reader must say. */
function sameWholeBound(first: Fact, second: Fact): boolean {
  const parse = (key: string): readonly [string, number] | undefined => {
    const parts = /^(>=|<=|>|<) (-?\d+)$/u.exec(key);
    return parts === null ? undefined : [parts[1] ?? '', Number(parts[2])];
  };
  const lower = (key: string): number | undefined => {
    const bound = parse(key);
    if (bound?.[0] === '>=') return bound[1];
    return bound?.[0] === '>' ? bound[1] + 1 : undefined;
  };
  const upper = (key: string): number | undefined => {
    const bound = parse(key);
    if (bound?.[0] === '<=') return bound[1];
    return bound?.[0] === '<' ? bound[1] - 1 : undefined;
  };
  const same = (of: (key: string) => number | undefined): boolean =>
    of(first.key) !== undefined && of(first.key) === of(second.key);
  return same(lower) || same(upper);
}

const UNIT = / (?:s|mo|%|m|mile|g|byte|€|£)$/u;

/** "> 1000 €" and "> 1000" of one column: a unit that one question leaves out is understood. */
function isSameQuantity(first: string, second: string): boolean {
  if (first === second) return true;
  const isBare = UNIT.test(first) !== UNIT.test(second);
  return isBare && first.replace(UNIT, '') === second.replace(UNIT, '');
}

/** "more than", with nothing that is counted: which thing it compares, only the words can tell. */
const BARE_BOUND = /^[<>]=?$/u;

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
  /^(?:much|many|number|numbers|counts?|volume|toll|turnover|revenue|takings|income|spend\w*|spent|amount|sum|worth|together|figure|figures|tally|frequency|often|times|quantity|size|add|added|adds|combined|split|distribution|breakdown)$/u;
/** Words that negate without a word of negation: "unshipped", "sold out", "overdue", "missing". */
const IMPLICIT =
  /^(?:un(?!i[^n]|der|til|less|it)[a-z]{3,}|non[a-z]{3,}|in(?:active|valid|complete|correct|visible)|dis(?:abled|connected|continued|charged)|missing|absent|awaiting|await|pending|outstanding|overdue|empty|blank|vacant|free|lack\w*|out|still|remaining|exempt|avoid\w*|miss\w*|skipped|sober|idle|unless|only|other|else|beyond|exclusive\w*|gone|off|away|stop\w*|failed?|fails|refus\w*|declin\w*|expired|closed|lost|barren|childless|homeless|\w+less)$/u;

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
      return (
        (says(silent, EXTREME) || silent.facts.some((fact) => fact.kind === 'sort')) &&
        facts.every(({ key }) => (key === 'highest' ? does(['max'], 'desc') : does(['min'], 'asc')))
      );
    case 'aggregate':
      return (
        says(silent, AMOUNT) &&
        facts.every(({ key }) => sql.aggregates.some((name) => name.startsWith(key.slice(0, 3))))
      );
    default:
      return false;
  }
}

function compareKind(
  kind: FactKind,
  earlier: Frame,
  later: Frame,
  sql: SqlFacts,
): Difference | undefined {
  const first = factsOf(earlier, kind);
  const second = factsOf(later, kind);
  const lacks = (facts: readonly Fact[], key: string): boolean =>
    facts.every((fact) => !isSameQuantity(fact.key, key));
  const before = first.filter((fact) => lacks(second, fact.key) && !excused(fact, 'earlier', sql));
  const after = second.filter((fact) => lacks(first, fact.key) && !excused(fact, 'later', sql));
  if (before.length === 0 && after.length === 0) return undefined;
  const text = sentence(before, after);
  const unsorted = [...before, ...after].some((fact) => fact.key === 'sorted');
  const rephrased =
    PERHAPS_WORDING.has(kind) ||
    (kind === 'comparison' &&
      before.length === after.length &&
      before.every((fact, index) => sameWholeBound(fact, after[index] ?? fact)));
  const contradicts = before.length > 0 && after.length > 0 && !unsorted;
  const implicit =
    kind === 'aggregate' &&
    !contradicts &&
    aggregateIsImplicit(before, after, { earlier, later, sql });
  const silent = before.length > 0 ? later : earlier;
  const worded = !contradicts && isWordedOtherwise(kind, silent, [...before, ...after], sql);
  const bare =
    kind === 'comparison' &&
    !contradicts &&
    [...before, ...after].every(({ key }) => BARE_BOUND.test(key));
  const hard =
    !rephrased && !implicit && !worded && !bare && (contradicts || NEVER_MERE_WORDING.has(kind));
  return { weight: hard ? 'hard' : 'soft', rule: kind, text };
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
