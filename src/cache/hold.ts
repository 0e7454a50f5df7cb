// Owns the reasons to hold a pair back from being served, however sure the verifier is: words, parts or
// roles that may ask for something else. Each stands here because rows for another question got past.
import type { Evidence, Pair } from './evidence.ts';
import type { SqlFacts } from './facts.ts';
import type { ContentWord } from './frame-facts.ts';
import { conceptsOf, type Residue } from './frame-residue.ts';
import type { Frame } from './frame.ts';

/**
 * @param alone Words of the new question that neither the earlier one nor the statement has anything like.
 * @returns The rule that holds the pair back; null where nothing does.
 */
export function heldBack(
  { earlier, later, facts }: Pair,
  { differences, doubts, residue }: Pick<Evidence, 'differences' | 'doubts' | 'residue'>,
  alone: number,
): string | null {
  if (earlier.frame.opaque || later.frame.opaque) return 'opaque';
  const turned = differences.find(
    ({ rule, weight }) => weight === 'hard' || rule === 'role' || rule === 'group',
  );
  if (turned !== undefined) return turned.rule;
  // The residual rule: a word of the new question that nothing explains asks for something else.
  if (alone > 0) return 'residue';
  if (doubts.length > 0) return 'caution';
  return narrows(later.frame, residue) || swapsColumns(facts, residue) ? 'column' : null;
}

const FILTERS = new Set(['with', 'without', 'having', 'whose', 'where', 'no']);

/** "the newsletter customers", "customers with newsletter": a column's name that picks rows. */
function narrows(later: Frame, { loosely }: Residue): boolean {
  const said = new Set(later.words.map((word) => word.at));
  const loose = new Set(loosely.map((word) => word.at));
  return loosely.some(({ at }) => {
    const before = later.tokens[at - 1]?.text ?? '';
    return FILTERS.has(before) || (said.has(at + 1) && !loose.has(at + 1));
  });
}

/** Each question names another column of the statement: "average price", "average cost". */
function swapsColumns({ columns }: SqlFacts, { left, loosely }: Residue): boolean {
  const names = conceptsOf(columns);
  const named = (words: readonly ContentWord[]): readonly ContentWord[] =>
    words.filter((word) => names.has(word.concept));
  return named(left.earlier).length > 0 && named([...left.later, ...loosely]).length > 0;
}
