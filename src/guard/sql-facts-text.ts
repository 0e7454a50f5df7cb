// Owns short readable names for expressions ("date_trunc(month, created_at)", "sum(total)"), made from
// the syntax tree for facts and comparison. They are evidence and are never run as SQL.
import { isObject, listOf, namesOf, textOf, unwrap } from './syntax.ts';
import type { SqlLiteral } from '../cache/facts.ts';
import type { SyntaxNode } from './syntax.ts';

/** What a constant says; null for NULL. */
export function constantOf(fields: SyntaxNode): Pick<SqlLiteral, 'value' | 'kind'> | null {
  for (const [key, kind] of CONSTANTS) {
    const value = fields[key];
    if (!isObject(value)) continue;
    // The tree leaves out what is zero, empty or false.
    const missing = key === 'ival' ? 0 : key === 'boolval' ? false : '';
    return { value: String(value[key] ?? missing), kind };
  }
  return null;
}

const CONSTANTS = [
  ['ival', 'number'],
  ['fval', 'number'],
  ['sval', 'text'],
  ['boolval', 'boolean'],
  ['bsval', 'text'],
] as const;

export function expressionText(node: unknown): string {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  switch (type) {
    case 'ColumnRef':
      return columnName(fields) ?? '*';
    case 'A_Const':
      return constantOf(fields)?.value ?? 'null';
    case 'ParamRef':
      return `$${String(fields['number'] ?? 0)}`;
    case 'FuncCall':
      return callText(fields);
    case 'A_Expr':
      return [fields['lexpr'], fields['rexpr']]
        .filter((side) => side !== undefined)
        .map(expressionText)
        .join(` ${namesOf(fields['name']).at(-1) ?? ''} `);
    case 'TypeCast':
    case 'CollateClause':
      return expressionText(fields['arg']);
    case 'SQLValueFunction':
      return textOf(fields['op'])
        .replace(/^SVFOP_/, '')
        .toLowerCase();
    case 'CoalesceExpr':
      return `coalesce(${listText(fields['args'])})`;
    case 'RowExpr':
      return listText(fields['args']);
    default:
      return type === '' ? '' : type.replace(/(Expr|Link|Test)$/, '').toLowerCase();
  }
}

function callText(fields: SyntaxNode): string {
  const distinct = fields['agg_distinct'] === true ? 'distinct ' : '';
  const args = fields['agg_star'] === true ? '*' : listText(fields['args']);
  return `${namesOf(fields['funcname']).at(-1) ?? ''}(${distinct}${args})`;
}

function listText(list: unknown): string {
  return listOf(list).map(expressionText).join(', ');
}

/** The column without its table; null for a star. */
export function columnName(fields: SyntaxNode): string | null {
  const last = unwrap(listOf(fields['fields']).at(-1));
  return last?.type === 'String' ? textOf(last.fields['sval']) : null;
}

const JSON_STEPS = new Set(['->', '->>']);

/** The first column that an expression reads; for document->>'key' the key. Stays out of subqueries. */
export function columnOf(node: unknown): string | null {
  if (Array.isArray(node)) return firstOf(node);
  if (!isObject(node)) return null;
  const { type, fields } = unwrap(node) ?? { type: '', fields: node };
  if (type === 'ColumnRef') return columnName(fields);
  if (type === 'SubLink' || type === 'SelectStmt' || type === 'TypeName') return null;
  if (type === 'A_Expr' && JSON_STEPS.has(namesOf(fields['name']).at(-1) ?? '')) {
    const step = unwrap(fields['rexpr']);
    const key = step?.type === 'A_Const' ? constantOf(step.fields) : null;
    if (key !== null && columnOf(fields['lexpr']) !== null) return key.value;
  }
  return firstOf(Object.values(fields));
}

function firstOf(nodes: readonly unknown[]): string | null {
  for (const node of nodes) {
    const column = columnOf(node);
    if (column !== null) return column;
  }
  return null;
}
