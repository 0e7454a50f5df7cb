// Owns the move of a statement from one window of the calendar to another. Pure; it moves nothing unless
// it can say of every literal of the statement what becomes of it: one that it left behind would answer
// for two windows at once.
import type { SqlFacts, SqlLiteral } from './facts.ts';
import { intervalOf } from './frame-interval.ts';
import type { SaidValue } from './question-values.ts';
import type { LiteralChange } from './rebind.ts';

export interface WindowMove {
  /** Keys of the window that was said and of the one that is said now. */
  readonly from: string;
  readonly to: string;
  /** What else the earlier question says. */
  readonly others: readonly SaidValue[];
  readonly facts: SqlFacts;
  /** Whether the earlier question asks for what is before or after the window: "since 2024". */
  readonly isOpen: boolean;
  /** Whether both questions say this text to the letter. */
  readonly bothSay: (text: string) => boolean;
}

export const YEAR = /^\d{4}$/u;
/** A day, its first moment or its last. Without an offset: that of another month may be another one. */
export const MOMENT =
  /^(\d{4}-\d\d-\d\d)((?:[ T](?:00:00(?::00(?:\.0+)?)?|23:59(?::59(?:\.9+)?)?))?)$/u;
export const COMPARED: ReadonlySet<string | null> = new Set(
  '=|<>|<|<=|>|>=|in|not in|between|not between'.split('|'),
);

/** Null unless every literal that could hold a part of the old window is accounted for. */
export function windowChanges(move: WindowMove): readonly LiteralChange[] | null {
  const days = daysOf(move.from, move.to);
  // What ends now ends with the old window only as long as that is this year's.
  if (days === null || move.facts.usesClock) return null;
  const others = new Set(
    move.others.flatMap(({ kind, key }) => (kind === 'time' ? boundsOf(key) : [])),
  );
  const changes = new Map<string, LiteralChange>();
  const sides = new Set<Side>();
  for (const literal of move.facts.literals) {
    const { value, kind } = literal;
    const become = becomes(literal, move, days);
    const isOther = others.has(kind === 'text' ? (MOMENT.exec(value)?.[1] ?? value) : value);
    // What two windows of the question could explain belongs to either.
    if (become !== null && isOther) return null;
    if (become === null && !isOther && !staysPut(literal, move)) return null;
    if (become === null || kind === 'boolean') continue;
    changes.set(`${kind} ${value}`, { kind, from: value, to: become });
    sides.add(sideOf(literal, move.from));
  }
  const isBounded = move.isOpen || sides.has('both') || sides.size > 1;
  return changes.size > 0 && isBounded ? [...changes.values()] : null;
}

type Side = 'lower' | 'upper' | 'both';

/** "in 2024" with a lower bound alone was right for as long as there was no 2025. */
function sideOf({ value, column, op }: SqlLiteral, from: string): Side {
  if (op === '>' || op === '>=') return 'lower';
  if (op === '<' || op === '<=') return 'upper';
  // How a parameter is compared is not known.
  if (column === null && op === '=')
    return value.startsWith(boundsOf(from)[0]!) ? 'lower' : 'upper';
  return 'both';
}

/** The bounds of the one window to those of the other; null unless they are of the same kind. */
function daysOf(from: string, to: string): ReadonlyMap<string, string> | null {
  const fresh = boundsOf(to);
  const isSameKind = from.replace(/\d/gu, '0') === to.replace(/\d/gu, '0');
  if (!isSameKind || fresh.length === 0) return null;
  return new Map(boundsOf(from).map((bound, index) => [bound, fresh[index]!]));
}

/** First day, day after, last day, and the window as it is said: '2024', '2024-03'. */
function boundsOf(key: string): readonly string[] {
  const days = intervalOf(key);
  if (!days) return [];
  const last = new Date(Date.parse(`${days.end}T00:00:00Z`) - 86_400_000);
  return [days.start, days.end, last.toISOString().slice(0, 10), key];
}

function becomes(
  { kind, value }: SqlLiteral,
  { from, to }: WindowMove,
  days: ReadonlyMap<string, string>,
): string | null {
  if (kind === 'number') return YEAR.test(from) && Number(value) === Number(from) ? to : null;
  const [, day, time] = MOMENT.exec(value) ?? [];
  const moved = days.get(day ?? value);
  return kind === 'text' && moved !== undefined ? moved + (time ?? '') : null;
}

function staysPut(literal: SqlLiteral, move: WindowMove): boolean {
  if (literal.kind === 'boolean') return true;
  return literal.kind === 'number' ? numberStays(literal, move) : textStays(literal, move);
}

/** Numbers that mean the same whatever the window: percentages, rounding, parts of a day, a week, a year. */
const CONSTANTS = new Set([0, 1, 2, 3, 4, 7, 10, 12, 24, 52, 60, 100, 1000, 1440, 3600, 86_400]);
const MAX_DAY_OF_YEAR = 366;

function numberStays(
  { value, role, op }: SqlLiteral,
  { from, others, facts }: WindowMove,
): boolean {
  const number = Number(value);
  const times = facts.literals.filter(
    (one) => one.kind === 'number' && Number(one.value) === number,
  );
  const said = others.filter((one) => one.kind === 'number' && Number(one.key) === number);
  if (said.length > 0 && times.length <= said.length) return true;
  if (isLength(number) || isDate(number)) return false;
  if (role === 'limit' || role === 'offset') return true;
  if (!COMPARED.has(op)) return CONSTANTS.has(number);
  // It may be the window's month, quarter, week or day.
  return YEAR.test(from) || number === 0 || number > MAX_DAY_OF_YEAR;
}

/** A year, or 202401, 20240101 and seconds since 1970. */
const isDate = (number: number): boolean => (number >= 1500 && number <= 2100) || number >= 100_000;

/** Days of a month, a quarter, a half or a year. */
function isLength(days: number): boolean {
  return LENGTHS.some(([shortest, longest]) => days >= shortest && days <= longest);
}
const LENGTHS = [
  [28, 31],
  [90, 92],
  [181, 184],
  [365, 366],
] as const;

const TIME_OF_DAY = /^\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?$/u;
const OF_CALENDAR =
  /\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?)\b/iu;

function textStays({ value, op }: SqlLiteral, { from, bothSay }: WindowMove): boolean {
  if (bothSay(value) || TIME_OF_DAY.test(value) || isShort(value)) return true;
  // The digits of HH24 and of 990.00 are no date.
  const plain = op === 'to_char' ? value.replace(/HH(?:12|24)|[09]/giu, '') : value;
  return !/\p{N}/u.test(plain) && (YEAR.test(from) || !OF_CALENDAR.test(plain));
}

const INTERVAL = /^[-+]?(\d+(?:\.\d+)?) ?(second|minute|hour|day|week|mon|month|quarter|year)s?$/iu;
const SECONDS = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
  ['week', 7 * 86_400],
]);

/** An interval of whole months or years, or of fewer days than any month has. */
function isShort(value: string): boolean {
  const [, count, unit = ''] = INTERVAL.exec(value) ?? [];
  return (
    count !== undefined && Number(count) * (SECONDS.get(unit.toLowerCase()) ?? 0) < 28 * 86_400
  );
}

/** What else a statement would say of the old window: in its names, its labels or its remarks. */
export function windowTraces(from: string): readonly string[] {
  const [year, part] = from.split('-');
  const years = [year!, year!.slice(2), `fy${year!.slice(2)}`];
  if (part === undefined) return years;
  if (!/^\d\d$/u.test(part)) return [...years, part];
  const month = new Date(`${year}-${part}-01T00:00:00Z`);
  return (['long', 'short'] as const)
    .map((style) => month.toLocaleString('en', { month: style, timeZone: 'UTC' }))
    .concat(years);
}
