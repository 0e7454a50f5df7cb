// Owns figures as people read them: short, with a unit, the same everywhere.

const STEP = 1000;
const LARGE = ['', 'k', 'M', 'G', 'T'] as const;
const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNITS = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
] as const;
/** Up to two of a unit are told in the next smaller one. */
const TELLING = 2;
const NOTHING = '–';

/** 1234 → "1.2 k". */
export const count = (value: number): string => scaled(value, LARGE);

/** 3400000 → "3.4 MB". */
export const bytes = (value: number): string => scaled(value, BYTES);

/** 0.0123 → "1.23 %"; a dash where there is none. */
export function percent(share: number | null): string {
  if (share === null) return NOTHING;
  return `${digits(100 * share, share < 0.1 ? 2 : 1)} %`;
}

/** A figure between 0 and 1, or a margin; a dash where there is none. */
export const figure = (value: number | null): string =>
  value === null ? NOTHING : value.toFixed(3);

/** 90000 → "90 s". */
export function duration(ms: number): string {
  const [length, unit] = UNITS.find(([of]) => ms >= TELLING * of) ?? [1, 'ms'];
  return `${digits(ms / length, length === 1 || ms >= 10 * length ? 0 : 1)} ${unit}`;
}

/** "2 min ago". @param now In milliseconds, as `Date.now` has it. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (Number.isNaN(ms)) return NOTHING;
  if (Math.abs(ms) < TELLING * SECOND_MS) return 'just now';
  return ms < 0 ? `in ${duration(-ms)}` : `${duration(ms)} ago`;
}

/** "1 row", "2 rows". */
export const some = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

function scaled(value: number, units: readonly string[]): string {
  let left = value;
  let at = 0;
  // What would be rounded to a thousand is one of the next.
  while (Math.abs(left) >= STEP - 0.5 && at < units.length - 1) {
    left /= STEP;
    at += 1;
  }
  return `${digits(left, at === 0 || left >= 99.95 ? 0 : 1)} ${units[at]!}`.trimEnd();
}

const digits = (value: number, most: number): string => String(Number(value.toFixed(most)));
