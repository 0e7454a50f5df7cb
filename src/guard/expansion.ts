// Owns the bound on what constants may be blown up to. The planner folds repeat('x', 1000000000) before
// it looks at any timeout, so the size is estimated here, from the tree, before the statement is sent.
import { listOf, namesOf, unwrap } from './syntax.ts';
import type { SyntaxNode } from './syntax.ts';

/** All that one statement may make of constants; more serves no question. */
export const MAX_EXPANSION_BYTES = 1_000_000;

/** Taken where a count or a value is known only when the statement runs. */
const UNKNOWN_COUNT = 1000;
const UNKNOWN_BYTES = 20;

const EXPANDING = new Set(['repeat', 'lpad', 'rpad', 'array_fill', 'format', 'replace']);

/** Bytes that the call may produce, or 0 for a call that cannot blow anything up. */
export function expansionOf(call: SyntaxNode): number {
  return EXPANDING.has(functionName(call)) ? Math.max(0, sizeOfCall(call)) : 0;
}

function sizeOfCall(call: SyntaxNode): number {
  const args = listOf(call['args']);
  const [first, second, third] = args;
  switch (functionName(call)) {
    case 'repeat':
      return sizeOf(first) * (countOf(second) ?? UNKNOWN_COUNT);
    case 'lpad':
    case 'rpad':
      return Math.max(sizeOf(first), countOf(second) ?? UNKNOWN_COUNT);
    case 'array_fill':
      return sizeOf(first) * product(elementsOf(second));
    case 'replace':
      return sizeOf(first) * Math.max(1, sizeOf(third) - UNKNOWN_BYTES);
    case 'format':
      return sum(args.map(sizeOf)) + Math.max(0, ...args.map(largestNumberIn));
    default:
      // One that takes nothing gives something all the same.
      return Math.max(UNKNOWN_BYTES, sum(args.map(sizeOf)));
  }
}

function sizeOf(node: unknown): number {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  switch (type) {
    case 'A_Const':
      return Math.max(1, constantText(fields)?.length ?? 0);
    case 'TypeCast':
    case 'CollateClause':
    case 'NamedArgExpr':
      return sizeOf(fields['arg']);
    case 'FuncCall':
      return sizeOfCall(fields);
    case 'A_Expr':
      return sizeOf(fields['lexpr']) + sizeOf(fields['rexpr']);
    case 'A_ArrayExpr':
      return sum(listOf(fields['elements']).map(sizeOf));
    case 'CoalesceExpr':
      return sum(listOf(fields['args']).map(sizeOf));
    default:
      return node === undefined ? 0 : UNKNOWN_BYTES;
  }
}

/** The number that a constant expression stands for; null where it is not one. */
function countOf(node: unknown): number | null {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  if (type === 'A_Const') return numberOf(constantText(fields));
  if (type === 'TypeCast' || type === 'NamedArgExpr') return countOf(fields['arg']);
  if (type !== 'A_Expr') return null;
  const left = fields['lexpr'] === undefined ? 0 : countOf(fields['lexpr']);
  const right = countOf(fields['rexpr']);
  const operator = namesOf(fields['name']).at(-1) ?? '';
  return left === null || right === null ? null : calculate(operator, left, right);
}

function calculate(operator: string, left: number, right: number): number | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '^':
      return left ** right;
    case '<<':
      return left * 2 ** right;
    default:
      return null;
  }
}

function elementsOf(node: unknown): number[] {
  const array = unwrap(node);
  const elements = array?.type === 'A_ArrayExpr' ? listOf(array.fields['elements']) : [undefined];
  return elements.map((element) => countOf(element) ?? UNKNOWN_COUNT);
}

/** A width may stand in the format ('%1000s') or beside it ('%*s', 1000). */
function largestNumberIn(node: unknown): number {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  if (type !== 'A_Const') return countOf(node) ?? 0;
  const digits = constantText(fields)?.match(/\d+/g) ?? [];
  return Math.max(0, ...digits.map(Number));
}

function constantText(constant: SyntaxNode): string | null {
  for (const key of ['sval', 'fval', 'bsval', 'ival']) {
    const value = constant[key];
    if (typeof value === 'object' && value !== null) {
      return String((value as SyntaxNode)[key] ?? (key === 'ival' ? 0 : ''));
    }
  }
  return null;
}

function numberOf(text: string | null): number | null {
  const number = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? null : number;
}

function functionName(call: SyntaxNode): string {
  return namesOf(call['funcname']).at(-1) ?? '';
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

function product(counts: readonly number[]): number {
  return counts.reduce((total, count) => total * Math.max(1, count), 1);
}
