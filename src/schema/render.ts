// Owns the documents about tables that agents read: few tokens, stable key order, never more bytes
// than asked for. Pure; chooses columns, never tables (but drops the last ones if all else is too much).
import { MAX_SAMPLES } from './catalog.ts';
import type { CatalogColumn, CatalogTable } from './catalog.ts';

export interface ColumnDocument {
  readonly name: string;
  readonly type: string;
  readonly key?: 'primary';
  readonly references?: string;
  readonly about?: string;
  readonly values?: readonly string[];
}

export interface TableDocument {
  /** As one writes it in SQL. */
  readonly table: string;
  /** What it is when it is not a plain table. */
  readonly kind?: Exclude<CatalogTable['kind'], 'table'>;
  readonly about: string | null;
  /** An estimate from the database's statistics; null when it has none. */
  readonly rows: number | null;
  readonly columns: readonly ColumnDocument[];
  /** How many columns were left out. */
  readonly more_columns?: number;
}

/** The most relevant table first. */
export type SchemaExcerpt = readonly TableDocument[];

/** How a request looks at columns: which matter, and which of their values to show. */
export interface ColumnView {
  columnScore(column: CatalogColumn): number;
  columnValues(column: CatalogColumn): readonly string[];
}

export const PLAIN_VIEW: ColumnView = {
  columnScore: () => 0,
  columnValues: (column) => column.samples.slice(0, MAX_SAMPLES),
};

/** Bytes of a value as it stands in a JSON document, with the comma after it. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}

interface Place {
  readonly table: number;
  readonly column: number;
  readonly keep: boolean;
  readonly score: number;
}

/**
 * Documents of all `tables` in at most `maxBytes`. Columns that matter least go first; keys go only
 * when nothing else is left to go, and whole tables, from the last, only after that.
 */
export function renderTables(
  tables: readonly CatalogTable[],
  view: ColumnView,
  maxBytes: number,
): SchemaExcerpt {
  const heads = tables.map((table) => headOf(table));
  const columns = tables.map((table) =>
    table.columns.map((column) => columnDocument(column, view.columnValues(column))),
  );
  const sizes = columns.map((list) => list.map(bytesOf));
  const left = columns.map((list) => list.map(() => true));
  let shown = tables.length;
  let bytes = 2 + sum(heads.map(bytesOf)) + sum(sizes.flat());
  for (const place of leastFirst(tables, view)) {
    if (bytes <= maxBytes) break;
    const row = left[place.table];
    if (row) row[place.column] = false;
    bytes -= sizes[place.table]?.[place.column] ?? 0;
  }
  while (bytes > maxBytes && shown > 0) {
    shown -= 1;
    bytes -= bytesOf(heads[shown]);
  }
  return heads.slice(0, shown).map((head, table) => {
    const kept = (columns[table] ?? []).filter((_, column) => left[table]?.[column]);
    const omitted = (columns[table]?.length ?? 0) - kept.length;
    const { more_columns: _, ...named } = head;
    return { ...named, columns: kept, ...(omitted > 0 ? { more_columns: omitted } : {}) };
  });
}

/** Without its columns, but with room for the number of those left out. */
function headOf(table: CatalogTable): TableDocument {
  return {
    table: table.sqlName,
    ...(table.kind === 'table' ? {} : { kind: table.kind }),
    about: table.comment,
    rows: table.estimatedRows,
    columns: [],
    more_columns: table.columns.length,
  };
}

/** The order in which columns are left out: keys last, unnamed first, the rear of a wide table first. */
function leastFirst(tables: readonly CatalogTable[], view: ColumnView): Place[] {
  const places = tables.flatMap((table, tableIndex) =>
    table.columns.map((column, columnIndex): Place => ({
      table: tableIndex,
      column: columnIndex,
      keep: column.primaryKey || column.references !== null,
      score: view.columnScore(column),
    })),
  );
  return places.sort(
    (left, right) =>
      Number(left.keep) - Number(right.keep) ||
      left.score - right.score ||
      right.column - left.column ||
      right.table - left.table,
  );
}

function columnDocument(column: CatalogColumn, values: readonly string[]): ColumnDocument {
  return {
    name: column.sqlName,
    type: shortType(column.type),
    ...(column.primaryKey ? { key: 'primary' as const } : {}),
    ...(column.references === null ? {} : { references: column.references }),
    ...(column.comment === null ? {} : { about: column.comment }),
    ...(values.length > 0 ? { values } : {}),
  };
}

/** PostgreSQL's own short names for the standard's long ones. */
function shortType(type: string): string {
  return type
    .replace('character varying', 'varchar')
    .replace('double precision', 'float8')
    .replace(/^timestamp(\(\d\))? with time zone/, 'timestamptz$1')
    .replace(/^timestamp(\(\d\))? without time zone/, 'timestamp$1')
    .replace(/^time(\(\d\))? with time zone/, 'timetz$1')
    .replace(/^time(\(\d\))? without time zone/, 'time$1');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
