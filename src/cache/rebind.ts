// Owns seeing that two questions differ in their values alone, and which value stands for which. Pure; it
// proposes: the earlier question with the new values is then decided upon like any other, and the
// statement with the new literals guarded like any other.
import type { SqlFacts, SqlLiteral } from './facts.ts';
import { frameOf } from './frame.ts';
import { conceptsOf } from './frame-residue.ts';
import { mentionOf, readValues } from './question-values.ts';
import type { Place, ReadQuestion, SaidValue } from './question-values.ts';
import { leavesLabel } from './rebind-label.ts';
import { COMPARED, windowChanges, windowTraces, YEAR } from './rebind-window.ts';

/** A literal of the statement and what it becomes. */
export interface LiteralChange {
  readonly kind: 'number' | 'text';
  readonly from: string;
  readonly to: string;
}

export interface Rebinding {
  /** The earlier question with the new values in place of the old ones. */
  readonly question: string;
  readonly changes: readonly LiteralChange[];
  /** Texts that the statement may have nowhere beside its literals: they speak of the old values. */
  readonly traces: readonly string[];
}

export interface RebindPair {
  readonly earlier: string;
  readonly later: string;
  /** Of the earlier question's statement. */
  readonly facts: SqlFacts;
  /** Values that this column of the statement's tables is known to hold. */
  readonly knownValues: (column: string) => readonly string[];
}

/** One value of the earlier question that the new one says otherwise. */
interface Swap {
  readonly kind: 'name' | SaidValue['kind'];
  readonly from: Place;
  readonly to: Place;
  /** The value that the earlier question says. */
  readonly key: string;
  readonly changes: readonly LiteralChange[];
}

const MAX_SWAPS = 3;
/** Pattern signs and ranges of a value are not its text. */
const EXACT_OPS: ReadonlySet<string | null> = new Set(['=', '<>', 'in', 'not in']);

/** @returns Null unless every value that differs has its one place in the statement. */
export function rebind({ earlier, later, facts, knownValues }: RebindPair): Rebinding | null {
  const [before, after] = [readValues(earlier), readValues(later)];
  const named = nameSwaps(before, after, { facts, knownValues });
  const said = valueSwaps(before, after, { facts, taken: named ?? [] });
  if (named === null || said === null) return null;
  const swaps = [...named, ...said].toSorted(
    (first, second) => first.from.start - second.from.start,
  );
  if (swaps.length === 0 || swaps.length > MAX_SWAPS || overlapping(swaps)) return null;
  const changes = swaps.flatMap((swap) => swap.changes);
  if (!namesSameColumns(changes, facts, [earlier, later])) return null;
  // Two values for one literal, or one that turns into another's old value, cannot be told apart.
  if (new Set(changes.map(({ kind, from }) => `${kind} ${from}`)).size !== changes.length)
    return null;
  const olds = swaps.map(({ kind, key, from }) => ({
    number: kind === 'number' ? key : null,
    spellings: kind === 'time' ? [] : [key, before.text.slice(from.start, from.end)],
  }));
  const places = (side: 'from' | 'to'): readonly Place[] => swaps.map((swap) => swap[side]);
  const sides = [[before, places('from')] as const, [after, places('to')] as const];
  if (leavesLabel({ facts, changes, olds, said: sides })) return null;
  const traces = swaps.flatMap(({ kind, key, from }) => [
    before.text.slice(from.start, from.end),
    ...(kind === 'time' ? windowTraces(key) : [key]),
  ]);
  return { question: rewritten(before.text, after.text, swaps), changes, traces };
}

/** "albums under label X" against "album X": a column that one question names of its value, both name. */
function namesSameColumns(
  changes: readonly LiteralChange[],
  { literals }: SqlFacts,
  questions: readonly string[],
): boolean {
  const columns = literals.flatMap(({ value, column }) =>
    column !== null && changes.some(({ from }) => from === value) ? [column] : [],
  );
  const [earlier, later] = questions.map(
    (question) => new Set(frameOf(question).words.map((word) => word.concept)),
  );
  return [...conceptsOf(columns)].every((name) => earlier!.has(name) === later!.has(name));
}

function overlapping(swaps: readonly Swap[]): boolean {
  return swaps.some(({ from }, index) => from.start < (swaps[index - 1]?.from.end ?? 0));
}

function rewritten(before: string, after: string, swaps: readonly Swap[]): string {
  let [text, at] = ['', 0];
  for (const { from, to } of swaps) {
    text += before.slice(at, from.start) + after.slice(to.start, to.end);
    at = from.end;
  }
  return text + before.slice(at);
}

/** Values of columns whose values are known: "Germany" where the new question says "France". */
function nameSwaps(
  before: ReadQuestion,
  after: ReadQuestion,
  { facts, knownValues }: Pick<RebindPair, 'facts' | 'knownValues'>,
): readonly Swap[] | null {
  const swaps: Swap[] = [];
  for (const { kind, value, column, op } of facts.literals) {
    if (kind !== 'text' || column === null || !EXACT_OPS.has(op)) continue;
    const from = mentionOf(before, value);
    if (from === null || mentionOf(after, value) !== null) continue;
    const known = knownValues(column);
    const others = known.filter(
      (other) => other !== value && mentionOf(after, other) && !mentionOf(before, other),
    );
    const [name, ...more] = longest(others);
    if (name === undefined && before.values.some(({ key }) => key === value)) continue;
    // An old value that the column does not hold is compared in some other form: lower(country).
    const isSure = more.length === 0 && known.includes(value) && isOneSlot(facts, value, before);
    if (name === undefined || !isSure) return null;
    const changes = [{ kind, from: value, to: name }];
    swaps.push({ kind: 'name', from, to: mentionOf(after, name)!, key: value, changes });
  }
  return swaps;
}

/** "South Korea" names no "Korea". */
function longest(values: readonly string[]): readonly string[] {
  return values.filter((value) =>
    values.every((other) => other === value || !other.toLowerCase().includes(value.toLowerCase())),
  );
}

/**
 * Whether the text is held against one column alone, and that against nothing that was not said: in
 * country IN ('Germany', 'DE') the two are one. Labels that say it change along.
 */
function isOneSlot({ literals }: SqlFacts, value: string, before: ReadQuestion): boolean {
  const texts = literals.filter(({ kind }) => kind === 'text');
  const [slot, ...more] = texts.filter((one) => one.value === value && !isLabel(one));
  if (slot === undefined || more.length > 0 || !EXACT_OPS.has(slot.op)) return false;
  const beside = texts.filter(({ column }) => column !== null && column === slot.column);
  return beside.every((one) => one === slot || mentionOf(before, one.value) !== null);
}

const isLabel = ({ role, column, op }: SqlLiteral): boolean =>
  role === 'select' && column === null && op === null;

/** Numbers, dates, quotations and codes that one question says and the other does not, paired in order. */
function valueSwaps(
  before: ReadQuestion,
  after: ReadQuestion,
  { facts, taken }: { readonly facts: SqlFacts; readonly taken: readonly Swap[] },
): readonly Swap[] | null {
  const lacking = (from: ReadQuestion, other: ReadQuestion, side: 'from' | 'to'): SaidValue[] =>
    from.values.filter(
      (value) =>
        !other.values.some((one) => isSame(one, value)) &&
        taken.every((swap) => value.end <= swap[side].start || value.start >= swap[side].end),
    );
  const [olds, news] = [lacking(before, after, 'from'), lacking(after, before, 'to')];
  if (olds.length !== news.length || isReordered(before, after)) return null;
  const bothSay = (text: string): boolean =>
    [before, after].every((question) => isSaidBesideTimes(question, text));
  const swaps: Swap[] = [];
  for (const [index, from] of olds.entries()) {
    const to = news[index]!;
    const others = before.values.filter((value) => value !== from);
    // A year and a number change places only where there is nothing else to change.
    if (others.some((value) => isSame(value, from)) || (from.kind !== to.kind && olds.length > 1))
      return null;
    const isWindow = from.kind === 'time' && to.kind === 'time';
    const changes = isWindow
      ? windowChanges({
          from: from.key,
          to: to.key,
          isOpen: isOpen(before, from),
          others,
          facts,
          bothSay,
        })
      : literalChange(from, to, { facts, before });
    if (changes === null) return null;
    const kind = isWindow || from.kind === 'text' ? from.kind : 'number';
    swaps.push({ kind, from, to, key: from.key, changes });
  }
  return swaps;
}

/** The 2024 of "June 2024" is no value of its own. */
function isSaidBesideTimes(question: ReadQuestion, text: string): boolean {
  const place = mentionOf(question, text);
  const times = question.values.filter(({ kind }) => kind === 'time');
  return (
    place !== null && times.every(({ start, end }) => end <= place.start || place.end <= start)
  );
}

const isSame = (first: SaidValue, second: SaidValue): boolean =>
  first.kind === second.kind && first.key === second.key;

/** "between 10 and 20" beside "between 20 and 30": what both say stands for something else in each. */
function isReordered(before: ReadQuestion, after: ReadQuestion): boolean {
  return (['number', 'time', 'text'] as const).some((kind) => {
    const [olds, news] = [before, after].map(({ values }) =>
      values.filter((value) => value.kind === kind).map(({ key }) => key),
    ) as [string[], string[]];
    return olds.some((key, index) => news.includes(key) && news[index] !== key);
  });
}

function literalChange(
  from: SaidValue,
  to: SaidValue,
  { facts, before }: { readonly facts: SqlFacts; readonly before: ReadQuestion },
): readonly LiteralChange[] | null {
  if (from.kind === 'text' && to.kind === 'text') {
    const isFree = !isOtherCase(from.key, to.key) && isOneSlot(facts, from.key, before);
    return isFree ? [{ kind: 'text', from: from.key, to: to.key }] : null;
  }
  // "above 1500" beside "above 100": what could be a year is a number where the other is one.
  const isNumber = [from, to].every(({ kind, key }) =>
    kind === 'number' ? !key.startsWith('?') : kind === 'time' && YEAR.test(key),
  );
  // "born after 85" may mean 1985.
  const isShortYear = from.kind === 'time' && Math.abs(Number(to.key)) < 100;
  if (!isNumber || isShortYear) return null;
  const [slot, ...more] = facts.literals.filter(
    ({ kind, value }) => kind === 'number' && Number(value) === Number(from.key),
  );
  // A number that the statement says twice may mean two things; one that it computes with is another.
  if (!slot || more.length > 0 || (slot.role !== 'limit' && !isCompared(slot))) return null;
  // 5.0 divides otherwise than 5.
  const isWhole = slot.value.includes('.') && !to.key.includes('.');
  return [{ kind: 'number', from: slot.value, to: isWhole ? `${to.key}.0` : to.key }];
}

const isCompared = ({ role, op }: SqlLiteral): boolean => role === 'filter' && COMPARED.has(op);

/** A text all in one case may be compared with lower(name) or upper(name). */
const isOtherCase = (from: string, to: string): boolean =>
  (['toLowerCase', 'toUpperCase'] as const).some(
    (fold) => from === from[fold]() && to !== to[fold](),
  );

/** "since 2024", "between March and May", "2024 or later". */
function isOpen({ text }: ReadQuestion, { start, end }: Place): boolean {
  return OPENS.test(text.slice(0, start)) || CLOSES.test(text.slice(end));
}
const OPENS =
  /(?:\b(?:since|after|before|until|till|between|and|to|through|by|than|starting|beginning)|[<>]=?|-)(?: (?:the|in|on|at|of|year|month|start|end))* ?$/iu;
const CLOSES =
  /^ ?(?:-|\b(?:to|until|till|through|onwards?)\b|(?:or|and) (?:later|earlier|newer|older)\b)/iu;
