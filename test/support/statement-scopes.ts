// Owns reading a statement for the scope of what it touches: which tables that are distributed by a scope it names
// without saying of which scope.
import { createSyntax, isObject, listOf, namesOf, textOf, unwrap } from '../../src/guard/syntax.ts';
import type { SyntaxNode } from '../../src/guard/syntax.ts';

export interface ScopeReader {
  /** Tables that are read or changed in it without a scope; [] where it touches none, or says so of each. */
  unscoped(sql: string): readonly string[];
}

/** @param distributed The column that holds the scope, by table ('results'). */
export async function createScopeReader(
  distributed: ReadonlyMap<string, string>,
): Promise<ScopeReader> {
  const syntax = await createSyntax();

  function check(node: unknown, found: string[]): void {
    if (Array.isArray(node)) return node.forEach((item) => check(item, found));
    if (!isObject(node)) return;
    for (const [type, fields] of Object.entries(node)) {
      if (isObject(fields)) {
        if (type === 'InsertStmt') checkInsert(fields, found);
        if (['SelectStmt', 'UpdateStmt', 'DeleteStmt'].includes(type)) checkQuery(fields, found);
      }
      check(fields, found);
    }
  }

  function checkInsert(fields: SyntaxNode, found: string[]): void {
    const { table } = rangeOf(fields['relation']);
    const column = distributed.get(table);
    const columns = listOf(fields['cols']).map((item) => textOf(unwrap(item)?.fields['name']));
    if (column !== undefined && !columns.includes(column)) found.push(table);
  }

  function checkQuery(fields: SyntaxNode, found: string[]): void {
    const ranges = ['relation', 'fromClause', 'usingClause'].flatMap((part) =>
      rangesIn(fields[part]),
    );
    const scoped = new Set(equalitiesIn([fields['whereClause'], fields['fromClause']]));
    for (const { table, alias } of ranges) {
      const column = distributed.get(table);
      if (column === undefined) continue;
      const isAlone = ranges.length === 1;
      if (!scoped.has(`${alias}.${column}`) && !(isAlone && scoped.has(column))) found.push(table);
    }
  }

  return {
    unscoped(sql) {
      const outcome = syntax.parse(sql);
      if ('fault' in outcome) throw new Error(`${outcome.fault.message}: ${sql}`);
      const found: string[] = [];
      check(outcome.statements, found);
      return found;
    },
  };
}

interface Range {
  readonly table: string;
  readonly alias: string;
}

/** Tables of askonce's own schema alone; '' for any other. */
function rangeOf(value: unknown): Range {
  const fields = isObject(value) ? (isObject(value['RangeVar']) ? value['RangeVar'] : value) : {};
  const table = fields['schemaname'] === 'askonce' ? textOf(fields['relname']) : '';
  const alias = isObject(fields['alias']) ? textOf(fields['alias']['aliasname']) : '';
  return { table, alias: alias || textOf(fields['relname']) };
}

function rangesIn(value: unknown): Range[] {
  if (Array.isArray(value)) return value.flatMap(rangesIn);
  if (!isObject(value)) return [];
  if (isObject(value['JoinExpr'])) {
    const { larg, rarg } = value['JoinExpr'];
    return [...rangesIn(larg), ...rangesIn(rarg)];
  }
  const hasName = isObject(value['RangeVar']) || typeof value['relname'] === 'string';
  return hasName ? [rangeOf(value)] : [];
}

/** Columns that must equal something that stands outside of them: 'ph.plan_scope', 'result_scope'. */
function equalitiesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(equalitiesIn);
  if (!isObject(value)) return [];
  if (isObject(value['JoinExpr'])) {
    const { larg, rarg, quals } = value['JoinExpr'];
    return [larg, rarg, quals].flatMap(equalitiesIn);
  }
  if (isObject(value['BoolExpr'])) {
    // One of several alternatives binds nothing.
    return value['BoolExpr']['boolop'] === 'AND_EXPR'
      ? equalitiesIn(value['BoolExpr']['args'])
      : [];
  }
  if (!isObject(value['A_Expr']) || namesOf(value['A_Expr']['name']).join() !== '=') return [];
  const { lexpr, rexpr } = value['A_Expr'];
  return [lexpr, rexpr].flatMap((side) => {
    const node = unwrap(side);
    return node?.type === 'ColumnRef' ? [namesOf(node.fields['fields']).join('.')] : [];
  });
}
