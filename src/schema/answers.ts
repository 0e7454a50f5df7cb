// Owns the three answers of search_schema: the overview, tables for a query, one table in full. Each is
// bounded in bytes and says what it left out and how to narrow. Pure.
import { AppError } from '../errors.ts';
import type { Catalog, CatalogTable } from './catalog.ts';
import { nearestNames } from './nearest-names.ts';
import { rank } from './relevance.ts';
import type { Choice, IndexedCatalog } from './relevance.ts';
import { bytesOf, PLAIN_VIEW, renderTables } from './render.ts';
import type { ColumnView, TableDocument } from './render.ts';
import { cleanText } from '../lib/shown-text.ts';

export interface SchemaAnswer {
  /** How many tables the database has that may be read. */
  readonly tables_total: number;
  /** In the overview only, when there is more than one: every schema and how many tables it has. */
  readonly schemas?: readonly { readonly schema: string; readonly tables: number }[];
  /** In the overview without columns. */
  readonly tables: readonly (Omit<TableDocument, 'columns'> & Partial<TableDocument>)[];
  /** In the overview: how many tables are not shown. */
  readonly more_tables?: number;
  /** For a query: names of further tables that match less. */
  readonly also?: readonly string[];
  /** For one table: foreign key columns of other tables that point at it. */
  readonly referenced_by?: readonly string[];
  readonly more_referenced_by?: number;
  readonly hint?: string;
}

export const MAX_ANSWER_BYTES = 8_000;
/** Of one table in the overview: more than this many of them cannot fit. */
const LEAST_TABLE_BYTES = 40;
const MAX_SCHEMAS = 30;
const MAX_ALSO = 20;
const MAX_REFERENCED_BY = 40;
const OVERVIEW_ABOUT_LENGTH = 80;
/** Room for the names of the members and for the hint. */
const FRAME_BYTES = 450;
/** An identifier has at most 63 bytes; quoted, qualified and escaped it may have more. */
const MAX_NAMES_BYTES = 2_000;

/** `maxBytes` bounds the answer; the most referenced and largest tables stay. */
export function overview(
  { catalog, joins }: IndexedCatalog,
  maxBytes = MAX_ANSWER_BYTES,
): SchemaAnswer {
  const schemas = schemaCounts(catalog);
  const listed = schemas.length > 1 ? { schemas: schemas.slice(0, MAX_SCHEMAS) } : {};
  const ranked = rank(catalog.tables, () => 0, joins);
  const documents = ranked.slice(0, maxBytes / LEAST_TABLE_BYTES).map((table) => ({
    table: table.sqlName,
    ...(table.kind === 'table' ? {} : { kind: table.kind }),
    about: cleanText(table.comment, OVERVIEW_ABOUT_LENGTH),
    rows: table.estimatedRows,
  }));
  const room = maxBytes - FRAME_BYTES - bytesOf(listed);
  const tables = takeWithin(documents, room);
  const more = ranked.length - tables.length;
  return {
    tables_total: catalog.tables.length,
    ...listed,
    tables,
    ...(more > 0 ? { more_tables: more } : {}),
    hint:
      more > 0
        ? 'Not all tables are shown, only those most referenced and largest. Name what you look for in query, in plain words, or pass one name as table.'
        : 'Pass one name as table to see its columns, or what you look for, in plain words, as query.',
  };
}

export function queryAnswer(catalog: Catalog, choice: Choice): SchemaAnswer {
  const also = takeWithin(
    choice.others.slice(0, MAX_ALSO).map((table) => table.sqlName),
    MAX_NAMES_BYTES,
  );
  const room = MAX_ANSWER_BYTES - FRAME_BYTES - bytesOf(also);
  const tables = renderTables(choice.tables, choice, room);
  return {
    tables_total: catalog.tables.length,
    tables,
    ...(also.length > 0 ? { also } : {}),
    ...cutHint(
      tables,
      'Columns that matter less are left out: pass one name as table to see more.',
    ),
  };
}

export interface TableAnswerOptions {
  /** Decides which columns stay when there are too many. */
  readonly view?: ColumnView;
  readonly maxBytes?: number;
}

/** @throws as findTable */
export function tableAnswer(
  { catalog, joins }: IndexedCatalog,
  name: string,
  { view = PLAIN_VIEW, maxBytes = MAX_ANSWER_BYTES }: TableAnswerOptions = {},
): SchemaAnswer {
  const table = findTable(catalog, name);
  const pointing = joins.referencedBy(table);
  const referencedBy = takeWithin(pointing.slice(0, MAX_REFERENCED_BY), MAX_NAMES_BYTES);
  const more = pointing.length - referencedBy.length;
  const room = maxBytes - FRAME_BYTES - bytesOf(referencedBy);
  const tables = renderTables([table], view, room);
  return {
    tables_total: catalog.tables.length,
    tables,
    ...(referencedBy.length > 0 ? { referenced_by: referencedBy } : {}),
    ...(more > 0 ? { more_referenced_by: more } : {}),
    ...cutHint(
      tables,
      'Not all columns are shown: pass query beside table to see those about one subject.',
    ),
  };
}

/** @throws AppError NOT_FOUND with the nearest names, INPUT_INVALID when the name is ambiguous. */
export function findTable(catalog: Catalog, name: string): CatalogTable {
  const wanted = name.trim();
  const fold = wanted.toLowerCase();
  const exact = catalog.tables.filter((table) => spellings(table).includes(wanted));
  const found =
    exact.length > 0
      ? exact
      : catalog.tables.filter((table) =>
          spellings(table).some((spelling) => spelling.toLowerCase() === fold),
        );
  const visible = found.filter((table) => table.onSearchPath);
  const [only, second] = visible.length > 0 ? visible : found;
  if (only && !second) return only;
  if (only) {
    const names = found.slice(0, 5).map((table) => table.sqlName);
    throw new AppError('INPUT_INVALID', `More than one table has the name given as table.`, {
      hint: `Use one of: ${names.join(', ')}.`,
    });
  }
  const near = nearestNames(
    wanted,
    catalog.tables.map((table) => table.sqlName),
  );
  throw new AppError('NOT_FOUND', 'There is no such table, or it may not be read.', {
    hint:
      near.length > 0
        ? `The nearest names are: ${near.join(', ')}. Or pass what you look for, in plain words, as query.`
        : 'Call search_schema without arguments to see what there is.',
  });
}

function spellings(table: CatalogTable): string[] {
  return [table.sqlName, table.name, `${table.schema}.${table.name}`];
}

function schemaCounts(catalog: Catalog): { schema: string; tables: number }[] {
  const counts = new Map<string, number>();
  for (const { schema } of catalog.tables) counts.set(schema, (counts.get(schema) ?? 0) + 1);
  return [...counts]
    .map(([schema, tables]) => ({ schema, tables }))
    .sort((left, right) => right.tables - left.tables);
}

function takeWithin<Item>(items: readonly Item[], maxBytes: number): Item[] {
  let bytes = 0;
  const end = items.findIndex((item) => (bytes += bytesOf(item)) > maxBytes);
  return end < 0 ? [...items] : items.slice(0, end);
}

function cutHint(tables: readonly TableDocument[], hint: string): { hint?: string } {
  return tables.some((table) => table.more_columns !== undefined) ? { hint } : {};
}
