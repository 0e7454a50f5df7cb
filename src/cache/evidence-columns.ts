// Owns what the statement returns, sorts, groups and filters by against the words of both questions: where
// only one of them names such a column, the other may ask for another one. Pure.
import type { Measures, Pair } from './evidence-measure.ts';
import type { Names } from './evidence-names.ts';
import type { SqlFacts } from './facts.ts';
import { conceptsOf } from './frame-residue.ts';
import type { Frame } from './frame.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';

const PARTS: readonly (readonly [string, (facts: SqlFacts) => readonly string[]])[] = [
  ['outputs', (facts) => facts.outputs.filter((output) => output !== '*')],
  ['ordered', (facts) => facts.orderings.map((ordering) => ordering.by)],
  ['grouped', (facts) => facts.groupBy],
  [
    'filtered',
    (facts) => facts.literals.flatMap(({ column }) => (column === null ? [] : [column])),
  ],
];
const MAX_NAMES = 12;
/** Of every table, so that naming it tells nothing. */
const KEYS = new Set([
  'id',
  'code',
  'key',
  'number',
  'count',
  'sum',
  'avg',
  'max',
  'min',
  'distinct',
]);

export function ofColumns({ earlier, later, facts }: Pair, { thesaurus }: Names): Measures {
  const [before, after] = [reader(earlier.frame, thesaurus), reader(later.frame, thesaurus)];
  return PARTS.flatMap(([part, namesOf]) => {
    const names = [...new Set(namesOf(facts))].slice(0, MAX_NAMES).map(wordsOf);
    const told = names.filter((words) => words.length > 0);
    const both = told.map((words) => [before(words), after(words)] as const);
    return [
      [part, names.length],
      [`${part}_by_both`, both.filter(([was, is]) => was && is).length],
      [`${part}_by_earlier`, both.filter(([was, is]) => was && !is).length],
      [`${part}_by_later`, both.filter(([was, is]) => !was && is).length],
    ] as const;
  });
}

const wordsOf = (name: string): readonly string[] =>
  [...conceptsOf([name])].filter((concept) => concept.length > 1 && !KEYS.has(concept));

/** Whether a question says one of the words, or one that means the same. */
function reader(
  { concepts, words }: Frame,
  thesaurus: Thesaurus,
): (words: readonly string[]) => boolean {
  const said = new Set([...concepts, ...words.map(({ concept }) => concept)]);
  const meanings = thesaurus.meaningsOf(said);
  return (wanted) =>
    wanted.some((word) => said.has(word) || overlap(thesaurus.meaningsOf([word]), meanings));
}
