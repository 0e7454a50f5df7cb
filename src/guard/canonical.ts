// Owns what is read off a statement's tokens: its canonical text, equal for texts that differ in white
// space, comments or case of words alone, and where its literals stand. Never changes what is run.
import type { Token } from './syntax.ts';

/** One statement without the semicolons and comments around it; what is left keeps every character. */
export function trimStatement(sql: string, tokens: readonly Token[]): string {
  const isCode = (token: Token): boolean => !token.isComment && token.text !== ';';
  const first = tokens.findIndex(isCode);
  const last = tokens.findLastIndex(isCode);
  const before = tokens.slice(0, first).findLast(({ text }) => text === ';');
  const after = tokens.slice(last + 1).find(({ text }) => text === ';');
  return sql.slice(before?.end ?? 0, after?.start ?? sql.length).trim();
}

export function canonicalText(tokens: readonly Token[]): string {
  return tokens
    .filter(({ isComment, text }) => !isComment && text !== ';')
    .map(canonicalToken)
    .join(' ');
}

/** PostgreSQL folds ASCII letters alone; a token with a quote is a literal or a quoted name. */
const FOLDED = /^[A-Za-z_\u0080-\uffff][^'"]*$/;

function canonicalToken({ text, isKeyword }: Token): string {
  // N'x' scans as the keyword NCHAR and a literal; the type "n" before a literal must not read the same.
  if (isKeyword && /^n$/i.test(text)) return 'nchar';
  return FOLDED.test(text) ? text.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : text;
}

/** Numbers and texts of every kind; not "names", and not $1. */
const VALUE = /^(?:[eEbBxXnN]?'|[uU]&'|\$(?:[^\d]|\$)|\.?\d)/;

/** For whoever must not see values: a mark in the place of each. Comments are left out. */
export function redactedText(tokens: readonly Token[]): string {
  return tokens
    .filter(({ isComment }) => !isComment)
    .map(({ text }) => (VALUE.test(text) ? '?' : text))
    .join(' ');
}

/** For whoever reads what others wrote: they may have written to the reader. */
export function withoutComments(sql: string, tokens: readonly Token[]): string {
  let shown = '';
  let at = 0;
  for (const { start, end } of tokens.filter(({ isComment }) => isComment)) {
    shown += `${sql.slice(at, start)} `;
    at = end;
  }
  return (shown + sql.slice(at)).trim();
}

/** A number or a plain quoted text as it stands in the statement. */
export interface LiteralToken {
  readonly kind: 'number' | 'text';
  /** What it says: without quotes. */
  readonly value: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

/** Strings with a prefix (E'', U&'', B'', $$) read differently and are left out. */
const QUOTED = /^'(?:[^']|'')*'$/;
const NUMBER = /^(?:\d+\.?\d*|\.\d+)$/;

/** @param offset of the statement in the text that was scanned. */
export function literalTokens(tokens: readonly Token[], offset: number): readonly LiteralToken[] {
  return tokens.flatMap(({ text, start, end }): LiteralToken[] => {
    const at = { start: start - offset, end: end - offset };
    if (NUMBER.test(text)) return [{ kind: 'number', value: text, ...at }];
    if (!QUOTED.test(text)) return [];
    return [{ kind: 'text', value: text.slice(1, -1).replaceAll("''", "'"), ...at }];
  });
}
