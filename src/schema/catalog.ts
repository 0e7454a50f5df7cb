// Owns the shape of the Catalog (what the database's current role may read, as askonce knows it), its
// limits and its version. Pure.
import { createHash } from 'node:crypto';

export interface CatalogColumn {
  readonly name: string;
  /** The name as one must write it in SQL. */
  readonly sqlName: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string | null;
  readonly primaryKey: boolean;
  /** Table and column as one must write them in SQL, such as 'orders.id'. */
  readonly references: string | null;
  /** The most common values of a text column with few, or an enum's first labels. */
  readonly samples: readonly string[];
  /** Further known values: a question is matched against them, only a matched one is ever shown. */
  readonly moreValues?: readonly string[];
}

export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  /** The name as one must write it in SQL: with its schema unless `onSearchPath`, quoted if needed. */
  readonly sqlName: string;
  readonly onSearchPath: boolean;
  readonly kind: 'table' | 'view' | 'materialized view' | 'foreign table' | 'partitioned table';
  readonly comment: string | null;
  readonly estimatedRows: number | null;
  readonly columns: readonly CatalogColumn[];
}

export interface Catalog {
  /** Short hash over tables, columns, types, keys and view definitions: follows DDL, not data. */
  readonly version: string;
  readonly tables: readonly CatalogTable[];
}

/** Limits of one catalog; tables past them are not listed. A full one takes some 100 MB at worst. */
export const MAX_TABLES = 10_000;
export const MAX_COLUMNS = 200_000;

export const MAX_SAMPLES = 8;
export const MAX_SAMPLE_LENGTH = 40;
export const MAX_COMMENT_LENGTH = 200;
/** A text column with more distinct values than this holds data, not categories. */
export const MAX_KNOWN_VALUES = 50;

/** `definitions`: what tells one view body from another, in the order of `tables`. */
export function catalogVersion(
  tables: readonly CatalogTable[],
  definitions: readonly string[] = [],
): string {
  const parts = tables.map((table, index) =>
    JSON.stringify([
      table.schema,
      table.name,
      table.onSearchPath,
      table.kind,
      definitions[index] ?? '',
      table.columns.map((column) => [
        column.name,
        column.type,
        column.nullable,
        column.primaryKey,
        column.references,
      ]),
    ]),
  );
  return hashOf(parts).slice(0, 16);
}

export function hashOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}
