// Owns the meaning of a statement as one text: equal for statements that differ in aliases, in the order of
// conditions, joins and columns, or in how a literal is written. Pure; what it cannot see as equal stays
// different, so that equal texts are the same question and different ones decide nothing.
import { outputsOf, resolveOutput } from './sql-facts-notes.ts';
import { isObject, listOf, namesOf, textOf, unwrap } from './syntax.ts';
import type { SyntaxNode } from './syntax.ts';

/** A tree without places and defaults; its JSON is compared. */
type Meaning = string | number | boolean | null | readonly Meaning[] | { [key: string]: Meaning };

/** @param select The SelectStmt node. */
export function meaningOf(select: SyntaxNode): string {
  return JSON.stringify(read(select, new Map()));
}

/** What each relation of the query and of those around it is called in the meaning. */
type Names = ReadonlyMap<string, string>;
/** Stands for the table of a column without one; no relation is called so. */
const UNNAMED = '';

function read(value: unknown, names: Names): Meaning {
  if (Array.isArray(value)) return value.map((item) => read(item, names));
  if (!isObject(value)) return (value ?? null) as Meaning;
  const node = unwrap(value);
  if (node === null) return fieldsOf(value, names);
  switch (node.type) {
    case 'SelectStmt':
      return { select: selectOf(node.fields, names) };
    case 'ColumnRef':
      return columnOf(node.fields, names);
    case 'A_Const':
      return constantOf(node.fields);
    case 'TypeCast':
      return castOf(node.fields, names);
    case 'A_Expr':
      return operatorOf(node.fields, names);
    case 'BoolExpr':
      return { [textOf(node.fields['boolop'])]: junction(value, names) };
    case 'FuncCall':
      return callOf(node.fields, names);
    default:
      return { [node.type]: fieldsOf(node.fields, names) };
  }
}

/** Where it stood in the text, and how that was spelled, means nothing. */
const IGNORED = new Set(['location', 'stmt_location', 'stmt_len', 'inh', 'relpersistence']);

function fieldsOf(fields: SyntaxNode, names: Names): { [key: string]: Meaning } {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => !IGNORED.has(key))
      .map(([key, part]) => [key, read(part, names)]),
  );
}

const sorted = (items: readonly Meaning[]): readonly Meaning[] =>
  items
    .map((item) => [JSON.stringify(item), item] as const)
    .toSorted(([first], [second]) => (first < second ? -1 : first > second ? 1 : 0))
    .map(([, item]) => item);

const unique = (items: readonly Meaning[]): readonly Meaning[] => [
  ...new Map(sorted(items).map((item) => [JSON.stringify(item), item])).values(),
];

const READ_APART = new Set([
  'targetList',
  'fromClause',
  'whereClause',
  'groupClause',
  'sortClause',
]);

function selectOf(fields: SyntaxNode, outer: Names): Meaning {
  // A set operation and a WITH query read as they are written.
  if (fields['op'] !== 'SETOP_NONE' || fields['withClause'] !== undefined) {
    return fieldsOf(fields, outer);
  }
  const { relations, conditions } = fromOf(listOf(fields['fromClause']));
  const names = namesWithin(relations, outer);
  const outputs = outputsOf(fields);
  const resolved = (node: unknown): Meaning => read(resolveOutput(node, outputs), names);
  const { targetList, whereClause, groupClause, sortClause } = fields;
  const rest = Object.fromEntries(Object.entries(fields).filter(([key]) => !READ_APART.has(key)));
  const filters = [...conditions, ...(whereClause === undefined ? [] : [whereClause])];
  return {
    ...fieldsOf(rest, names),
    columns: sorted(listOf(targetList).map((target) => read(unwrap(target)?.fields['val'], names))),
    from: sorted(relations.map((relation) => relationOf(relation, names))),
    where: unique(filters.flatMap((filter) => conjuncts(filter, names))),
    group: unique(listOf(groupClause).map(resolved)),
    order: listOf(sortClause).map((sort) => orderOf(sort, resolved)),
  };
}

/** Inner joins are relations and conditions; any other join stays whole. */
function fromOf(from: readonly unknown[]): {
  readonly relations: readonly unknown[];
  readonly conditions: readonly unknown[];
} {
  const parts = from.map((item) => {
    const join = unwrap(item);
    const isInner = join?.type === 'JoinExpr' && join.fields['jointype'] === 'JOIN_INNER';
    const isPlain = isInner && join.fields['quals'] !== undefined && !join.fields['alias'];
    if (!isPlain) return { relations: [item], conditions: [] };
    const { larg, rarg, quals } = join.fields;
    const sides = fromOf([larg, rarg]);
    return { relations: sides.relations, conditions: [...sides.conditions, quals] };
  });
  return {
    relations: parts.flatMap(({ relations }) => relations),
    conditions: parts.flatMap(({ conditions }) => conditions),
  };
}

/** A table is called by its own name; one that is read twice by its name and its turn. */
function namesWithin(relations: readonly unknown[], outer: Names): Names {
  const names = new Map(outer);
  const turns = new Map<string, number>();
  for (const relation of relations.flatMap(tablesOf)) {
    const table = textOf(relation['relname']);
    const alias = isObject(relation['alias']) ? textOf(relation['alias']['aliasname']) : table;
    const turn = (turns.get(table) ?? 0) + 1;
    turns.set(table, turn);
    names.set(alias, turn === 1 ? table : `${table} ${turn}`);
  }
  // Of one relation alone, a column needs no table.
  const [only, ...more] = turns.keys();
  names.set(UNNAMED, relations.length === 1 && only !== undefined && more.length === 0 ? only : '');
  return names;
}

function tablesOf(relation: unknown): readonly SyntaxNode[] {
  const node = unwrap(relation);
  if (node?.type === 'RangeVar') return [node.fields];
  return node?.type === 'JoinExpr'
    ? [...tablesOf(node.fields['larg']), ...tablesOf(node.fields['rarg'])]
    : [];
}

function relationOf(relation: unknown, names: Names): Meaning {
  const node = unwrap(relation);
  if (node?.type !== 'RangeVar') return read(relation, names);
  const { relname, schemaname } = node.fields;
  return { table: [textOf(schemaname), textOf(relname)] };
}

function columnOf(fields: SyntaxNode, names: Names): Meaning {
  const path = namesOf(fields['fields']);
  const isStar = path.length < listOf(fields['fields']).length;
  const [first, ...rest] = path;
  const isQualified = rest.length > 0 || (isStar && first !== undefined);
  const table = names.get(isQualified ? (first ?? '') : UNNAMED) ?? '';
  const column = isQualified && table !== '' ? rest : path;
  return { column: [table, ...column, ...(isStar ? ['*'] : [])] };
}

/** To the kind: 100 and 100.0 divide otherwise, and '5' is a text. */
function constantOf(fields: SyntaxNode): Meaning {
  if (isObject(fields['ival'])) return { value: wholeNumber(fields['ival']) };
  return { constant: fieldsOf(fields, new Map()) };
}

/** Zero is left out of the tree. */
const wholeNumber = (ival: SyntaxNode): string => String(ival['ival'] ?? 0);

function castOf(fields: SyntaxNode, names: Names): Meaning {
  const { typmods, arrayBounds, ...type } = isObject(fields['typeName']) ? fields['typeName'] : {};
  const name = namesOf(type['names']).at(-1) ?? '';
  const modifiers = listOf(typmods).map((modifier) => read(modifier, names));
  const depth = listOf(arrayBounds).length;
  return { cast: [name, modifiers, depth, read(fields['arg'], names)] };
}

const DAY_TYPES = new Set(['date', 'timestamp', 'timestamptz']);
const DAY = /^\d{4}-\d\d-\d\d$/;
const ZEROS = /^(\d+(?:\.\d*?[1-9])?)\.?0*$/;

/**
 * Beside an operator that compares, a constant takes the other side's type: 3.0 is 3, '3' is 3, and a day
 * without its time is the same moment whatever it is cast to. With a time, a cast may cut it off.
 */
function comparedOf(node: unknown, names: Names): Meaning {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  if (type === 'TypeCast') {
    const cast = isObject(fields['typeName']) ? fields['typeName'] : {};
    const name = namesOf(cast['names']).at(-1) ?? '';
    const day = textConstant(fields['arg']);
    const isPlain = DAY_TYPES.has(name) && listOf(cast['arrayBounds']).length === 0;
    return isPlain && day !== null && DAY.test(day) ? { value: day } : read(node, names);
  }
  if (type !== 'A_Const') return read(node, names);
  const { fval } = fields;
  if (isObject(fval)) return { value: textOf(fval['fval']).replace(ZEROS, '$1') };
  const text = textConstant(node);
  return text === null ? read(node, names) : { value: text };
}

function textConstant(node: unknown): string | null {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  return type === 'A_Const' && isObject(fields['sval']) ? textOf(fields['sval']['sval']) : null;
}

const TURNED: Readonly<Record<string, string>> = { '>': '<', '>=': '<=' };
const SYMMETRIC = new Set(['=', '<>', '+', '*']);
const COMPARES = new Set(['=', '<>', '<', '>', '<=', '>=']);

function operatorOf(fields: SyntaxNode, names: Names): Meaning {
  const kind = textOf(fields['kind']);
  const operator = namesOf(fields['name']).at(-1) ?? '';
  if (kind === 'AEXPR_IN') {
    const items = listOf(unwrap(fields['rexpr'])?.fields['items']);
    const values = items.map((item) => comparedOf(item, names));
    return { [`${operator} in`]: [read(fields['lexpr'], names), unique(values)] };
  }
  const side = kind === 'AEXPR_OP' && COMPARES.has(operator) ? comparedOf : read;
  const [left, right] = [side(fields['lexpr'], names), side(fields['rexpr'], names)];
  if (kind !== 'AEXPR_OP') return { [`${kind} ${operator}`]: [left, right] };
  if (SYMMETRIC.has(operator)) return { [operator]: sorted([left, right]) };
  const turned = TURNED[operator];
  return turned === undefined ? { [operator]: [left, right] } : { [turned]: [right, left] };
}

/** The parts of an AND; BETWEEN is two of them. */
function conjuncts(node: unknown, names: Names): readonly Meaning[] {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  if (type === 'BoolExpr' && fields['boolop'] === 'AND_EXPR') {
    return listOf(fields['args']).flatMap((part) => conjuncts(part, names));
  }
  if (type === 'A_Expr' && fields['kind'] === 'AEXPR_BETWEEN') {
    const bounds = listOf(unwrap(fields['rexpr'])?.fields['items'] ?? fields['rexpr']);
    const value = comparedOf(fields['lexpr'], names);
    const [low, high] = bounds.map((bound) => comparedOf(bound, names));
    return [{ '<=': [low ?? null, value] }, { '<=': [value, high ?? null] }];
  }
  return [read(node, names)];
}

function junction(node: unknown, names: Names): Meaning {
  const fields = unwrap(node)?.fields ?? {};
  if (fields['boolop'] === 'AND_EXPR') return unique(conjuncts(node, names));
  const parts = listOf(fields['args']).map((part) => read(part, names));
  return fields['boolop'] === 'OR_EXPR' ? unique(parts) : parts;
}

function callOf(fields: SyntaxNode, names: Names): Meaning {
  const { agg_star: _star, ...rest } = fields;
  const called = fieldsOf(rest, names);
  const name = namesOf(fields['funcname']).at(-1);
  const counts = name === 'count' && fields['agg_distinct'] !== true;
  const first = unwrap(listOf(fields['args'])[0]);
  // count(1) counts rows as count(*) does.
  if (counts && first?.type === 'A_Const' && first.fields['isnull'] !== true) delete called['args'];
  return { call: { ...called, funcname: name ?? '' } };
}

function orderOf(sort: unknown, resolved: (node: unknown) => Meaning): Meaning {
  const { node, sortby_dir: direction, sortby_nulls: nulls } = unwrap(sort)?.fields ?? {};
  const isDescending = direction === 'SORTBY_DESC';
  return [resolved(node), isDescending, nulls === 'SORTBY_NULLS_DEFAULT' ? '' : textOf(nulls)];
}
