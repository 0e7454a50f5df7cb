// Owns what the statement is like, and whether each question agrees with it: aggregates, values, negation,
// direction. Pure; a statement that does what a question does not ask is evidence, never a contradiction.
import { agreement, type Asked, bit, type Measures, type Pair, share } from './evidence-measure.ts';
import type { SqlFacts, SqlLiteral } from './facts.ts';
import type { Frame } from './frame.ts';

const AGGREGATES = ['count', 'sum', 'avg'] as const;
const NEGATION_WORD =
  /\b(?:not|no|never|without|except|excluding|none|neither|nor|lack\w*|n't)\b/iu;
const DESCENDING =
  /\b(?:most|highest|largest|biggest|greatest|longest|oldest|latest|newest|best|top|max\w*|descending|recent)\b/iu;
const ASCENDING =
  /\b(?:least|fewest|lowest|smallest|shortest|youngest|earliest|first|worst|bottom|min\w*|ascending|cheapest)\b/iu;

export function ofStatement({ earlier, later, facts }: Pair): Measures {
  const texts = facts.literals.filter(
    (literal) => literal.kind === 'text' && literal.role === 'filter',
  );
  return [
    ['sql_tables', facts.tables.length],
    ['sql_columns', facts.columns.length],
    ['sql_literals', facts.literals.length],
    ['sql_texts', texts.length],
    ['sql_aggregates', facts.aggregates.length],
    ['sql_groups', facts.groupBy.length],
    ['sql_orderings', facts.orderings.length],
    ['sql_limit', bit(facts.limit !== null)],
    ['sql_distinct', bit(facts.distinct)],
    ['sql_negated', bit(facts.negated)],
    ['sql_clock', bit(facts.usesClock)],
    ['earlier_texts', share(mentions(earlier.frame, texts), texts.length)],
    ...agreements('earlier', earlier, facts),
    ['later_texts', share(mentions(later.frame, texts), texts.length)],
    ...agreements('later', later, facts),
  ];
}

/** How many of these values a question says word for word. */
const mentions = (frame: Frame, texts: readonly SqlLiteral[]): number =>
  texts.filter(({ value }) =>
    value
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .every((part) => part === '' || frame.texts.has(part)),
  ).length;

function agreements(side: string, { question, frame }: Asked, facts: SqlFacts): Measures {
  const says = (name: string): boolean =>
    frame.facts.some((fact) => fact.kind === 'aggregate' && fact.key.startsWith(name));
  const does = (name: string): boolean => facts.aggregates.some((known) => known.startsWith(name));
  const sorts = (direction: 'asc' | 'desc'): boolean =>
    facts.orderings.some((order) => order.direction === direction);
  const descends = sorts('desc') || does('max');
  const ascends = sorts('asc') || does('min');
  return [
    ...AGGREGATES.map((name) => [`${side}_${name}`, agreement(says(name), does(name))] as const),
    [`${side}_negates`, agreement(NEGATION_WORD.test(question), facts.negated)],
    [`${side}_descending`, agreement(DESCENDING.test(question), descends)],
    [`${side}_ascending`, agreement(ASCENDING.test(question), ascends)],
  ];
}
