// Owns the list of what may stand in a statement's syntax tree: node types, and fields that hold nodes.
// What is not here is refused, whatever it is and wherever it stands; new grammar is refused until read.

import { wordSet } from './words.ts';

/** Every node that a reading statement can be made of. */
export const PERMITTED_NODES: ReadonlySet<string> = wordSet(`
  SelectStmt ResTarget CommonTableExpr SortBy WindowDef GroupingSet List RangeVar RangeSubselect
  RangeFunction RangeTableSample JoinExpr ColumnDef RangeTableFunc RangeTableFuncCol JsonTable
  JsonTableColumn JsonTablePathSpec ColumnRef A_Star A_Const ParamRef A_Expr BoolExpr NullTest
  BooleanTest String Integer Float Boolean BitString FuncCall NamedArgExpr SubLink TypeCast
  TypeName CollateClause CaseExpr CaseWhen CoalesceExpr MinMaxExpr A_ArrayExpr A_Indirection
  A_Indices RowExpr GroupingFunc SQLValueFunction XmlExpr XmlSerialize JsonIsPredicate
  JsonFuncExpr JsonBehavior JsonArgument JsonObjectConstructor JsonArrayConstructor
  JsonArrayQueryConstructor JsonKeyValue JsonObjectAgg JsonArrayAgg JsonAggConstructor
  JsonValueExpr JsonFormat JsonReturning JsonOutput JsonParseExpr JsonScalarExpr
  JsonSerializeExpr
`);

/** Fields of those nodes that hold further nodes or their bare fields. */
export const PERMITTED_FIELDS: ReadonlySet<string> = wordSet(`
  distinctClause targetList fromClause whereClause groupClause havingClause windowClause
  valuesLists sortClause limitOffset limitCount withClause ctes larg rarg ctequery aliascolnames
  search_clause search_col_list cycle_clause cycle_col_list cycle_mark_value cycle_mark_default
  alias colnames subquery functions coldeflist usingClause join_using_alias quals relation
  method repeatable docexpr rowexpr namespaces columns colexpr coldefexpr typeName collClause
  names typmods arrayBounds val indirection fields ival fval boolval sval bsval items content
  name lexpr rexpr args arg testexpr operName subselect collname funcname agg_order agg_filter
  over partitionClause orderClause startOffset endOffset node useOp defresult expr result
  elements lidx uidx named_args arg_names exprs output query format constructor key value
  raw_expr returning context_item pathspec passing on_empty on_error string
`);

/** Words for what is most often tried; anything else is named after its node. */
const NAMES: Readonly<Record<string, string>> = {
  lockingClause: 'A row lock (FOR UPDATE, FOR SHARE)',
  intoClause: 'SELECT INTO, which creates a table,',
  TransactionStmt: 'Transaction control (BEGIN, COMMIT, ROLLBACK, SET TRANSACTION)',
  VariableSetStmt: 'SET or RESET',
  CreateTableAsStmt: 'CREATE TABLE AS or SELECT INTO',
  ExplainStmt: 'EXPLAIN inside another statement',
  CreateStmt: 'CREATE TABLE',
  SetToDefault: 'DEFAULT as a value',
  CurrentOfExpr: 'WHERE CURRENT OF',
  VacuumStmt: 'VACUUM or ANALYZE',
};

/** 'InsertStmt' is 'INSERT', 'AlterTableStmt' is 'ALTER TABLE'. */
export function nameOfNode(type: string): string {
  const known = Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;
  if (known !== undefined) return known;
  return type
    .replace(/(Stmt|Expr|Clause)$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
}
