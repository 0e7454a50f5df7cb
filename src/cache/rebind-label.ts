// Owns what a statement says beside its conditions: labels in its rows that speak of a value, or of
// something that nobody said. Pure; a label that stays behind makes right figures a wrong answer.
import type { SqlFacts, SqlLiteral } from './facts.ts';
import { folded, readValues, speaksOf } from './question-values.ts';
import type { Place, ReadQuestion } from './question-values.ts';
import { COMPARED, MOMENT } from './rebind-window.ts';
import type { LiteralChange } from './rebind.ts';
import { conceptOf } from './words.ts';

/** A value that is exchanged, as the earlier question says it. */
export interface OldValue {
  /** Its key, if it is a number. */
  readonly number: string | null;
  /** Texts that speak of it; none for a window, whose literals are all accounted for. */
  readonly spellings: readonly string[];
}

export interface Labelled {
  readonly facts: SqlFacts;
  readonly changes: readonly LiteralChange[];
  readonly olds: readonly OldValue[];
  /** Both questions, each with the places of the values that are exchanged. */
  readonly said: readonly (readonly [ReadQuestion, readonly Place[]])[];
}

/** Whether a text that does not change speaks of an old value or may be a name for one. */
export function leavesLabel({ facts, changes, olds, said }: Labelled): boolean {
  const changed = new Set(changes.map(({ kind, from }) => `${kind} ${from}`));
  const common = said.map(([question, places]) => wordsBeside(question, places));
  return facts.literals
    .filter(({ kind, value }) => kind === 'text' && !changed.has(`text ${value}`))
    .some((literal) => {
      if (olds.some((old) => isAbout(literal.value, old))) return true;
      const words = literal.role === 'select' && !UNSEEN.has(literal.op) ? literal.value : '';
      return conceptsIn(words).some((word) => !common.every((concepts) => concepts.has(word)));
    });
}

/** What these take is held against a value or gives it its form, and is never itself a cell. */
const UNSEEN: ReadonlySet<SqlLiteral['op']> = new Set([
  ...COMPARED,
  ...'like|not like|ilike|not ilike|~|~*|!~|!~*|+|-|*|/|->|->>|#>|#>>'.split('|'),
  ...'date_part|date_trunc|extract|string_agg|timezone|to_char'.split('|'),
]);

function isAbout(text: string, { number, spellings }: OldValue): boolean {
  if (MOMENT.test(text)) return false;
  const numbers =
    number === null ? [] : readValues(text).values.filter(({ kind }) => kind !== 'text');
  return (
    numbers.some(({ key }) => Number(key) === Number(number)) ||
    spellings.some((spelling) => speaksOf(text, spelling))
  );
}

function wordsBeside({ text }: ReadQuestion, places: readonly Place[]): ReadonlySet<string> {
  let [rest, at] = ['', 0];
  for (const { start, end } of places.toSorted((first, second) => first.start - second.start)) {
    rest += `${text.slice(at, start)} `;
    at = end;
  }
  return new Set(conceptsIn(rest + text.slice(at)));
}

const conceptsIn = (text: string): readonly string[] =>
  (folded(text).match(/[\p{L}\p{N}]+/gu) ?? []).map(conceptOf);
