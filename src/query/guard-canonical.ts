// Owns the canonical text of a statement, made from its tokens: equal for texts that differ in white
// space, comments or case of words alone, different for everything else. Never changes what is run.
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
