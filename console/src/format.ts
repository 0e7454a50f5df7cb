// Owns figures as people read them: counts, shares, bytes, durations, times.

const COUNT = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const NONE = '–';

export const count = (value: number): string => COUNT.format(value);
export const short = (value: number): string => SHORT.format(value);

/** A share of one; of a small one, two digits that tell something. */
export function share(value: number | null): string {
  if (value === null) return NONE;
  const percent = value * 100;
  return `${Number(percent < 1 ? percent.toPrecision(2) : percent.toFixed(1))}\u00a0%`;
}

export const similarity = (value: number | null): string =>
  value === null ? NONE : value.toFixed(3);

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const STEP = 1000;

export function bytes(value: number): string {
  let [amount, unit] = [value, 0];
  for (; amount >= STEP && unit < BYTES.length - 1; unit += 1) amount /= STEP;
  return `${amount.toFixed(unit === 0 || amount >= 100 ? 0 : 1)}\u00a0${BYTES[unit] ?? ''}`;
}

export function milliseconds(value: number | null): string {
  if (value === null) return NONE;
  if (value < 10) return `${value.toFixed(1)}\u00a0ms`;
  return value < 1000 ? `${value.toFixed(0)}\u00a0ms` : seconds(value / 1000);
}

export function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(value < 10 && value % 1 !== 0 ? 1 : 0)}\u00a0s`;
  const minutes = value / 60;
  if (minutes < 60) return `${Math.floor(minutes)}\u00a0min`;
  const hours = minutes / 60;
  if (hours < 48) return `${hours.toFixed(hours < 10 ? 1 : 0)}\u00a0h`;
  return `${count(Math.floor(hours / 24))} days`;
}

export const time = (at: string | null): string => (at === null ? NONE : TIME.format(new Date(at)));

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "3 minutes ago", as of `now` in milliseconds. */
export function ago(at: string | null, now = Date.now()): string {
  if (at === null) return 'never';
  const passed = Date.parse(at) - now;
  for (const [unit, length] of STEPS) {
    if (Math.abs(passed) >= length) return AGO.format(Math.round(passed / length), unit);
  }
  return Math.abs(passed) < 5_000 ? 'now' : AGO.format(Math.round(passed / 1000), 'second');
}

export const plural = (amount: number, one: string, many = `${one}s`): string =>
  `${count(amount)} ${amount === 1 ? one : many}`;
