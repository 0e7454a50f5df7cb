// Owns the reasons to hold a pair back from being served, however sure the verifier is: words, parts or
// roles that may ask for something else. Each stands here because rows for another question got past.
import type { Evidence, Pair } from './evidence.ts';
import type { SqlFacts } from './facts.ts';
import { isGrave } from './frame-caution.ts';
import type { Difference } from './frame-difference.ts';
import type { ContentWord } from './frame-facts.ts';
import { conceptsOf, type Residue } from './frame-residue.ts';
import type { Frame } from './frame.ts';

/** What rules that find no difference of their own say of it; the others' is among the differences. */
export const HELD_IN_WORDS: Readonly<Record<string, string>> = {
  asked: 'the two questions may ask for different things',
  event: 'the two questions may mean another event',
  'look-alike': 'two words look alike and are not the same',
  measure: 'something else is computed',
  negation: 'fewer things are excluded',
  opaque: 'a question is not read: another script, pasted SQL, or too long',
  pooled: 'only one question asks for each group by itself',
  preposition: 'a small word puts things into another relation',
  projection: 'the two questions ask for different columns',
  quantifier: 'one question is about all of them, the other about each',
  schema: 'the new question names a table or column that the statement does not use',
  sides: 'what is compared with what is exchanged',
  sign: 'a sign stands in only one of the questions',
  stage: 'the questions speak of different stages of a process',
  tense: 'what is, what was and what will be may differ',
  'unknown word': 'a word may be a name that the other question does not say',
  verb: 'different things are done',
};

/** What a wrong answer would be: a figure that nobody doubts, or rows that can be looked at. */
export type Risk = 'figure' | 'list' | 'never';

export interface Hold {
  readonly rule: string;
  /** Whether nothing makes up for it; otherwise it is a doubt among all that the verifier weighs. */
  readonly refuses: boolean;
}

export const riskOf = (held: Hold | null, { aggregates }: SqlFacts): Risk =>
  held?.refuses ? 'never' : aggregates.length > 0 ? 'figure' : 'list';

export interface Weighed {
  /** Words of the new question that neither the earlier one nor the statement has anything like. */
  readonly alone: number;
  /** Pairs of words, one on each side, of which neither is a synonym of anything on the other side. */
  readonly rivals: number;
  readonly narrows: boolean;
  readonly swapsColumns: boolean;
}

type Found = Pick<Evidence, 'differences' | 'doubts' | 'residue'>;

/** @returns What holds the pair back; null where nothing does. */
export function heldBack(pair: Pair, found: Found, weighed: Weighed): Hold | null {
  const refused = refusal(pair, found);
  if (refused !== null) return { rule: refused, refuses: true };
  const { differences, doubts } = found;
  const turned = differences.find(({ rule }) => DOUBTED.has(rule));
  const rule =
    turned?.rule ??
    (doubts.length > 0
      ? 'caution'
      : weighed.rivals > 0
        ? 'rivals'
        : weighed.narrows || weighed.swapsColumns
          ? 'column'
          : // The residual rule: a word of the new question that nothing explains may ask for something else.
            weighed.alone > 0
            ? 'residue'
            : null);
  return rule === null ? null : { rule, refuses: false };
}

/** What no likeness can make up for. */
function refusal(
  { earlier, later, isOtherName }: Pair,
  { differences, doubts, residue }: Found,
): string | null {
  if (earlier.frame.opaque || later.frame.opaque) return 'opaque';
  const hard = differences.find(({ weight }) => weight === 'hard');
  if (hard !== undefined) return hard.rule;
  if (doubts.some(isGrave)) return 'caution';
  if (signs(earlier.question) !== signs(later.question)) return 'sign';
  if (filters(later.frame, residue)) return 'column';
  return residue.left.later.some((word) => isOtherName?.(word.concept)) ? 'schema' : null;
}

/** Where the order, a part or a role may have changed. */
const DOUBTED: ReadonlySet<Difference['rule']> = new Set(['role', 'group', 'order']);
/** Signs that punctuate, join, quote or compare are read elsewhere. */
const PLAIN_SIGNS = /[\p{L}\p{M}\p{N}\s.,;:?!'"`´‘’“”()[\]/&%$€£#@_<>=≤≥°|•→-]/gu;

/** Signs that mean something to somebody: "C++", "4*", "★★". */
const signs = (question: string): string =>
  question.replace(/(?<=[\s\d])\+/gu, '').replace(PLAIN_SIGNS, '');

const FILTERS = new Set(['with', 'without', 'having', 'whose', 'where', 'no']);

/** "the newsletter customers", "customers with newsletter": a column's name that picks rows. */
export function narrows(later: Frame, { loosely }: Residue): boolean {
  const said = new Set(later.words.map((word) => word.at));
  const loose = new Set(loosely.map((word) => word.at));
  return loosely.some(({ at }) => {
    const before = later.tokens[at - 1]?.text ?? '';
    return FILTERS.has(before) || (said.has(at + 1) && !loose.has(at + 1));
  });
}

/** "customers with newsletter", of a statement that only returns it. */
function filters(later: Frame, { loosely }: Residue): boolean {
  return loosely.some(
    ({ at }) =>
      FILTERS.has(later.tokens[at - 1]?.text ?? '') && later.tokens[at + 1]?.kind !== 'word',
  );
}

/** Each question names another column of the statement: "average price", "average cost". */
export function swapsColumns({ columns }: SqlFacts, { left, loosely }: Residue): boolean {
  const names = conceptsOf(columns);
  const named = (words: readonly ContentWord[]): readonly ContentWord[] =>
    words.filter((word) => names.has(word.concept));
  return named(left.earlier).length > 0 && named([...left.later, ...loosely]).length > 0;
}
