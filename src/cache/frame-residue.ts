// Owns the residual rule: every content word of one question is explained by the other question or by
// the statement. What stays unexplained is doubt, and an unexplained value is another query. Pure.
import type { IsWord } from './dictionary.ts';
import type { SqlFacts } from './facts.ts';
import type { Difference } from './frame-difference.ts';
import { type AskedLiteral, compareLiterals, type Mention } from './frame-literals.ts';
import { isSlipOf } from './frame-slip.ts';
import type { ContentWord } from './frame-facts.ts';
import type { Frame } from './frame.ts';
import { conceptOf, isLightVerb, namesTheDoing } from './words.ts';

export interface Residue {
  readonly differences: readonly Difference[];
  /** Share of the content words of both questions that something explains, 0 to 1. */
  readonly explained: number;
  /** Words explained by looseness alone: a slip, a light verb, a name that only the statement says. */
  readonly loose: number;
  /** Words of the new question that looseness alone explains. */
  readonly loosely: readonly ContentWord[];
  /** Words that nothing explains, in the order they were said. */
  readonly left: Sides;
  /** Words that the other question does not say, whatever else explains them. */
  readonly unsaid: Sides;
}

interface Sides {
  readonly earlier: readonly ContentWord[];
  readonly later: readonly ContentWord[];
}

const MAX_SAID = 8;
const MAX_LOOSE = 12;
const MAX_INITIALS = 5;
/** How far from a value its column may be named: "whose country is Germany". */
const NEAR = 3;
/** Column words that say nothing of what is asked: every table has them. */
const KEY_WORDS = new Set(['id', 'code', 'key', 'number', 'num']);
/** Forms that narrow ("voided charges") even where a column of that name is returned. */
const NARROWS = /(?:ed|en|ing|able|ive)$/u;

const nameParts = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '');

/** The concepts that names are made of; first_name is also the one word firstname. */
export function conceptsOf(names: readonly string[]): ReadonlySet<string> {
  const concepts = new Set<string>();
  for (const name of names) {
    const parts = nameParts(name);
    for (const part of parts) concepts.add(conceptOf(part));
    concepts.add(conceptOf(parts.join('')));
  }
  return concepts;
}

/**
 * Names that a new question may say although the earlier one did not, since their columns are returned
 * anyway. What a statement filters, groups or sorts by may not be returned, so it is left out.
 */
function returnedNames(sql: SqlFacts): ReadonlySet<string> {
  const names = new Set<string>();
  // Of several tables, which one is asked for is a matter of the question alone.
  if (sql.tables.length === 1) {
    const table = sql.tables[0]?.split('.').at(-1) ?? '';
    for (const concept of conceptsOf([table])) names.add(concept);
  }
  if (sql.aggregates.length > 0) return names;
  const bound = conceptsOf([
    ...sql.literals.flatMap((literal) => (literal.column === null ? [] : [literal.column])),
    ...sql.orderings.map((order) => order.by),
    ...sql.groupBy,
  ]);
  const returned = sql.columns.filter(
    (column) => !nameParts(column).some((part) => KEY_WORDS.has(part)),
  );
  for (const concept of conceptsOf(returned)) if (!bound.has(concept)) names.add(concept);
  return names;
}

interface Evidence {
  readonly frame: Frame;
  readonly other: Frame;
  readonly side: 'earlier' | 'later';
  readonly asked: readonly AskedLiteral[];
  readonly spelledOut: readonly Mention[];
  /** What the other question says or means. */
  readonly concepts: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly returnsName: boolean;
  readonly isWord: IsWord;
}

/** What a frame says and, where a superlative stands for a measure, what it means by it. */
function conceptsSaid(frame: Frame, reader: Frame): ReadonlySet<string> {
  const concepts = new Set<string>();
  // "oldest" explains "highest age", but not the age that stands beside another "oldest".
  const own = new Set(reader.words.filter((word) => word.implied).map((word) => word.concept));
  for (const word of frame.words) {
    if (!word.implied || !own.has(word.concept)) concepts.add(word.concept);
  }
  return concepts;
}

/** "on site" is "onsite": two neighbours that the other question writes as one. */
function isJoined(word: ContentWord, { frame, other, concepts }: Evidence): boolean {
  const here = frame.tokens[word.at]?.text ?? '';
  const before = (frame.tokens[word.at - 1]?.text ?? '') + here;
  const after = here + (frame.tokens[word.at + 1]?.text ?? '');
  return (
    (before !== here && concepts.has(conceptOf(before))) ||
    (after !== here && concepts.has(conceptOf(after))) ||
    other.joins.has(word.concept)
  );
}

/** "PO" where the other question says "purchase orders". */
function isInitialism(word: ContentWord, { other }: Evidence): boolean {
  const letters = word.text.length > 2 ? word.text.replace(/s$/u, '') : word.text;
  if (word.value !== 'proper' || letters.length < 2 || letters.length > MAX_INITIALS) return false;
  const initials = other.tokens.map(({ text, kind }) => (kind === 'word' ? text.charAt(0) : ' '));
  return initials.join('').includes(letters);
}

const isNear = (at: number, found: { readonly start: number; readonly end: number }): boolean =>
  at >= found.start - NEAR && at < found.end + NEAR;

function isLoose(word: ContentWord, evidence: Evidence): boolean {
  const { other, side, names } = evidence;
  // "customers whose country is Germany": the column of a value that both name.
  const column = evidence.asked.some(
    (literal) =>
      literal.column !== null &&
      isNear(word.at, literal[side]) &&
      conceptsOf([literal.column]).has(word.concept),
  );
  if (column) return true;
  if (word.value !== null) return false;
  if ((names.has(word.concept) && !NARROWS.test(word.text)) || isLightVerb(word.concept))
    return true;
  // "Which singers" asks for their names, where names are what the statement returns.
  const asksWho = /^(?:which|what|who)$/u.test(other.tokens[0]?.text ?? '');
  if (word.concept === 'name' && evidence.returnsName && asksWho) return true;
  return other.words.some(
    (known) =>
      known.value === null &&
      (isSlip(word.text, known.text, evidence) || namesTheDoing(word.text, known.text)),
  );
}

/** A slip is no word and what it stands for is one: neither two words nor two names are each other's slip. */
function isSlip(word: string, known: string, { isWord }: Evidence): boolean {
  if (!isSlipOf(word, known) && !isSlipOf(known, word)) return false;
  return isWord(word) !== isWord(known);
}

type Explanation = 'same' | 'loose' | 'none';

function explain(word: ContentWord, evidence: Evidence): Explanation {
  const { other, side } = evidence;
  if (
    word.implied &&
    other.words.some((known) => known.implied && known.concept === word.concept)
  ) {
    return 'same';
  }
  const literal = evidence.asked.some(
    ({ [side]: found }) => word.at >= found.start && word.at < found.end,
  );
  if (literal) return 'same';
  if (word.value !== null && other.texts.has(word.text)) return 'same';
  if (evidence.spelledOut.some(({ start, end }) => word.at >= start && word.at < end))
    return 'same';
  if (word.value === 'quoted' || word.value === 'code') return 'none';
  if (evidence.concepts.has(word.concept) || isJoined(word, evidence)) return 'same';
  if (isInitialism(word, evidence)) return 'same';
  return 'none';
}

/** Each word once; what is left over is tried loosely, unless so much is left that no two questions agree. */
function judge(evidence: Evidence): ReadonlyMap<ContentWord, Explanation> {
  const distinct = new Map(
    evidence.frame.words.map((word) => [`${word.value} ${word.implied} ${word.text}`, word]),
  );
  const judged = new Map([...distinct.values()].map((word) => [word, explain(word, evidence)]));
  const left = [...judged].filter(([, by]) => by === 'none');
  if (left.length > MAX_LOOSE) return judged;
  for (const [word] of left) if (isLoose(word, evidence)) judged.set(word, 'loose');
  return judged;
}

const list = (words: readonly ContentWord[]): string =>
  [...new Set(words.map((word) => word.text))].slice(0, MAX_SAID).join(', ');

function unexplainedDifferences(
  earlier: readonly ContentWord[],
  later: readonly ContentWord[],
): readonly Difference[] {
  const differences: Difference[] = [];
  const values = (words: readonly ContentWord[]): readonly ContentWord[] =>
    words.filter((word) => word.value !== null);
  const plain = (words: readonly ContentWord[]): readonly ContentWord[] =>
    words.filter((word) => word.value === null);
  const says = [
    ...(values(earlier).length > 0 ? [`the earlier question says ${list(values(earlier))}`] : []),
    ...(values(later).length > 0 ? [`the new one says ${list(values(later))}`] : []),
  ];
  if (says.length > 0) differences.push({ weight: 'hard', rule: 'value', text: says.join(', ') });
  if (plain(earlier).length > 0) {
    const text = `only the earlier question says ${list(plain(earlier))}`;
    differences.push({ weight: 'soft', rule: 'residue', text });
  }
  if (plain(later).length > 0) {
    const text = `only the new question says ${list(plain(later))}`;
    differences.push({ weight: 'soft', rule: 'residue', text });
  }
  return differences;
}

/** What the new question spells as the statement does needs no name from the earlier one: Texas, "TX". */
function withoutValues(words: readonly ContentWord[], spelledOut: number): readonly ContentWord[] {
  let spared = spelledOut;
  return words.filter((word) => word.value !== 'proper' || (spared -= 1) < 0);
}

function returnsChosenColumns(sql: SqlFacts): boolean {
  const used = new Set(sql.literals.map((literal) => literal.column));
  return sql.columns.some(
    (column) => column !== '*' && !column.endsWith('.*') && !used.has(column),
  );
}

export function compareWords(earlier: Frame, later: Frame, sql: SqlFacts, isWord: IsWord): Residue {
  const { asked, differences, spelledOut } = compareLiterals(earlier, later, sql, isWord);
  const shared = { asked, returnsName: conceptsOf(sql.columns).has('name'), isWord };
  const forward: Evidence = {
    ...shared,
    frame: later,
    spelledOut,
    other: earlier,
    side: 'later',
    concepts: conceptsSaid(earlier, later),
    names: returnedNames(sql),
  };
  const backward: Evidence = {
    ...shared,
    frame: earlier,
    spelledOut: [],
    other: later,
    side: 'earlier',
    concepts: conceptsSaid(later, earlier),
    names: new Set(),
  };
  const [ofLater, ofEarlier] = [judge(forward), judge(backward)];
  const all = [...ofLater.values(), ...ofEarlier.values()];
  const none = (judged: ReadonlyMap<ContentWord, Explanation>): readonly ContentWord[] =>
    [...judged].filter(([, by]) => by === 'none').map(([word]) => word);
  // A slip is seen from both sides: counted once.
  const loose = (judged: ReadonlyMap<ContentWord, Explanation>): number =>
    [...judged.values()].filter((by) => by === 'loose').length;
  const projection: readonly Difference[] =
    earlier.asksEverything !== later.asksEverything && returnsChosenColumns(sql)
      ? [{ weight: 'soft', rule: 'projection', text: 'only one question asks for all details' }]
      : [];
  const unsaid = (judged: ReadonlyMap<ContentWord, Explanation>): readonly ContentWord[] =>
    [...judged].filter(([, by]) => by !== 'same').map(([word]) => word);
  const left = {
    earlier: withoutValues(none(ofEarlier), spelledOut.length),
    later: none(ofLater),
  };
  return {
    left,
    unsaid: { earlier: unsaid(ofEarlier), later: unsaid(ofLater) },
    loosely: [...ofLater].filter(([, by]) => by === 'loose').map(([word]) => word),
    differences: [
      ...differences,
      ...unexplainedDifferences(left.earlier, left.later),
      ...projection,
    ],
    explained: all.length === 0 ? 1 : 1 - all.filter((by) => by === 'none').length / all.length,
    loose: Math.max(loose(ofEarlier), loose(ofLater)),
  };
}
