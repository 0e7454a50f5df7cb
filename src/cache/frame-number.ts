// Owns numbers in questions: digits, words, multipliers, currencies and units, all to one value.
// Pure; it never looks at what the number is for.
import type { Token } from './frame-text.ts';
import { isUnitWord, sameDimension, withUnit } from './frame-unit.ts';

export interface NumberMatch {
  /** The value in the base unit of its dimension, with the dimension after it: `10`, `604800 s`, `5 %`. */
  readonly key: string;
  readonly length: number;
}

const named = (words: string, first: number, step = 1): readonly (readonly [string, number])[] =>
  words.split(' ').map((word, index) => [word, first + index * step] as const);

const SMALL: Readonly<Record<string, number>> = Object.fromEntries([
  ...named('one two three four five six seven eight nine ten eleven twelve thirteen fourteen', 1),
  ...named('fifteen sixteen seventeen eighteen nineteen', 15),
  ...named('twenty thirty forty fifty sixty seventy eighty ninety', 20, 10),
  ...named('single twice thrice', 1),
  ['dozen', 12],
]);
const ORDINAL: Readonly<Record<string, number>> = Object.fromEntries([
  ...named('second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth', 2),
  ...named('thirteenth fourteenth fifteenth', 13),
]);
const SCALE: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  mn: 1e6,
  m: 1e6,
  billion: 1e9,
  bn: 1e9,
  b: 1e9,
};
/** "nine hundred ninety nine million …": longer runs are no number that a person means. */
const MAX_SPELLED = 12;
const CURRENCIES = new Set(['$', '€', '£']);
/** Suffixes written against the digits that are a unit there, though a multiplier or a word elsewhere. */
const SUFFIX = /^([\d,. ]+)([a-z]+)?$/u;

export const isNumberWord = (word: string): boolean =>
  Object.hasOwn(SMALL, word) || Object.hasOwn(ORDINAL, word) || Object.hasOwn(SCALE, word);

const own = (table: Readonly<Record<string, number>>, word: string): number | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

interface Value {
  readonly value: number;
  readonly length: number;
  readonly unit: string | undefined;
}

function digits(token: Token): Value | undefined {
  const parts = SUFFIX.exec(token.text);
  if (parts === null) return undefined;
  const value = Number((parts[1] ?? '').replace(/[, ]/gu, ''));
  if (!Number.isFinite(value)) return undefined;
  const suffix = parts[2] ?? '';
  const scale = own(SCALE, suffix);
  if (scale !== undefined) return { value: value * scale, length: 1, unit: undefined };
  return { value, length: 1, unit: isUnitWord(suffix) ? suffix : undefined };
}

/** "and" and "-" inside a spelled number: "two hundred and six", "twenty-five". */
function joinsNumber(tokens: readonly Token[], at: number, part: number): boolean {
  if (own(SMALL, tokens[at + 1]?.text ?? '') === undefined) return false;
  const joint = tokens[at]?.text;
  if (joint === 'and') return part > 0 && part % 100 === 0;
  return joint === '-' && part >= 20 && part % 10 === 0;
}

function spelled(tokens: readonly Token[], at: number): Value | undefined {
  let total = 0;
  let part = 0;
  let length = 0;
  for (; length < MAX_SPELLED; length += 1) {
    const word = tokens[at + length];
    if (word === undefined || word.quoted) break;
    const small = own(SMALL, word.text);
    const scale = word.text.length > 2 ? own(SCALE, word.text) : undefined;
    if (small !== undefined && (part % 100 === 0 || (part % 10 === 0 && small < 10))) {
      part += small;
    } else if (scale !== undefined && length > 0) {
      part = Math.max(1, part) * scale;
      if (scale > 100) {
        total += part;
        part = 0;
      }
    } else if (length === 0 || !joinsNumber(tokens, at + length, part)) {
      break;
    }
  }
  return length === 0 ? undefined : { value: total + part, length, unit: undefined };
}

/** "half a million", "half an hour". */
function half(tokens: readonly Token[], at: number): NumberMatch | undefined {
  if (!/^an?$/u.test(tokens[at + 1]?.text ?? '')) return undefined;
  const whole = tokens[at + 2]?.text ?? '';
  const scale = own(SCALE, whole);
  if (scale !== undefined) return { key: String(scale / 2), length: 3 };
  return isUnitWord(whole) ? { key: withUnit(0.5, whole), length: 3 } : undefined;
}

interface Prefix {
  readonly length: number;
  readonly sign: 1 | -1;
  readonly unit: string | undefined;
}

function prefixAt(tokens: readonly Token[], at: number): Prefix {
  const text = tokens[at]?.text ?? '';
  if (CURRENCIES.has(text)) return { length: 1, sign: 1, unit: text };
  // After another mark ("> -5") a hyphen is a sign; after a word or a number it joins.
  if (text === '-' && tokens[at - 1]?.kind === 'mark')
    return { length: 1, sign: -1, unit: undefined };
  return { length: text === '#' ? 1 : 0, sign: 1, unit: undefined };
}

function valueAt(tokens: readonly Token[], at: number, prefixed: boolean): Value | undefined {
  const token = tokens[at];
  if (token === undefined || token.quoted) return undefined;
  if (token.kind !== 'number') {
    const ordinal = prefixed ? undefined : own(ORDINAL, token.text);
    return ordinal === undefined
      ? spelled(tokens, at)
      : { value: ordinal, length: 1, unit: undefined };
  }
  const found = digits(token);
  const next = tokens[at + 1]?.text ?? '';
  const scale = next.length > 1 ? own(SCALE, next) : undefined;
  if (found === undefined || scale === undefined) return found;
  return { ...found, value: found.value * scale, length: found.length + 1 };
}

/** The unit that stands at `at`, perhaps after a hyphen ("30-day"), if it fits the one known before. */
function unitAt(
  tokens: readonly Token[],
  at: number,
  known: string | undefined,
): { readonly unit: string | undefined; readonly length: number } {
  const hyphen = tokens[at]?.text === '-' ? 1 : 0;
  const next = tokens[at + hyphen];
  if (next === undefined || next.quoted || !isUnitWord(next.text))
    return { unit: known, length: 0 };
  if (known !== undefined && !sameDimension(known, next.text)) return { unit: known, length: 0 };
  return { unit: known ?? next.text, length: hyphen + 1 };
}

const RANKED = /^(?:most|least|fewest|last|\p{L}+est)$/u;

export const isOrdinal = (text: string): boolean =>
  own(ORDINAL, text) !== undefined || /^\d+(?:st|nd|rd|th)$/u.test(text);

/** "the second highest", "3rd most recent": one of them, and not two or three. */
function isRank(tokens: readonly Token[], at: number, { length }: Value): boolean {
  const text = tokens[at]?.text ?? '';
  const next = tokens[at + length + (tokens[at + length]?.text === '-' ? 1 : 0)]?.text ?? '';
  return isOrdinal(text) && RANKED.test(next);
}

/** The number that starts at `at`, with its currency before and its unit behind; undefined if none does. */
export function numberAt(tokens: readonly Token[], at: number): NumberMatch | undefined {
  const first = tokens[at];
  if (first === undefined || first.quoted) return undefined;
  if (first.text === 'half') return half(tokens, at);
  const prefix = prefixAt(tokens, at);
  const found = valueAt(tokens, at + prefix.length, prefix.length > 0);
  if (found === undefined) return undefined;
  const length = prefix.length + found.length;
  if (isRank(tokens, at, found)) return { key: `rank ${found.value}`, length: found.length };
  const { unit, length: unitLength } = unitAt(tokens, at + length, prefix.unit ?? found.unit);
  return { key: withUnit(prefix.sign * found.value, unit), length: length + unitLength };
}
