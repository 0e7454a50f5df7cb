// Owns the walk over every node of a permitted statement's tree: refuses what is not on the lists and
// gathers what the statement reads and depends on. Generic on purpose: no clause is ever skipped.
import { mostOf } from '../cache/volatility.ts';
import type { Volatility } from '../cache/volatility.ts';
import { AppError } from '../errors.ts';
import { clockOfText, clocksOfDay } from './clock.ts';
import { expansionOf, MAX_EXPANSION_BYTES } from './expansion.ts';
import { functionAliases } from './function-aliases.ts';
import { nameOfNode, PERMITTED_FIELDS, PERMITTED_NODES } from './nodes.ts';
import { wordSet } from './words.ts';
import { isNodeType, isObject, listOf, namesOf, textOf, unwrap } from './syntax.ts';
import type { FunctionRules, Refusal } from './functions.ts';
import type { SyntaxNode } from './syntax.ts';
import type { TableName } from './table-policy.ts';

export interface Inspection {
  readonly tables: readonly string[];
  readonly volatility: Volatility;
  readonly usesClock: boolean;
  readonly parameterCount: number;
  /** Every place where a table stands. */
  readonly ranges: readonly TableRange[];
}

export interface TableRange extends TableName {
  /** UTF-8 offset of its name. */
  readonly at: number;
  /** Of which its name is made: schema and name are two. */
  readonly parts: number;
  readonly hasAlias: boolean;
}

/** What a statement is held against. */
export interface InspectRules {
  readonly functions: FunctionRules;
  /** @throws AppError QUERY_REJECTED for a table that may not be read. */
  readonly requireTable?: (table: TableName) => void;
}

/** Names that WITH queries give to their rows: where they are in sight they are no tables. */
type Scope = ReadonlySet<string>;

interface Walk {
  readonly rules: FunctionRules;
  readonly requireTable: (table: TableName) => void;
  readonly ranges: TableRange[];
  readonly tables: Set<string>;
  readonly dependsOn: Set<Volatility>;
  /** Nodes that read the clock where only its day is used. */
  readonly ofDay: ReadonlySet<SyntaxNode>;
  /** Whether what stands before a dot may be the value of a function. */
  readonly isValue: (name: string) => boolean;
  parameterCount: number;
  expansion: number;
  /** UTF-8 offset. */
  at: number;
  readonly onPlace: (at: number) => void;
}

/**
 * @param onPlace Told where the walk is, so that who catches the error knows the place: UTF-8 offset.
 * @throws AppError QUERY_REJECTED naming the rule that refused.
 */
export function inspectStatement(
  statement: SyntaxNode,
  { functions: rules, requireTable = () => undefined }: InspectRules,
  onPlace: (at: number) => void = () => undefined,
): Inspection {
  const tables = new Set<string>();
  const dependsOn = new Set<Volatility>();
  const ofDay = clocksOfDay(statement);
  const counts = { parameterCount: 0, expansion: 0, at: 0 };
  const ranges: TableRange[] = [];
  let aliases: ReadonlySet<string> | null | undefined;
  const isValue = (name: string): boolean => {
    if (aliases === undefined) aliases = functionAliases(statement);
    return aliases === null || aliases.has(name);
  };
  const found = { ranges, tables, dependsOn };
  const walk: Walk = { rules, requireTable, ...found, ofDay, isValue, ...counts, onPlace };
  visit(walk, statement, new Set());
  return {
    tables: [...tables].sort(),
    volatility: mostOf(dependsOn),
    usesClock: dependsOn.has('clock') || dependsOn.has('day'),
    parameterCount: walk.parameterCount,
    ranges,
  };
}

function visit(walk: Walk, value: unknown, outer: Scope): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(walk, item, outer);
    return;
  }
  if (!isObject(value)) return;
  const outside = walk.at;
  const scope = isObject(value['withClause']) ? visitWith(walk, value['withClause'], outer) : outer;
  for (const [key, part] of Object.entries(value)) {
    if (typeof part !== 'object' || part === null || key === 'withClause') continue;
    if (!(isNodeType(key) ? PERMITTED_NODES : PERMITTED_FIELDS).has(key)) {
      moveTo(walk, firstPlace(part) ?? walk.at);
      throw notPermitted(key);
    }
    if (isNodeType(key) && isObject(part)) {
      moveTo(walk, firstPlace(part) ?? walk.at);
      examine(walk, { type: key, fields: part, scope });
    }
    visit(walk, part, scope);
  }
  moveTo(walk, outside);
}

function moveTo(walk: Walk, at: number): void {
  if (at < 0) return;
  walk.at = at;
  walk.onPlace(at);
}

/** Of the node, or of what it is made of; undefined where the parser notes none. */
function firstPlace(node: object): number | undefined {
  if ('location' in node && typeof node.location === 'number') return node.location;
  for (const part of Object.values(node)) {
    const place: number | undefined = isObject(part) ? firstPlace(part) : undefined;
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Each WITH query sees the ones before it, all of them where it says RECURSIVE. */
function visitWith(walk: Walk, { ctes, recursive }: SyntaxNode, outer: Scope): Scope {
  const names = listOf(ctes).map((cte) => textOf(unwrap(cte)?.fields['ctename']));
  const all = new Set([...outer, ...names]);
  for (const [index, cte] of listOf(ctes).entries()) {
    visit(walk, cte, recursive === true ? all : new Set([...outer, ...names.slice(0, index)]));
  }
  return all;
}

interface Found {
  readonly type: string;
  readonly fields: SyntaxNode;
  readonly scope: Scope;
}

function examine(walk: Walk, { type, fields, scope }: Found): void {
  switch (type) {
    case 'RangeVar':
      return noteTable(walk, fields, scope);
    case 'FuncCall':
      return noteCall(walk, fields);
    case 'ColumnRef':
      // A plain column is most often meant, so its name never makes an answer volatile.
      return judgeColumn(walk, namesOf(fields['fields']));
    case 'A_Indirection':
      for (const use of judgeAttributes(walk, namesOf(fields['indirection']), 'value'))
        walk.dependsOn.add(use);
      return;
    case 'A_Expr':
      return noteOperator(walk, fields['kind'], fields['name']);
    case 'SubLink':
      return noteOperator(walk, 'AEXPR_OP', fields['operName']);
    case 'SortBy':
      return noteOperator(walk, 'AEXPR_OP', fields['useOp']);
    case 'SQLValueFunction':
      return noteValue(walk, fields);
    case 'A_Const':
      for (const use of clockOfText(constantText(fields))) walk.dependsOn.add(use);
      return;
    case 'ParamRef':
      walk.parameterCount = Math.max(walk.parameterCount, Number(fields['number'] ?? 0));
      return;
    case 'RangeTableSample':
      return noteSample(walk, fields);
  }
}

function noteValue(walk: Walk, fields: SyntaxNode): void {
  const value = textOf(fields['op']);
  const use = walk.rules.judgeValue(value);
  walk.dependsOn.add(use === 'clock' && walk.ofDay.has(fields) ? 'day' : use);
}

function noteTable(walk: Walk, fields: SyntaxNode, scope: Scope): void {
  const schema = textOf(fields['schemaname']);
  const name = textOf(fields['relname']);
  if (schema === '' && scope.has(name)) return;
  const isSystem = schema === '' || schema === 'pg_catalog';
  if ((isSystem && holdsSecrets(name)) || STATEMENT_LOGS.has(name)) {
    throw new AppError('QUERY_REJECTED', `"${name}" is not permitted: it holds server secrets`, {
      hint: 'Read the tables of the application; pg_roles and pg_settings tell what may be known.',
    });
  }
  const range: TableRange = {
    schema,
    name,
    isOnly: fields['inh'] !== true,
    at: typeof fields['location'] === 'number' ? fields['location'] : 0,
    parts: [textOf(fields['catalogname']), schema, name].filter((part) => part !== '').length,
    hasAlias: isObject(fields['alias']),
  };
  walk.requireTable(range);
  walk.ranges.push(range);
  walk.tables.add(
    [schema, name]
      .filter((part) => part !== '')
      .map(unambiguous)
      .join('.'),
  );
  // No write is ever seen on the catalogs and statistics views, so nothing could end such an answer.
  if (SYSTEM_SCHEMAS.has(schema) || (schema === '' && name.startsWith('pg_'))) {
    walk.dependsOn.add('volatile');
  }
}

function noteCall(walk: Walk, fields: SyntaxNode): void {
  const name = namesOf(fields['funcname']);
  const args = listOf(fields['args']);
  const firstText = argumentText(args[0]);
  const verdict = walk.rules.judge({ name, argumentCount: args.length, firstText });
  if ('reason' in verdict) throw callNotPermitted(name.join('.'), verdict);
  walk.dependsOn.add(walk.ofDay.has(fields) ? 'day' : verdict.volatility);
  walk.expansion += expansionOf(fields);
  if (walk.expansion <= MAX_EXPANSION_BYTES) return;
  throw new AppError('QUERY_REJECTED', 'The statement blows constants up to more than 1 MB', {
    hint: 'Use smaller counts in repeat, lpad, rpad, array_fill, format and replace.',
  });
}

/** Policies are shown with a cast: 'app.tenant'::text. */
function argumentText(argument: unknown): string | undefined {
  const { type, fields } = unwrap(argument) ?? {};
  if (type === 'TypeCast') return argumentText(fields?.['arg']);
  return type === 'A_Const' && fields ? constantText(fields) : undefined;
}

function judgeColumn(walk: Walk, [first = '', ...names]: readonly string[]): void {
  judgeAttributes(walk, names, names.length > 0 && walk.isValue(first) ? 'value' : 'row');
}

/** What follows a dot may be a function in the dress of a column: t.name is also name(t). */
function judgeAttributes(walk: Walk, names: readonly string[], of: 'row' | 'value'): Volatility[] {
  return names.flatMap((name) => {
    const verdict = walk.rules.judgeAttribute(name, of);
    if (verdict === null) return [];
    if ('reason' in verdict) throw callNotPermitted(name, verdict);
    return [verdict.volatility];
  });
}

function callNotPermitted(name: string, { reason, hint }: Refusal): AppError {
  const message = `The function "${name}" is not permitted: it ${reason}`;
  return new AppError('QUERY_REJECTED', message, { hint });
}

function noteOperator(walk: Walk, kind: unknown, operator: unknown): void {
  const name = namesOf(operator);
  // BETWEEN and its kin are words of the grammar, not operators that could be replaced.
  if (name.length === 0 || textOf(kind).includes('BETWEEN')) return;
  const use = walk.rules.judgeOperator(name);
  if (use !== null) return void walk.dependsOn.add(use);
  throw new AppError('QUERY_REJECTED', `The operator ${name.join('.')} is not permitted`, {
    hint: "Use PostgreSQL's own operators, or those of well-known extensions.",
  });
}

function noteSample(walk: Walk, fields: SyntaxNode): void {
  const method = namesOf(fields['method']).join('.');
  if (!SAMPLE_METHODS.has(method)) {
    throw new AppError('QUERY_REJECTED', `The sampling method "${method}" is not permitted`, {
      hint: 'Use TABLESAMPLE BERNOULLI or SYSTEM.',
    });
  }
  if (fields['repeatable'] === undefined) walk.dependsOn.add('volatile');
}

const SYSTEM_SCHEMAS = new Set(['pg_catalog', 'information_schema', 'pg_toast']);
/**
 * Passwords, connection strings, large objects and the server's files, whatever the role may read; and what others ask
 * right now, with their values: they are there as the same role.
 */
const SECRET_RELATIONS = wordSet(`
  pg_authid pg_shadow pg_user_mapping pg_user_mappings pg_subscription pg_largeobject
  pg_hba_file_rules pg_ident_file_mappings pg_file_settings pg_stat_activity
`);
/** Of extensions, in whatever schema: what others have asked. */
const STATEMENT_LOGS = new Set(['pg_stat_statements', 'pg_stat_monitor']);
/** They show values of every table that the role may read: to a superuser, of passwords too. */
const STATISTICS = /^pg_(stats|statistic)/;
const holdsSecrets = (name: string): boolean => SECRET_RELATIONS.has(name) || STATISTICS.test(name);
const SAMPLE_METHODS = new Set([
  'bernoulli',
  'system',
  'pg_catalog.bernoulli',
  'pg_catalog.system',
]);
function constantText(fields: SyntaxNode): string {
  const value = fields['sval'];
  return isObject(value) ? textOf(value['sval']) : '';
}

/** A dot inside a quoted name must not read as schema and table. */
function unambiguous(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

export function notPermitted(type: string): AppError {
  return new AppError(
    'QUERY_REJECTED',
    `${nameOfNode(type)} is not permitted: askonce only reads`,
    {
      hint: 'Send one SELECT (or VALUES, TABLE, WITH … SELECT), EXPLAIN without ANALYZE, or SHOW.',
    },
  );
}
