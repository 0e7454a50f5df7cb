// Owns the reading of the Catalog from PostgreSQL's own catalog and statistics. Must never read, count
// or sample a user's table itself, nor hold the event loop for long over a large schema.
import { isAppError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { ENUMS_SQL, STATISTICS_SQL, STRUCTURE_SQL } from './catalog-sql.ts';
import {
  catalogVersion,
  hashOf,
  MAX_COLUMNS,
  MAX_COMMENT_LENGTH,
  MAX_KNOWN_VALUES,
  MAX_SAMPLE_LENGTH,
  MAX_SAMPLES,
  MAX_TABLES,
} from './catalog.ts';
import type { Catalog, CatalogColumn, CatalogTable } from './catalog.ts';
import { inTurns } from './turns.ts';
import { cleanText } from '../lib/shown-text.ts';
import { isShowable, looksSecret, writtenIdentifier } from './untrusted-text.ts';

/** Runs one read-only statement under the role whose rights count. */
export type RunQuery = (
  sql: string,
  params: readonly unknown[],
  signal?: AbortSignal,
) => Promise<Record<string, unknown>[]>;

/** What of the schema agents may know. */
export interface Visibility {
  isShown(schema: string, table: string): boolean;
  /** Its values are nobody's to see. */
  isMasked(schema: string, table: string, column: string): boolean;
}

const ALL_IS_SEEN: Visibility = { isShown: () => true, isMasked: () => false };
const MASKED = 'masked here: it reads as NULL';

export interface CatalogReader {
  /** The catalog now; the very same object as last time when nothing at all changed. */
  read(): Promise<Catalog>;
}

const MAX_TYPE_LENGTH = 100;
const MAX_SAMPLED_COLUMNS = 30_000;
const MAX_ENUMS = 5_000;

/** Faults that sample values may have while the structure is fine. */
const TOLERATED: ReadonlySet<ErrorCode> = new Set([
  'QUERY_REJECTED',
  'QUERY_INVALID',
  'QUERY_TIMEOUT',
]);

type ColumnRow = readonly [
  name: string,
  quotedName: string,
  type: string,
  enumType: string | null,
  textLike: boolean,
  nullable: boolean,
  comment: string | null,
  primaryKey: boolean,
  targetTable: string | null,
  targetColumn: readonly [name: string, quotedName: string] | null,
];

interface TableRow {
  readonly id: string;
  readonly schema: string;
  readonly quotedSchema: string;
  readonly name: string;
  readonly quotedName: string;
  readonly kind: keyof typeof KINDS;
  readonly onSearchPath: boolean;
  readonly comment: string | null;
  readonly rows: number | null;
  readonly definition: string | null;
  readonly columns: readonly ColumnRow[];
}

interface StatisticsRow {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** How many; or, below zero, as a share of the rows. */
  readonly distinct: number;
  readonly values: readonly string[] | null;
}

interface EnumRow {
  readonly type: string;
  readonly values: readonly string[];
}

const KINDS = {
  r: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  p: 'partitioned table',
} as const;

/** What columns are decoded against. */
interface Known {
  readonly visibility: Visibility;
  /** Names of tables as written in SQL, by id. */
  readonly written: ReadonlyMap<string, string>;
  readonly statistics: ReadonlyMap<string, StatisticsRow>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

export function createCatalogReader(options: {
  readonly runQuery: RunQuery;
  readonly visibility?: Visibility;
  readonly logger: Logger;
}): CatalogReader {
  const { runQuery, visibility = ALL_IS_SEEN, logger } = options;
  let last: { readonly fingerprint: string; readonly catalog: Catalog } | null = null;

  async function documents(sql: string, params: readonly number[]): Promise<string[]> {
    const rows = await runQuery(sql, params);
    return rows.map((row) => String(row['document']));
  }

  /** Values only help: where statistics may not be read, or not in time, tables go without them. */
  async function optional(sql: string, params: readonly number[]): Promise<string[]> {
    try {
      return await documents(sql, params);
    } catch (error) {
      if (!isAppError(error) || !TOLERATED.has(error.code)) throw error;
      logger.warn({ err: error }, 'sample values cannot be read; the schema goes without them');
      return [];
    }
  }

  return {
    async read() {
      const structure = await documents(STRUCTURE_SQL, [MAX_TABLES, MAX_COLUMNS]);
      const statistics = await optional(STATISTICS_SQL, [
        MAX_KNOWN_VALUES,
        MAX_SAMPLE_LENGTH,
        MAX_SAMPLED_COLUMNS,
      ]);
      const enums = await optional(ENUMS_SQL, [MAX_KNOWN_VALUES, MAX_ENUMS]);
      const fingerprint = hashOf([...structure, ...[...statistics].sort(), ...enums]);
      if (last?.fingerprint === fingerprint) return last.catalog;
      if (structure.length >= MAX_TABLES) {
        logger.warn({ limit: MAX_TABLES }, 'the schema has more tables than are listed');
      }
      const catalog = await decodeCatalog(
        (await decode<TableRow>(structure)).filter(({ schema, name }) =>
          visibility.isShown(schema, name),
        ),
        await decode<StatisticsRow>(statistics),
        await decode<EnumRow>(enums),
        visibility,
      );
      last = { fingerprint, catalog };
      return catalog;
    },
  };
}

/** The statements fix the shape of these documents, so that they are not checked again. */
async function decode<Row>(documents: readonly string[]): Promise<Row[]> {
  return inTurns(documents, (document) => JSON.parse(document) as Row);
}

async function decodeCatalog(
  rows: readonly TableRow[],
  statistics: readonly StatisticsRow[],
  enums: readonly EnumRow[],
  visibility: Visibility,
): Promise<Catalog> {
  const known: Known = {
    visibility,
    written: new Map(rows.map((row) => [row.id, writtenTable(row)])),
    statistics: new Map(
      statistics.map((row) => [columnKey(row.schema, row.table, row.column), row]),
    ),
    enums: new Map(enums.map((row) => [row.type, row.values])),
  };
  const tables = await inTurns(rows, (row) => decodeTable(row, known));
  const definitions = rows.map((row) => row.definition ?? '');
  return { version: catalogVersion(tables, definitions), tables };
}

function writtenTable(row: TableRow): string {
  const name = writtenIdentifier(row.name, row.quotedName);
  return row.onSearchPath ? name : `${writtenIdentifier(row.schema, row.quotedSchema)}.${name}`;
}

function decodeTable(row: TableRow, known: Known): CatalogTable {
  return {
    schema: row.schema,
    name: row.name,
    sqlName: writtenTable(row),
    onSearchPath: row.onSearchPath,
    kind: KINDS[row.kind],
    comment: cleanText(row.comment, MAX_COMMENT_LENGTH),
    estimatedRows: row.rows,
    columns: row.columns.map((column) => decodeColumn(row, column, known)),
  };
}

function decodeColumn(table: TableRow, column: ColumnRow, known: Known): CatalogColumn {
  const [name, quotedName, type, , , nullable, comment, primaryKey, target, targetColumn] = column;
  const targetTable = target === null ? undefined : known.written.get(target);
  const isMasked = known.visibility.isMasked(table.schema, table.name, name);
  const values = isMasked ? [] : valuesOf(table, column, known);
  return {
    name,
    sqlName: writtenIdentifier(name, quotedName),
    type: cleanText(type, MAX_TYPE_LENGTH) ?? 'unknown',
    nullable,
    comment: isMasked ? MASKED : cleanText(comment, MAX_COMMENT_LENGTH),
    primaryKey,
    references:
      targetTable && targetColumn ? `${targetTable}.${writtenIdentifier(...targetColumn)}` : null,
    samples: values.slice(0, MAX_SAMPLES),
    ...(values.length > MAX_SAMPLES ? { moreValues: values.slice(MAX_SAMPLES) } : {}),
  };
}

function valuesOf(table: TableRow, column: ColumnRow, known: Known): readonly string[] {
  const [name, , , enumType, textLike] = column;
  if (looksSecret(name)) return [];
  const values =
    enumType === null
      ? textLike && !looksSecret(table.name)
        ? commonValues(table, name, known)
        : []
      : (known.enums.get(enumType) ?? []);
  return values.filter((value) => isShowable(value, MAX_SAMPLE_LENGTH));
}

function commonValues(table: TableRow, column: string, known: Known): readonly string[] {
  const row = known.statistics.get(columnKey(table.schema, table.name, column));
  if (!row?.values) return [];
  const distinct = row.distinct < 0 ? -row.distinct * (table.rows ?? Infinity) : row.distinct;
  return distinct <= MAX_KNOWN_VALUES ? row.values : [];
}

function columnKey(schema: string, table: string, column: string): string {
  return JSON.stringify([schema, table, column]);
}
