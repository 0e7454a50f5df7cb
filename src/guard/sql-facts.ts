// Owns the facts of a statement: what it filters by, counts, groups, orders and limits, read off the
// syntax tree and nothing else. Pure; it judges neither safety (guard.ts) nor likeness (cache).
import { wordSet } from './words.ts';
import { columnOf, constantOf, expressionText } from './sql-facts-text.ts';
import { comparisonOf, isNegating, mirrored } from './sql-facts-operators.ts';
import {
  createNotes,
  noteColumn,
  noteGroups,
  noteLiteral,
  noteOrderings,
  outputsOf,
  resolveOutput,
  toFacts,
} from './sql-facts-notes.ts';
import { isObject, listOf, namesOf, textOf, unwrap } from './syntax.ts';
import type { LiteralRole, SqlFacts } from '../cache/facts.ts';
import type { Notes, Place } from './sql-facts-notes.ts';
import type { SyntaxNode } from './syntax.ts';

/** What the guard's walk already knows. */
export interface KnownFacts {
  readonly tables: readonly string[];
  readonly usesClock: boolean;
}

/** @param select The SelectStmt node; an empty node gives empty facts. */
export function readFacts(select: SyntaxNode, known: KnownFacts): SqlFacts {
  const notes = createNotes();
  const { type, fields } = unwrap(select) ?? { type: '', fields: {} };
  if (type === 'SelectStmt')
    notes.outputs = outputsOf(fields).map(({ val }) => expressionText(val));
  visit(notes, select, placeOf('other'));
  return toFacts(notes, known);
}

function placeOf(role: LiteralRole): Place {
  return { role, column: null, op: null };
}

function visit(notes: Notes, value: unknown, at: Place): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(notes, item, at);
  } else if (isObject(value)) {
    const node = unwrap(value);
    if (node === null) visitParts(notes, value, at);
    else visitNode(notes, node, at);
  }
}

function visitParts(notes: Notes, fields: SyntaxNode, at: Place): void {
  for (const part of Object.values(fields)) visit(notes, part, at);
}

interface Node {
  readonly type: string;
  readonly fields: SyntaxNode;
}

function visitNode(notes: Notes, { type, fields }: Node, at: Place): void {
  switch (type) {
    case 'SelectStmt':
      return visitSelect(notes, fields);
    case 'ColumnRef':
      return noteColumn(notes, fields);
    case 'A_Const':
      return noteLiteral(notes, constantOf(fields), at);
    case 'TypeCast':
      return visitCast(notes, fields, at);
    case 'A_Expr':
      return visitOperator(notes, fields, at);
    case 'FuncCall':
      return visitCall(notes, fields, at);
    case 'CoalesceExpr':
      return visitParts(notes, fields, { ...at, column: columnOf(fields), op: 'coalesce' });
    case 'CaseExpr':
      return visitCase(notes, fields, at);
    case 'JoinExpr':
      return visitJoin(notes, fields, at);
    case 'WindowDef':
      return visitWindow(notes, fields);
    case 'TypeName':
      return;
    default:
      noteNegation(notes, { type, fields });
      noteRelation(notes, { type, fields });
      visitParts(notes, fields, at);
  }
}

function visitSelect(notes: Notes, fields: SyntaxNode): void {
  const outputs = outputsOf(fields);
  const distinct = listOf(fields['distinctClause']);
  notes.distinct ||= distinct.length > 0;
  notes.negated ||= fields['op'] === 'SETOP_EXCEPT';
  noteGroups(notes, fields['groupClause'], outputs);
  noteOrderings(notes, fields['sortClause'], outputs);
  noteLimit(notes, fields['limitCount']);
  for (const [clause, role] of CLAUSES) visit(notes, fields[clause], placeOf(role));
  const sorted = listOf(fields['sortClause']).map((sort) => unwrap(sort)?.fields['node']);
  for (const node of [...distinct, ...listOf(fields['groupClause']), ...sorted]) {
    // What only points at an output column was read there.
    if (resolveOutput(node, outputs) === node) visit(notes, node, placeOf('other'));
  }
  if (isObject(fields['larg'])) visitSelect(notes, fields['larg']);
  if (isObject(fields['rarg'])) visitSelect(notes, fields['rarg']);
}

const CLAUSES = [
  ['withClause', 'other'],
  ['targetList', 'select'],
  ['valuesLists', 'select'],
  ['fromClause', 'other'],
  ['whereClause', 'filter'],
  ['havingClause', 'filter'],
  ['windowClause', 'other'],
  ['limitCount', 'limit'],
  ['limitOffset', 'offset'],
] as const;

function noteLimit(notes: Notes, count: unknown): void {
  const limit = unwrap(count);
  const isAll = limit?.fields['isnull'] === true;
  if (limit !== null && !isAll) notes.limit ??= expressionText(count);
}

function visitJoin(notes: Notes, fields: SyntaxNode, at: Place): void {
  notes.outerJoin ||= fields['jointype'] !== 'JOIN_INNER';
  for (const column of namesOf(fields['usingClause'])) notes.columns.add(column);
  visit(notes, [fields['larg'], fields['rarg']], at);
  visit(notes, fields['quals'], placeOf('filter'));
}

/** A comparison gives its column and operator to every literal in it that nothing nearer claims. */
function visitOperator(notes: Notes, fields: SyntaxNode, at: Place): void {
  const { lexpr, rexpr } = fields;
  const left = columnOf(lexpr);
  const column = left ?? columnOf(rexpr);
  const op = comparisonOf(fields);
  if (op !== null) {
    const isFalse = [lexpr, rexpr].some((side) => expressionText(side) === 'false');
    notes.negated ||= isNegating(op) || (isFalse && op === '=');
    visit(notes, lexpr, { ...at, column, op: left === null ? mirrored(op) : op });
    return visit(notes, rexpr, { ...at, column, op });
  }
  const negative = negativeNumber(fields);
  if (negative !== null) return noteLiteral(notes, negative, at);
  const symbol = namesOf(fields['name']).at(-1) ?? null;
  visit(notes, [lexpr, rexpr], column === null ? at : { ...at, column, op: symbol });
}

/** The parser folds -5 into one constant, but not -(5) or - 5::int. */
function negativeNumber(fields: SyntaxNode): { value: string; kind: 'number' } | null {
  const operand = unwrap(fields['rexpr']);
  const isMinus = fields['lexpr'] === undefined && namesOf(fields['name']).at(-1) === '-';
  if (!isMinus || operand?.type !== 'A_Const') return null;
  const constant = constantOf(operand.fields);
  return constant?.kind === 'number' ? { value: `-${constant.value}`, kind: 'number' } : null;
}

/** Functions whose first argument names a field or a unit and is never a value of a column. */
const FIELD_FUNCTIONS = new Set(['extract', 'date_part', 'date_trunc']);

function visitCall(notes: Notes, fields: SyntaxNode, at: Place): void {
  const name = namesOf(fields['funcname']).at(-1) ?? '';
  const { args, over } = fields;
  const distinct = fields['agg_distinct'] === true ? ' distinct' : '';
  if (over !== undefined) notes.aggregates.add(`${name} over`);
  else if (AGGREGATES.has(name)) notes.aggregates.add(`${name}${distinct}`);
  if (isObject(over)) visitWindow(notes, over);
  visit(notes, fields['agg_filter'], placeOf('filter'));
  visit(notes, fields['agg_order'], placeOf('other'));
  const column = columnOf(args);
  const claimed = { ...at, column: column ?? at.column, op: name };
  const inherits = column === null && at.op !== null;
  for (const [index, argument] of listOf(args).entries()) {
    const isField = index === 0 && FIELD_FUNCTIONS.has(name);
    visit(notes, argument, inherits && !isField ? at : claimed);
  }
}

function visitWindow(notes: Notes, fields: SyntaxNode): void {
  noteGroups(notes, fields['partitionClause'], []);
  noteOrderings(notes, fields['orderClause'], []);
  visitParts(notes, fields, placeOf('other'));
}

/** CASE status WHEN 'paid' compares as WHERE status = 'paid' does. */
function visitCase(notes: Notes, fields: SyntaxNode, at: Place): void {
  const column = columnOf(fields['arg']);
  const result = { ...at, column: null, op: 'case' };
  visit(notes, fields['arg'], at);
  for (const item of listOf(fields['args'])) {
    const { expr, result: then } = unwrap(item)?.fields ?? {};
    visit(notes, expr, { role: 'filter', column, op: fields['arg'] === undefined ? null : '=' });
    visit(notes, then, result);
  }
  visit(notes, fields['defresult'], result);
}

const NUMBER_TYPES = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']);

function visitCast(notes: Notes, fields: SyntaxNode, at: Place): void {
  const inner = unwrap(fields['arg']);
  if (inner?.type !== 'A_Const') return visit(notes, fields['arg'], at);
  const type = isObject(fields['typeName']) ? namesOf(fields['typeName']['names']).at(-1) : '';
  const constant = constantOf(inner.fields);
  const isNumber = constant !== null && NUMBER_TYPES.has(type ?? '');
  noteLiteral(notes, isNumber ? { ...constant, kind: 'number' } : constant, at);
}

function noteNegation(notes: Notes, { type, fields }: Node): void {
  notes.isNull ||= fields['nulltesttype'] === 'IS_NULL';
  notes.negated ||=
    fields['boolop'] === 'NOT_EXPR' ||
    fields['nulltesttype'] === 'IS_NOT_NULL' ||
    /^IS_(FALSE|NOT_.*)$/.test(textOf(fields['booltesttype'])) ||
    (type === 'SubLink' && isNegating(namesOf(fields['operName']).at(-1) ?? ''));
}

function noteRelation(notes: Notes, { type, fields }: Node): void {
  if (type === 'RangeVar') notes.relations.add(textOf(fields['relname']));
  if (isObject(fields['alias'])) notes.relations.add(textOf(fields['alias']['aliasname']));
}

const AGGREGATES = wordSet(`
  any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp
  every json_agg json_object_agg jsonb_agg jsonb_object_agg max min mode percentile_cont
  percentile_disc range_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope stddev
  stddev_pop stddev_samp string_agg sum var_pop var_samp variance
`);
