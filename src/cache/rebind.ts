// Owns seeing that two questions differ in their values alone, and which value stands for which. Pure; it
// proposes: the earlier question with the new values is then decided upon like any other, and the
// statement with the new literals guarded like any other.
import type { SqlFacts } from './facts.ts';
import { intervalOf } from './frame-interval.ts';
import { mentionOf, readValues } from './question-values.ts';
import type { ReadQuestion, SaidValue } from './question-values.ts';

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
}

export interface RebindPair {
  readonly earlier: string;
  readonly later: string;
  /** Of the earlier question's statement. */
  readonly facts: SqlFacts;
  /** Values that columns of this name are known to hold. */
  readonly knownValues: (column: string) => readonly string[];
}

/** One value of the earlier question that the new one says otherwise. */
interface Swap {
  readonly from: Pick<SaidValue, 'start' | 'end'>;
  readonly to: Pick<SaidValue, 'start' | 'end'>;
  readonly changes: readonly LiteralChange[];
}

const MAX_SWAPS = 3;
/** Pattern signs and ranges of a value are not its text. */
const EXACT_OPS = new Set(['=', '<>', 'in', 'not in']);

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
  // Two values for one literal, or one that turns into another's old value, cannot be told apart.
  if (new Set(changes.map(({ kind, from }) => `${kind} ${from}`)).size !== changes.length)
    return null;
  return { question: rewritten(before.text, after.text, swaps), changes };
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
    if (kind !== 'text' || column === null || !EXACT_OPS.has(op ?? '')) continue;
    const from = mentionOf(before, value);
    if (from === null || mentionOf(after, value) !== null) continue;
    const others = knownValues(column).filter(
      (other) => other !== value && mentionOf(after, other) && !mentionOf(before, other),
    );
    const [to, ...more] = longest(others);
    if (to === undefined) continue;
    if (more.length > 0) return null;
    swaps.push({ from, to: mentionOf(after, to)!, changes: [{ kind, from: value, to }] });
  }
  return swaps;
}

/** "South Korea" names no "Korea". */
function longest(values: readonly string[]): readonly string[] {
  return values.filter((value) =>
    values.every((other) => other === value || !other.toLowerCase().includes(value.toLowerCase())),
  );
}

/** Numbers, dates, quotations and codes that one question says and the other does not, paired in order. */
function valueSwaps(
  before: ReadQuestion,
  after: ReadQuestion,
  { facts, taken }: { readonly facts: SqlFacts; readonly taken: readonly Swap[] },
): readonly Swap[] | null {
  const lacking = (from: ReadQuestion, other: ReadQuestion, side: 'from' | 'to'): SaidValue[] =>
    from.values.filter(
      (value) =>
        other.values.every(({ kind, key }) => kind !== value.kind || key !== value.key) &&
        taken.every((swap) => value.end <= swap[side].start || value.start >= swap[side].end),
    );
  const [olds, news] = [lacking(before, after, 'from'), lacking(after, before, 'to')];
  if (olds.length !== news.length) return null;
  const swaps: Swap[] = [];
  for (const [index, from] of olds.entries()) {
    const to = news[index]!;
    const changes = changesOf(from, to, facts);
    const isSaidOnce = before.values.filter(({ key }) => key === from.key).length === 1;
    if (changes === null || !isSaidOnce) return null;
    swaps.push({ from, to, changes });
  }
  return swaps;
}

function changesOf(
  from: SaidValue,
  to: SaidValue,
  facts: SqlFacts,
): readonly LiteralChange[] | null {
  // "above 1500" beside "above 100": what could be a year is a number where the other is one.
  const isNumber = [from, to].every(({ kind, key }) => kind === 'number' || YEAR.test(key));
  if (from.kind !== to.kind && !isNumber) return null;
  if (from.kind === 'time' && to.kind === 'time') return timeChanges(from.key, to.key, facts);
  const kind = isNumber ? 'number' : 'text';
  const isSlot = ({ value, op }: SqlFacts['literals'][number]): boolean =>
    kind === 'number'
      ? Number(value) === Number(from.key)
      : value === from.key && EXACT_OPS.has(op ?? '');
  const slots = facts.literals.filter((literal) => literal.kind === kind && isSlot(literal));
  // A number that the statement says twice may mean two things.
  return slots.length === 1 ? [{ kind, from: slots[0]!.value, to: to.key }] : null;
}

const YEAR = /^\d{4}$/u;
const DATE = /^\d{4}-\d\d-\d\d$/u;

/** The bounds of one window of the calendar become the bounds of another of the same length. */
function timeChanges(from: string, to: string, facts: SqlFacts): readonly LiteralChange[] | null {
  const [old, fresh] = [intervalOf(from), intervalOf(to)];
  if (!old || !fresh || shapeOf(from) !== shapeOf(to)) return null;
  const texts = new Map([
    [old.start, fresh.start],
    [old.end, fresh.end],
    [dayBefore(old.end), dayBefore(fresh.end)],
    ...(YEAR.test(from) ? [] : [[from, to] as const]),
  ]);
  const changes = new Map<string, LiteralChange>();
  for (const { kind, value } of facts.literals) {
    const isYear = kind === 'number' && YEAR.test(value);
    if (kind === 'boolean' || (!isYear && !DATE.test(value) && value !== from)) continue;
    const become = isYear ? (value === from ? to : undefined) : texts.get(value);
    // A date that is no bound of the window follows from it in a way that cannot be seen.
    if (become === undefined) return null;
    changes.set(value, { kind, from: value, to: become });
  }
  return changes.size > 0 ? [...changes.values()] : null;
}

const shapeOf = (key: string): string => key.replace(/\d/gu, '0');

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}
