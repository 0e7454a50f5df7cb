// Owns the values that a question says in so many words: plain numbers, calendar dates, quotations and
// codes, each with the place where it stands. Pure; what is relative to now or measured in units is none.
import { intervalOf } from './frame-interval.ts';
import { numberAt } from './frame-number.ts';
import { readable, tokenize } from './frame-text.ts';
import type { Token } from './frame-text.ts';
import { timeAt } from './frame-time.ts';
import { conceptOf } from './words.ts';

export interface SaidValue {
  readonly kind: 'number' | 'time' | 'text';
  /** Equal keys mean equal values: '1000' for $1k, '2023-03' for March 2023; a text to the letter. */
  readonly key: string;
  /** UTF-16 offsets into the readable text. */
  readonly start: number;
  readonly end: number;
}

export interface ReadQuestion {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly values: readonly SaidValue[];
}

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/u;

export function readValues(question: string): ReadQuestion {
  const text = readable(question);
  const tokens = tokenize(question);
  const values: SaidValue[] = [];
  for (let at = 0; at < tokens.length;) {
    const found = valueAt(text, tokens, at);
    if (found.key !== null) {
      const [first, last] = [tokens[at], tokens[at + found.length - 1]];
      if (first && last)
        values.push({ kind: found.kind, key: found.key, start: first.start, end: last.end });
    }
    at += found.length;
  }
  return { text, tokens, values };
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
    return { kind: 'time', key: intervalOf(time.key) ? time.key : null, length: time.length };
  const number = numberAt(tokens, at);
  if (number) {
    const key = PLAIN_NUMBER.test(number.key) ? number.key : null;
    return { kind: 'number', key, length: number.length };
  }
  const isCode = token?.kind === 'code';
  return { kind: 'text', key: isCode ? text.slice(token.start, token.end) : null, length: 1 };
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

/** Where a known value is named, whatever its case or ending; null unless it is named exactly once. */
export function mentionOf(
  { tokens }: Pick<ReadQuestion, 'tokens'>,
  value: string,
): Pick<SaidValue, 'start' | 'end'> | null {
  const wanted = tokenize(value).filter(({ kind }) => kind !== 'mark');
  if (wanted.length === 0) return null;
  const said = tokens.filter(({ kind }) => kind !== 'mark');
  const found = said.flatMap((first, at) => {
    const isHere = wanted.every(({ text }, index) => {
      const token = said[at + index];
      return (
        token !== undefined && (token.text === text || conceptOf(token.text) === conceptOf(text))
      );
    });
    return isHere ? [{ start: first.start, end: said[at + wanted.length - 1]!.end }] : [];
  });
  return found.length === 1 ? found[0]! : null;
}
