// Owns the calendar: an absolute date, month, quarter or year as a half-open interval, so that every
// way to bound the same days gives one key. Pure; windows relative to now are left as they were said.
import type { Bound } from './frame-cues.ts';

export interface Interval {
  readonly start: string;
  /** The first day after it. */
  readonly end: string;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

function firstOfMonth(year: number, month: number): string {
  const carried = year + Math.floor((month - 1) / 12);
  return `${pad(carried, 4)}-${pad(((month - 1) % 12) + 1)}-01`;
}

function nextDay(year: number, month: number, day: number): string {
  const next = new Date(Date.UTC(year, month - 1, day + 1));
  return next.toISOString().slice(0, 10);
}

export function intervalOf(key: string): Interval | undefined {
  const half = /^(\d{4})-h([12])$/u.exec(key);
  if (half !== null) {
    const month = half[2] === '1' ? 1 : 7;
    return {
      start: firstOfMonth(Number(half[1]), month),
      end: firstOfMonth(Number(half[1]), month + 6),
    };
  }
  const parts = /^(\d{4})(?:-q([1-4])|-(\d{2})(?:-(\d{2}))?)?$/u.exec(key);
  if (parts === null) return undefined;
  const year = Number(parts[1]);
  if (parts[2] !== undefined) {
    const month = (Number(parts[2]) - 1) * 3 + 1;
    return { start: firstOfMonth(year, month), end: firstOfMonth(year, month + 3) };
  }
  if (parts[3] === undefined)
    return { start: firstOfMonth(year, 1), end: firstOfMonth(year + 1, 1) };
  const month = Number(parts[3]);
  if (month < 1 || month > 12) return undefined;
  if (parts[4] === undefined) {
    return { start: firstOfMonth(year, month), end: firstOfMonth(year, month + 1) };
  }
  return { start: key, end: nextDay(year, month, Number(parts[4])) };
}

/** A bound on a date as a bound on days: after 2020 is from 2021-01-01, until May 31 is before June 1. */
export function boundKey(bound: Bound, key: string): string {
  const days = intervalOf(key);
  if (days === undefined) return `${bound} ${key}`;
  if (bound === '>' || bound === '>=') return `>= ${bound === '>' ? days.end : days.start}`;
  return `< ${bound === '<' ? days.start : days.end}`;
}

export const windowKey = (interval: Interval): string => `${interval.start}..${interval.end}`;

/** The window between two day bounds, whichever was said first. */
export function windowOf(first: string, second: string): string | undefined {
  const lower = [first, second].find((key) => /^>= \d{4}-\d\d-\d\d$/u.test(key));
  const upper = [first, second].find((key) => /^< \d{4}-\d\d-\d\d$/u.test(key));
  if (lower === undefined || upper === undefined) return undefined;
  const interval = { start: lower.slice(3), end: upper.slice(2) };
  return interval.start < interval.end ? windowKey(interval) : undefined;
}
