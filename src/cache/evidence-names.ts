// Owns the names and values of a statement as words, for questions to be held against: read off once for
// each pair, bounded. Pure; whether a question says one of them is for the measures to find.
import type { SqlFacts } from './facts.ts';
import { conceptsOf } from './frame-residue.ts';
import type { Thesaurus } from './thesaurus.ts';

export interface Names {
  readonly thesaurus: Thesaurus;
  /** Concepts of what the statement names and of the values in it. */
  readonly all: ReadonlySet<string>;
  readonly columns: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  /** Lower-case words in those names and values, to compare by spelling. */
  readonly parts: ReadonlySet<string>;
}

const MAX_SPELT_NAMES = 60;
const MAX_VALUE_WORDS = 8;
const MIN_PART = 3;

export function namesOf(facts: SqlFacts, thesaurus: Thesaurus): Names {
  const columns = conceptsOf(facts.columns);
  const tables = conceptsOf(facts.tables);
  const values = facts.literals.flatMap(({ value }) =>
    value.split(/\s+/u).slice(0, MAX_VALUE_WORDS),
  );
  const parts = [...facts.columns, ...facts.tables, ...values]
    .slice(0, MAX_SPELT_NAMES)
    .flatMap((name) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((part) => part.length >= MIN_PART);
  return {
    thesaurus,
    all: new Set([...columns, ...tables, ...conceptsOf(facts.groupBy), ...conceptsOf(values)]),
    columns,
    tables,
    parts: new Set(parts),
  };
}
