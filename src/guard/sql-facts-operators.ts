// Owns the reading of comparison operators: how the parser's operator kinds are called in facts, which
// of them negate, and how they read from the other side. Pure tables.
import { wordsOf } from './words.ts';
import { namesOf, textOf } from './syntax.ts';
import type { SyntaxNode } from './syntax.ts';

const SPELLINGS: Readonly<Record<string, string>> = {
  '!=': '<>',
  '~~': 'like',
  '!~~': 'not like',
  '~~*': 'ilike',
  '!~~*': 'not ilike',
};

const MIRRORED: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '@>': '<@',
  '<@': '@>',
};

const COMPARISONS = new Set([
  'like',
  'not like',
  'ilike',
  'not ilike',
  ...wordsOf('= <> < <= > >= ~ ~* !~ !~* @> <@ && ? ?| ?& @@ @? ^@ -|-'),
]);

/** '=', 'not like', 'in', 'not between', …; null for an operator that computes instead of comparing. */
export function comparisonOf(expression: SyntaxNode): string | null {
  const symbol = namesOf(expression['name']).at(-1) ?? '';
  const operator = SPELLINGS[symbol] ?? symbol;
  const negates = operator === '<>' || operator.startsWith('not ');
  switch (textOf(expression['kind'])) {
    case 'AEXPR_IN':
      return negates ? 'not in' : 'in';
    case 'AEXPR_OP_ANY':
      return operator === '=' ? 'in' : `${operator} any`;
    case 'AEXPR_OP_ALL':
      return operator === '<>' ? 'not in' : `${operator} all`;
    case 'AEXPR_DISTINCT':
      return '<>';
    case 'AEXPR_NOT_DISTINCT':
      return '=';
    case 'AEXPR_SIMILAR':
      return symbol.startsWith('!') ? 'not similar to' : 'similar to';
    case 'AEXPR_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
      return 'between';
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return 'not between';
    case 'AEXPR_NULLIF':
      return null;
    default:
      return COMPARISONS.has(operator) ? operator : null;
  }
}

export function isNegating(operator: string): boolean {
  return /^(not |<>|!~)/.test(operator);
}

export function mirrored(operator: string): string {
  return MIRRORED[operator] ?? operator;
}
