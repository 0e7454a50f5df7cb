// Owns dates and time windows in questions: every spelling of one day, month, quarter, year or
// relative window to one key. Pure: "today" stays a symbol, it never reads a clock.
import { numberAt } from './frame-number.ts';
import type { Token } from './frame-text.ts';

export interface TimeMatch {
  /** `2024`, `2024-03`, `2024-03-05`, `03-05`, `2025-q1`, `T17:00`, `last 604800 s`, `this month` … */
  readonly key: string;
  readonly length: number;
}

const MONTH_NAMES =
  'january february march april may june july august september october november december';
const MONTHS = new Map<string, string>(
  MONTH_NAMES.split(' ').flatMap((name, index) => {
    const number = String(index + 1).padStart(2, '0');
    return [name, name.slice(0, 3), ...(name === 'september' ? ['sept'] : [])].map(
      (spelling) => [spelling, number] as const,
    );
  }),
);
/** Month names that are everyday words too: they need a number, a capital or a preposition beside them. */
const AMBIGUOUS_MONTHS = new Set(['may', 'march', 'mar', 'jan', 'dec', 'sep', 'apr', 'august']);
const BEFORE_MONTH = new Set([
  'in',
  'of',
  'during',
  'since',
  'until',
  'through',
  'for',
  'and',
  'or',
]);
const WEEKDAYS = new Map(
  'monday tuesday wednesday thursday friday saturday sunday'
    .split(' ')
    .flatMap((day) => [day, `${day}s`].map((spelling) => [spelling, day] as const)),
);
const SINGLE: ReadonlyMap<string, string> = new Map([
  ['today', 'this day'],
  ['tonight', 'this night'],
  ['yesterday', 'last day'],
  ['tomorrow', 'next day'],
  ['ytd', 'this year to date'],
  ['mtd', 'this month to date'],
  ['noon', 'T12:00'],
  ['midnight', 'T00:00'],
]);
const ANCHORS: ReadonlyMap<string, string> = new Map([
  ['this', 'this'],
  ['current', 'this'],
  ['last', 'last'],
  ['previous', 'last'],
  ['prior', 'last'],
  ['past', 'past'],
  ['trailing', 'past'],
  ['next', 'next'],
  ['coming', 'next'],
  ['upcoming', 'next'],
  ['following', 'next'],
]);
const SEASONS = new Map([
  ['spring', 'spring'],
  ['summer', 'summer'],
  ['autumn', 'autumn'],
  ['fall', 'autumn'],
  ['winter', 'winter'],
]);
const PERIODS: ReadonlyMap<string, string> = new Map(
  'second minute hour day night week weekend fortnight month quarter semester term season year decade century'
    .split(' ')
    .flatMap((period) => [period, `${period}s`].map((spelling) => [spelling, period] as const))
    .map(([spelling, period]) => [spelling, period === 'term' ? 'semester' : period] as const)
    .concat([...SEASONS]),
);
/** Words for a span of time, so that "the year 2024" is 2024; "winter 2024" is not. */
export const isPeriodWord = (word: string): boolean => PERIODS.has(word) && !SEASONS.has(word);
const QUARTERS: ReadonlyMap<string, string> = new Map([
  ['first', '1'],
  ['1st', '1'],
  ['second', '2'],
  ['2nd', '2'],
  ['third', '3'],
  ['3rd', '3'],
  ['fourth', '4'],
  ['4th', '4'],
  ['last', '4'],
]);

const DAYS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');

const YEAR = /^(?:1[5-9]|20)\d\d$/u;
const two = (digits: string): string => digits.padStart(2, '0');

function yearAt(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  return token?.kind === 'number' && YEAR.test(token.text) ? token.text : undefined;
}

function dayAt(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  // "the third of June"
  const ordinal = tokens[at + 1]?.text === 'of' ? DAYS.indexOf(token?.text ?? '') : -1;
  if (ordinal >= 0) return two(String(ordinal + 1));
  if (token?.kind !== 'number') return undefined;
  const digits = /^(\d{1,2})(?:st|nd|rd|th)?$/u.exec(token.text)?.[1];
  return digits !== undefined && Number(digits) >= 1 && Number(digits) <= 31
    ? two(digits)
    : undefined;
}

/** Position after one optional filler such as "of", "," or "the". */
function past(tokens: readonly Token[], at: number, fillers: readonly string[]): number {
  return fillers.includes(tokens[at]?.text ?? '') ? at + 1 : at;
}

function numericDate(token: Token): string | undefined {
  if (token.kind !== 'date') return undefined;
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/u.exec(token.text);
  if (iso !== null) return `${iso[1]}-${two(iso[2] ?? '')}-${two(iso[3] ?? '')}`;
  if (/^\d{4}-\d{2}$/u.test(token.text)) return token.text;
  const ofDay = /^(\d{1,2}):(\d{2})/u.exec(token.text);
  if (ofDay !== null) return `T${two(ofDay[1] ?? '')}:${ofDay[2]}`;
  const ofMonth = /^(\d{1,2})\/(\d{4})$/u.exec(token.text);
  if (ofMonth !== null) return `${ofMonth[2]}-${two(ofMonth[1] ?? '')}`;
  const parts = token.text.split(/[/.]/u);
  const [first = '', second = '', year = ''] = parts;
  const full = year.length === 2 ? `20${year}` : year;
  if (token.text.includes('.') || Number(first) > 12) return `${full}-${two(second)}-${two(first)}`;
  if (Number(second) > 12) return `${full}-${two(first)}-${two(second)}`;
  // 3/4/2024 is March in one country and April in another: only the same text is the same day.
  return `${full} ${two(first)}/${two(second)}`;
}

/** 5 March 2024, the 5th of March */
function dayFirst(tokens: readonly Token[], at: number, leading: string): TimeMatch | undefined {
  const monthPlace = past(tokens, at + 1, ['of', '-']);
  const month = MONTHS.get(tokens[monthPlace]?.text ?? '');
  if (month === undefined) return undefined;
  const yearPlace = past(tokens, monthPlace + 1, [',', 'of', '-']);
  const year = yearAt(tokens, yearPlace);
  if (year === undefined) return { key: `${month}-${leading}`, length: monthPlace + 1 - at };
  return { key: `${year}-${month}-${leading}`, length: yearPlace + 1 - at };
}

/** "Jan to Dec 2024" */
const isMonthRange = (tokens: readonly Token[], at: number): boolean =>
  /^(?:to|-|through)$/u.test(tokens[at + 1]?.text ?? '') && MONTHS.has(tokens[at + 2]?.text ?? '');

function monthDate(tokens: readonly Token[], at: number): TimeMatch | undefined {
  const leading = dayAt(tokens, at);
  if (leading !== undefined) {
    return dayFirst(tokens, at, leading);
  }
  const token = tokens[at];
  const month = MONTHS.get(token?.text ?? '');
  if (token === undefined || month === undefined) return undefined;
  const next = past(tokens, at + 1, ['.']);
  const dayPlace = past(tokens, next, ['the']);
  const day = dayAt(tokens, dayPlace);
  if (day !== undefined && yearAt(tokens, dayPlace) === undefined) {
    const yearPlace = past(tokens, dayPlace + 1, [',', 'of']);
    const year = yearAt(tokens, yearPlace);
    if (year === undefined) return { key: `${month}-${day}`, length: dayPlace + 1 - at };
    return { key: `${year}-${month}-${day}`, length: yearPlace + 1 - at };
  }
  const yearPlace = past(tokens, next, ['of', ',', '-']);
  const year = yearAt(tokens, yearPlace);
  if (year !== undefined) return { key: `${year}-${month}`, length: yearPlace + 1 - at };
  const sure =
    !AMBIGUOUS_MONTHS.has(token.text) ||
    isMonthRange(tokens, at) ||
    (at > 0 && (token.capital || BEFORE_MONTH.has(tokens[at - 1]?.text ?? '')));
  return sure ? { key: `month ${month}`, length: 1 } : undefined;
}

/** "2023 Q4", "the second half of 2023", "H2 2023". */
function partOfYear(tokens: readonly Token[], at: number): TimeMatch | undefined {
  const year = yearAt(tokens, at);
  const after = /^([qh])([1-4])$/u.exec(tokens[at + 1]?.text ?? '');
  if (year !== undefined && after !== null && (after[1] === 'q' || Number(after[2]) < 3)) {
    return { key: `${year}-${after[0]}`, length: 2 };
  }
  const short = /^h([12])$/u.exec(tokens[at]?.text ?? '')?.[1];
  const isHalf = short !== undefined || tokens[at + 1]?.text === 'half';
  const half = short ?? QUARTERS.get(tokens[at]?.text ?? '');
  if (!isHalf || (half !== '1' && half !== '2')) return undefined;
  const place = past(tokens, at + (short === undefined ? 2 : 1), ['of', ',', '-']);
  const of = yearAt(tokens, place);
  return of === undefined ? undefined : { key: `${of}-h${half}`, length: place + 1 - at };
}

/** The first day of "1 to 15 June 2024" and "between 1 and 15 June", which says its month but once. */
function dayOfRange(tokens: readonly Token[], at: number): TimeMatch | undefined {
  const day = dayAt(tokens, at);
  const joint = tokens[at + 1]?.text ?? '';
  if (day === undefined || !/^(?:and|to|-|through|until|till)$/u.test(joint)) return undefined;
  const last = monthDate(tokens, at + 2)?.key;
  const month = last === undefined ? null : /^((?:\d{4}-)?\d\d)-(\d\d)$/u.exec(last);
  return month === null || (month[2] ?? '') <= day
    ? undefined
    : { key: `${month[1]}-${day}`, length: 1 };
}

function quarter(tokens: readonly Token[], at: number): TimeMatch | undefined {
  let number = /^q([1-4])$/u.exec(tokens[at]?.text ?? '')?.[1];
  let end = at + 1;
  if (number === undefined && tokens[at + 1]?.text === 'quarter') {
    const ordinal = tokens[at]?.text ?? '';
    // "last quarter" is the last of a year only where the year follows: "the last quarter of 2024".
    const yearFollows = yearAt(tokens, past(tokens, at + 2, ['of'])) !== undefined;
    number = ordinal === 'last' && !yearFollows ? undefined : QUARTERS.get(ordinal);
    end = at + 2;
  }
  if (number === undefined) return undefined;
  const yearPlace = past(tokens, end, ['of', ',', '-', "'", '/']);
  const year = yearAt(tokens, yearPlace);
  return year === undefined
    ? { key: `q${number}`, length: end - at }
    : { key: `${year}-q${number}`, length: yearPlace + 1 - at };
}

function clock(tokens: readonly Token[], at: number): TimeMatch | undefined {
  const token = tokens[at];
  const parts = /^(\d{1,2})(?::(\d{2}))?(?::\d{2})?(am|pm)?$/u.exec(token?.text ?? '');
  if (parts === null) return undefined;
  const following = tokens[at + 1]?.text ?? '';
  const half = parts[3] ?? (following === 'am' || following === 'pm' ? following : undefined);
  if (half === undefined && parts[2] === undefined) return undefined;
  const base = Number(parts[1]);
  const hour = half === 'pm' && base < 12 ? base + 12 : half === 'am' && base === 12 ? 0 : base;
  const length = half !== undefined && parts[3] === undefined ? 2 : 1;
  return { key: `T${two(String(hour))}:${parts[2] ?? '00'}`, length };
}

function relative(tokens: readonly Token[], at: number): TimeMatch | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  const single = SINGLE.get(token.text);
  if (single !== undefined) return { key: single, length: 1 };
  if (token.text === 'year' && tokens[at + 1]?.text === 'to' && tokens[at + 2]?.text === 'date') {
    return { key: 'this year to date', length: 3 };
  }
  const anchor = ANCHORS.get(token.text);
  if (anchor === undefined) {
    const span = numberAt(tokens, at);
    if (span === undefined || !/ (?:s|mo)$/u.test(span.key)) return undefined;
    const after = tokens[at + span.length]?.text;
    if (after === 'ago') return { key: `${span.key} ago`, length: span.length + 1 };
    return undefined;
  }
  const place = past(tokens, at + 1, ['calendar', 'full', 'complete']);
  const period = PERIODS.get(tokens[place]?.text ?? '');
  if (period !== undefined) return { key: `${anchor} ${period}`, length: place + 1 - at };
  const span = numberAt(tokens, at + 1);
  if (span === undefined || !/ (?:s|mo)$/u.test(span.key)) return undefined;
  // Counted windows roll: "last 7 days", "past 7 days", "previous week of 7 days" begin at now.
  return { key: `${anchor === 'past' ? 'last' : anchor} ${span.key}`, length: span.length + 1 };
}

/** The date or window that starts at `at`; undefined if none does. */
export function timeAt(tokens: readonly Token[], at: number): TimeMatch | undefined {
  const token = tokens[at];
  if (token === undefined || token.quoted) return undefined;
  const found =
    partOfYear(tokens, at) ??
    quarter(tokens, at) ??
    monthDate(tokens, at) ??
    dayOfRange(tokens, at) ??
    clock(tokens, at);
  if (found !== undefined) return found;
  const date = numericDate(token);
  if (date !== undefined) return { key: date, length: 1 };
  const window = relative(tokens, at);
  if (window !== undefined) return window;
  const weekday = WEEKDAYS.get(token.text);
  if (weekday !== undefined) {
    // "Saturday, 14 October 2023" is that day.
    const place = past(tokens, past(tokens, at + 1, [',']), ['the']);
    const day = monthDate(tokens, place);
    return day !== undefined && /\d\d-\d\d$/u.test(day.key)
      ? { key: day.key, length: place + day.length - at }
      : { key: weekday, length: 1 };
  }
  if (/^\d{4}s$/u.test(token.text)) return { key: token.text, length: 1 };
  const year = yearAt(tokens, at);
  return year === undefined ? undefined : { key: year, length: 1 };
}
