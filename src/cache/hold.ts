// Owns the reasons to hold a pair back from being served, however sure the verifier is: words, parts or
// roles that may ask for something else. Each stands here because rows for another question got past.
import type { Evidence, Pair } from './evidence.ts';
import type { SqlFacts } from './facts.ts';
import type { Difference } from './frame-difference.ts';
import type { ContentWord } from './frame-facts.ts';
import { conceptsOf, type Residue } from './frame-residue.ts';
import type { Frame } from './frame.ts';

/** How far a pair may be trusted to the verifier; each has a cut of its own. */
export type Risk = 'plain' | 'residue' | 'never';
/** The verifier's file names them by their place. */
export const RISKS: readonly Risk[] = ['plain', 'residue', 'never'];

/** A word that nothing explains may be a mere filler: only what is much surer is served then. */
export const riskOf = (held: string | null): Risk =>
  held === null ? 'plain' : held === 'residue' ? 'residue' : 'never';

export interface WordCounts {
  /** Words of the new question that neither the earlier one nor the statement has anything like. */
  readonly alone: number;
  /** Pairs of words, one on each side, of which neither is a synonym of anything on the other side. */
  readonly rivals: number;
}

/** @returns The rule that holds the pair back; null where nothing does. */
export function heldBack(
  { earlier, later, facts, isOtherName }: Pair,
  { differences, doubts, residue }: Pick<Evidence, 'differences' | 'doubts' | 'residue'>,
  { alone, rivals }: WordCounts,
): string | null {
  if (earlier.frame.opaque || later.frame.opaque) return 'opaque';
  const turned = differences.find(({ rule, weight }) => weight === 'hard' || HELD.has(rule));
  if (turned !== undefined) return turned.rule;
  if (doubts.length > 0) return 'caution';
  if (signs(earlier.question) !== signs(later.question)) return 'sign';
  if (rivals > 0) return 'rivals';
  if (residue.left.later.some((word) => isOtherName?.(word.concept))) return 'schema';
  if (narrows(later.frame, residue) || swapsColumns(facts, residue)) return 'column';
  // The residual rule: a word of the new question that nothing explains may ask for something else.
  return alone > 0 ? 'residue' : null;
}

/** Where the order, a part or a role may have changed, reading on is the agent's part. */
const HELD: ReadonlySet<Difference['rule']> = new Set(['role', 'group', 'order']);
/** Signs that punctuate, join, quote or compare are read elsewhere. */
const PLAIN_SIGNS = /[\p{L}\p{M}\p{N}\s.,;:?!'"`´‘’“”()[\]/&%$€£#@_<>=≤≥-]/gu;

/** Signs that mean something to somebody: "C++", "4*", "★★". */
const signs = (question: string): string => question.replace(PLAIN_SIGNS, '');

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
