// Owns pairs of questions for tests of what holds them against each other.
import type { Pair } from '../../src/cache/evidence-measure.ts';
import { NO_FACTS, type SqlFacts } from '../../src/cache/facts.ts';
import { frameOf } from '../../src/cache/frame.ts';

export function pairOf(earlier: string, later: string, facts: Partial<SqlFacts> = {}): Pair {
  const side = (question: string) => ({ question, frame: frameOf(question) });
  return { earlier: side(earlier), later: side(later), facts: { ...NO_FACTS, ...facts } };
}

/** Texts at which a reader of questions may stumble. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '???',
  '🙂🙂',
  '"',
  "'",
  `"'"'"'`,
  `"a" 'b' "c" 'd`,
  `'it's' "it"s" 'Rock'n'Roll' 24"`,
  '\u0000\ud800',
  'constructor __proto__ toString hasOwnProperty valueOf',
  'from constructor to __proto__ by toString per valueOf in hasOwnProperty',
  'as many as many as many as',
  'more than than more less than',
  'to to from from between and and in in',
  '1/1/1/1/2024 13/13/2024 0/0/0000 99/99/9999',
  'orders '.repeat(571),
  '"quoted" '.repeat(444),
  "'".repeat(4_000),
  'x'.repeat(4_000),
];
