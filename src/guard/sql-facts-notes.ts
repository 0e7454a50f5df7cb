// Owns what the walk over a statement writes down on its way, and how that becomes SqlFacts. Knows of
// output columns and their names, not of where in the tree it is (sql-facts.ts).
import { columnName, constantOf, expressionText } from './sql-facts-text.ts';
import { isObject, listOf, namesOf, unwrap } from './syntax.ts';
import type { LiteralRole, SqlFacts, SqlLiteral, SqlOrdering } from '../cache/facts.ts';
import type { SyntaxNode } from './syntax.ts';

/** Where the walk is: what a literal found there is held against. */
export interface Place {
  readonly role: LiteralRole;
  readonly column: string | null;
  readonly op: string | null;
}

export interface Notes {
  readonly columns: Set<string>;
  outputs: readonly string[];
  /** Written without a table: columns, unless they turn out to be names of whole rows. */
  readonly bareNames: Set<string>;
  readonly relations: Set<string>;
  readonly literals: SqlLiteral[];
  readonly aggregates: Set<string>;
  readonly groupBy: Set<string>;
  readonly orderings: SqlOrdering[];
  limit: string | null;
  distinct: boolean;
  negated: boolean;
  outerJoin: boolean;
  isNull: boolean;
}

export function createNotes(): Notes {
  return {
    columns: new Set(),
    outputs: [],
    bareNames: new Set(),
    relations: new Set(),
    literals: [],
    aggregates: new Set(),
    groupBy: new Set(),
    orderings: [],
    limit: null,
    distinct: false,
    negated: false,
    outerJoin: false,
    isNull: false,
  };
}

export function toFacts(
  notes: Notes,
  known: { readonly tables: readonly string[]; readonly usesClock: boolean },
): SqlFacts {
  const bare = [...notes.bareNames].filter((name) => !notes.relations.has(name));
  return {
    tables: known.tables,
    columns: [...new Set([...notes.columns, ...bare])].sort(),
    outputs: notes.outputs,
    literals: notes.literals,
    aggregates: [...notes.aggregates].sort(),
    groupBy: [...notes.groupBy],
    orderings: notes.orderings,
    limit: notes.limit,
    distinct: notes.distinct,
    // LEFT JOIN … WHERE other.id IS NULL asks for rows without a partner.
    negated: notes.negated || (notes.outerJoin && notes.isNull),
    usesClock: known.usesClock,
  };
}

export function noteColumn(notes: Notes, fields: SyntaxNode): void {
  const name = columnName(fields);
  if (name === null) return;
  if (listOf(fields['fields']).length === 1) notes.bareNames.add(name);
  else notes.columns.add(name);
}

export function noteLiteral(
  notes: Notes,
  constant: Pick<SqlLiteral, 'value' | 'kind'> | null,
  { role, column, op }: Place,
): void {
  if (constant === null) return;
  notes.literals.push({ value: constant.value, kind: constant.kind, column, op, role });
}

export function noteGroups(notes: Notes, clause: unknown, targets: readonly SyntaxNode[]): void {
  for (const item of listOf(clause)) {
    const set = unwrap(item);
    if (set?.type === 'GroupingSet') noteGroups(notes, set.fields['content'], targets);
    else notes.groupBy.add(expressionText(resolveOutput(item, targets)));
  }
}

export function noteOrderings(notes: Notes, clause: unknown, targets: readonly SyntaxNode[]): void {
  for (const item of listOf(clause)) {
    const { node, sortby_dir: sorted, useOp } = unwrap(item)?.fields ?? {};
    const usesGreater = (namesOf(useOp).at(-1) ?? '').startsWith('>');
    const direction = sorted === 'SORTBY_DESC' || usesGreater ? 'desc' : 'asc';
    const by = expressionText(resolveOutput(node, targets));
    const isKnown = notes.orderings.some((one) => one.by === by && one.direction === direction);
    if (!isKnown) notes.orderings.push({ by, direction });
  }
}

/** The output columns; of a set operation those of its first branch, which name the result. */
export function outputsOf(select: SyntaxNode): readonly SyntaxNode[] {
  let branch = select;
  while (isObject(branch['larg'])) branch = branch['larg'];
  return listOf(branch['targetList']).map((target) => unwrap(target)?.fields ?? {});
}

/** ORDER BY 2 and ORDER BY total stand for the expression of that output column. */
export function resolveOutput(node: unknown, outputs: readonly SyntaxNode[]): unknown {
  const reference = unwrap(node);
  if (reference?.type === 'A_Const') {
    const ordinal = Number(constantOf(reference.fields)?.value);
    return outputs[ordinal - 1]?.['val'] ?? node;
  }
  if (reference?.type !== 'ColumnRef' || listOf(reference.fields['fields']).length > 1) return node;
  const name = columnName(reference.fields);
  return outputs.find((output) => name !== null && output['name'] === name)?.['val'] ?? node;
}
