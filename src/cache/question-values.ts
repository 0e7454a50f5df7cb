// Owns the values that a question says in so many words: plain numbers, calendar dates, quotations and
// codes, and names to the letter, each with the place where it stands. Pure; what is relative to now or
// measured in units is none.
import { intervalOf } from './frame-interval.ts';
import { isOrdinal, numberAt } from './frame-number.ts';
import { readable, tokenize } from './frame-text.ts';
import type { Token } from './frame-text.ts';
import { timeAt } from './frame-time.ts';
import { isStopWord } from './words.ts';

/** UTF-16 offsets into the readable text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface SaidValue extends Place {
  readonly kind: 'number' | 'time' | 'text';
  /**
   * Equal keys mean equal values: '1000' for $1k, '2023-03' for March 2023; a text to the letter. With
   * a question mark before it a number that may be another one.
   */
  readonly key: string;
}

export interface ReadQuestion {
  readonly text: string;
  readonly values: readonly SaidValue[];
}

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/u;

export function readValues(question: string): ReadQuestion {
  const text = readable(question);
  const tokens = tokenize(question);
  const values: SaidValue[] = [];
  for (let at = 0; at < tokens.length;) {
    const { kind, key, length } = valueAt(text, tokens, at);
    const [first, last] = [tokens[at], tokens[at + length - 1]];
    if (key !== null && first && last) {
      const value = { kind, key, start: first.start, end: last.end };
      values.push(kind === 'number' ? withLead(text, value) : value);
    }
    at += length;
  }
  return { text, values };
}

interface FoundValue {
  readonly kind: SaidValue['kind'];
  readonly key: string | null;
  readonly length: number;
}

function valueAt(text: string, tokens: readonly Token[], at: number): FoundValue {
  const token = tokens[at];
  if (token?.quoted) {
    const length = quotationLength(text, tokens, at);
    const end = tokens[at + length - 1]?.end ?? token.end;
    return { kind: 'text', key: text.slice(token.start, end), length };
  }
  const time = timeAt(tokens, at);
  if (time)
    return { kind: 'time', key: isOfCalendar(time.key) ? time.key : null, length: time.length };
  const number = numberAt(tokens, at);
  if (number) {
    // "the 43rd customer" is not the one whose number is 43.
    const isPlain = PLAIN_NUMBER.test(number.key) && !isOrdinal(token!.text);
    const key = isPlain ? number.key : null;
    return { kind: 'number', key, length: number.length };
  }
  const isCode = token?.kind === 'code';
  return { kind: 'text', key: isCode ? text.slice(token.start, token.end) : null, length: 1 };
}

/** False for 31 April, too, and for what is relative to now. */
function isOfCalendar(key: string): boolean {
  const [year, month, day] = key.split('-').map(Number);
  const isDay = /^\d{4}-\d\d-\d\d$/u.test(key);
  if (isDay && new Date(Date.UTC(year!, month! - 1, day)).getUTCDate() !== day) return false;
  return intervalOf(key) !== undefined;
}

/** With the sign and the decimal point that tokens leave out: ".5", "-5". */
function withLead(text: string, value: SaidValue): SaidValue {
  const before = text.slice(0, value.start);
  const digits = text.slice(value.start, value.end);
  const unsure = { ...value, key: `? ${digits}` };
  if (/\b(?:minus|negative|point) $/iu.test(before)) return unsure;
  // A thousand in one country and one in another.
  if (/^[1-9]\d{0,2}\.\d{3}$/u.test(digits)) return unsure;
  const lead = /[-+.]{0,9}$/u.exec(before)![0];
  // In "10-20" and "item-5" it joins.
  if (lead === '' || (lead === '-' && /[\p{L}\p{N}]-$/u.test(before))) return value;
  const isFraction = lead.endsWith('.');
  const isRead = /^[-+]?\.?$/u.test(lead) && !/[\p{L}\p{N}][-+]?\.$/u.test(before);
  if (!isRead || value.key.startsWith('-') || (isFraction && !/^\d+$/u.test(digits))) return unsure;
  const size = isFraction ? `0.${digits}` : value.key;
  const key = lead.startsWith('-') ? `-${size}` : size;
  return { ...value, key, start: value.start - lead.length };
}

/** Tokens up to the closing mark. */
function quotationLength(text: string, tokens: readonly Token[], at: number): number {
  let length = 1;
  for (;;) {
    const [last, next] = [tokens[at + length - 1], tokens[at + length]];
    if (!last || !next?.quoted || /["']/u.test(text.slice(last.end, next.start))) return length;
    length += 1;
  }
}

/** Where a known value is said to the letter; null unless it is said exactly once. */
export function mentionOf({ text }: Pick<ReadQuestion, 'text'>, value: string): Place | null {
  // "IT", "US" and "in" are everyday words as well: these are said in their own case or not at all.
  const isWord = value.length < 3 || isStopWord(value.toLowerCase());
  const found = isWord ? placesOf(text, value, String) : placesOf(text, value, folded);
  return found.length === 1 ? found[0]! : null;
}

/** Whether a text speaks of the value, in any case and with any joints. */
export const speaksOf = (text: string, value: string): boolean =>
  placesOf(text, value, folded).length > 0;

/** Spaces, hyphens and underscores are the same; a last word may stand in the plural. */
function placesOf(text: string, value: string, fold: (text: string) => string): readonly Place[] {
  const words = fold(value).split(JOINTS).filter(Boolean).map(escaped);
  const last = words.pop();
  if (last === undefined) return [];
  const pattern = [...words, pluralOf(last)].join(JOINTS.source);
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'gu');
  return [...fold(text).matchAll(whole)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }));
}

const JOINTS = /[\s_-]+/u;
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);

function pluralOf(word: string): string {
  if (/[^aeiou]y$/u.test(word)) return `${word.slice(0, -1)}(?:y|ies)`;
  if (/(?:[sxz]|[cs]h)$/u.test(word)) return `${word}(?:es)?`;
  return /\p{Ll}$/u.test(word) ? `${word}s?` : word;
}

/** Lower case without the marks of Latin letters; every character keeps its place. */
export function folded(text: string): string {
  return text.replace(/[^]/g, (letter) => {
    const plain = /\p{Script=Latin}/u.test(letter)
      ? letter.normalize('NFD').replace(/\p{M}/gu, '')
      : letter;
    const lower = plain.toLowerCase();
    return lower.length === 1 ? lower : letter;
  });
}
