// Owns the statement's text literals in the two questions: a value that was asked for then must be asked
// for now, in the same place among its neighbours. Numbers and dates are facts and compared as such. Pure.
import type { SqlFacts } from './facts.ts';
import type { Difference } from './frame-difference.ts';
import type { IsWord } from './dictionary.ts';
import { spelledAlike } from './frame-spelling.ts';
import { numberAt } from './frame-number.ts';
import { tokenize } from './frame-text.ts';
import { timeAt } from './frame-time.ts';
import type { Frame } from './frame.ts';
import { conceptOf, namesTheDoing } from './words.ts';

/** Where a literal stands in a question, in tokens. */
export interface Mention {
  readonly start: number;
  readonly end: number;
}

export interface AskedLiteral {
  readonly column: string | null;
  readonly earlier: Mention;
  readonly later: Mention;
}

export interface LiteralComparison {
  /** Literals that both questions name; one that neither names is a default of the statement. */
  readonly asked: readonly AskedLiteral[];
  readonly differences: readonly Difference[];
  /** Where the new question alone says a literal: "TX" for what was called Texas. */
  readonly spelledOut: readonly Mention[];
}

const MAX_LITERALS = 32;
const MAX_LITERAL_CHARS = 120;

interface LiteralWord {
  readonly text: string;
  readonly concept: string;
}

function wordsOf(value: string): readonly LiteralWord[] {
  const tokens = tokenize(value.slice(0, MAX_LITERAL_CHARS));
  const quantity = timeAt(tokens, 0) ?? numberAt(tokens, 0);
  if (quantity !== undefined && quantity.length === tokens.length) return [];
  return tokens
    .filter((token) => token.kind !== 'mark')
    .map((token) => ({ text: token.text, concept: conceptOf(token.text) }));
}

function mentionOf(frame: Frame, literal: readonly LiteralWord[]): Mention | undefined {
  if (literal.length === 0) return undefined;
  for (let start = 0; start < frame.tokens.length; start += 1) {
    let end = start;
    let matched = 0;
    while (matched < literal.length && end < frame.tokens.length) {
      const wanted = literal[matched];
      const token = frame.tokens[end];
      if (wanted?.text === token?.text || wanted?.concept === frame.concepts[end]) matched += 1;
      else if (matched === 0 || token?.kind !== 'mark') break;
      end += 1;
    }
    if (matched === literal.length) return { start, end };
  }
  return undefined;
}

function inAnotherOrder(asked: readonly AskedLiteral[]): boolean {
  const ordered = asked.toSorted((first, second) => first.earlier.start - second.earlier.start);
  return ordered.some((literal, index) => {
    const next = ordered[index + 1];
    return next !== undefined && next.later.start < literal.later.start;
  });
}

/** "completion" of 'completed', "savngs" of 'savings'; "casualty" is no form of 'casual'. */
const isInflected = (said: string, text: string, isWord: IsWord): boolean =>
  namesTheDoing(said, text) ||
  namesTheDoing(text, said) ||
  (!isWord(said) && spelledAlike(said, text) !== null);

const JOINING = /^(?:in|on|at|of|the|and|to|for|by)$/u;

/**
 * "awaiting approval" of 'pending_approval', "savngs" of 'savings': said in another form, order or spelling.
 * A name is only its letters: "Austria" is no slip of "Australia".
 */
function isNearlySaid(
  literal: readonly LiteralWord[],
  before: Mention,
  earlier: Frame,
  later: Frame,
  isWord: IsWord,
): boolean {
  const isName = earlier.words.some(
    ({ at, value }) => value !== null && at >= before.start && at < before.end,
  );
  const letters = (text: string): string => text.split('').sort().join('');
  return literal
    .filter(({ text }) => !JOINING.test(text))
    .every(({ text, concept }) => {
      if (later.texts.has(text) || later.concepts.includes(concept)) return true;
      if (isName) {
        const sorted = letters(text);
        return text.length > 4 && [...later.texts].some((said) => letters(said) === sorted);
      }
      return text.length > 3 && [...later.texts].some((said) => isInflected(said, text, isWord));
    });
}

export function compareLiterals(
  earlier: Frame,
  later: Frame,
  sql: SqlFacts,
  isWord: IsWord,
): LiteralComparison {
  const asked: AskedLiteral[] = [];
  const differences: Difference[] = [];
  const spelledOut: Mention[] = [];
  for (const literal of sql.literals.slice(0, MAX_LITERALS)) {
    if (literal.kind !== 'text') continue;
    const words = wordsOf(literal.value);
    const before = mentionOf(earlier, words);
    const after = mentionOf(later, words);
    if (before === undefined) {
      if (after !== undefined && literal.role === 'filter') spelledOut.push(after);
      continue;
    }
    if (after === undefined) {
      const text = `the earlier question says ${literal.value.slice(0, MAX_LITERAL_CHARS)}, the new one does not`;
      const weight = isNearlySaid(words, before, earlier, later, isWord) ? 'soft' : 'hard';
      differences.push({ weight, rule: 'literal', text });
    } else {
      asked.push({ column: literal.column, earlier: before, later: after });
    }
  }
  if (inAnotherOrder(asked)) {
    differences.push({ weight: 'soft', rule: 'order', text: 'the values stand in another order' });
  }
  return { asked, differences, spelledOut };
}
