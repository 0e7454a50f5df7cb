// Owns what askonce knows of the data database's schema: keeps the last good catalog, refreshes it when
// it is old, answers needs_sql and search_schema from it. Must never fail an answer for want of meaning.
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError, isAppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { overview, queryAnswer, tableAnswer } from './answers.ts';
import type { SchemaAnswer } from './answers.ts';
import { createCatalogReader } from './catalog-reader.ts';
import type { RunQuery, Visibility } from './catalog-reader.ts';
import type { Catalog } from './catalog.ts';
import { createMeaningIndex } from './meaning-index.ts';
import type { Embed } from './meaning-index.ts';
import { chooseTables, indexCatalog } from './relevance.ts';
import type { IndexedCatalog } from './relevance.ts';
import { renderTables } from './render.ts';
import type { SchemaExcerpt } from './render.ts';

export interface SchemaIndex {
  /** The last good one; null before the first. */
  current(): Catalog | null;
  /** One flight for all callers; on error the old catalog stays and the error is thrown. */
  refresh(signal?: AbortSignal): Promise<Catalog>;
  /** The tables and columns that an agent needs to write the SQL for a question. */
  relevant(
    question: string,
    options?: { readonly maxTables?: number; readonly maxBytes?: number },
  ): Promise<SchemaExcerpt>;
  /** Read anew first where it is old. */
  upToDate(signal?: AbortSignal): Promise<IndexedCatalog>;
  /** @throws AppError INPUT_INVALID, NOT_FOUND. */
  search(
    request: { readonly query?: string; readonly table?: string },
    signal?: AbortSignal,
  ): Promise<SchemaAnswer>;
}

export interface SchemaIndexOptions {
  /** Runs one statement in a READ ONLY transaction under the role whose rights count. */
  readonly runQuery: RunQuery;
  readonly embed: Embed | null;
  readonly visibility?: Visibility;
  readonly logger: Logger;
  readonly clock?: () => number;
  /** Older catalogs are read anew first; they still answer where that takes long or fails. */
  readonly maxAgeMs?: number;
}

const DEFAULT_MAX_AGE_MS = 60_000;
const PATIENCE_MS = 2000;
const EXCERPT_TABLES = 6;
const EXCERPT_BYTES = 6_000;
const SEARCH_TABLES = 8;
const MAX_QUERY_CHARACTERS = 2_000;
/** Two identifiers of 63 bytes, quoted and escaped. */
const MAX_NAME_CHARACTERS = 300;

export function createSchemaIndex(options: SchemaIndexOptions): SchemaIndex {
  const { logger, clock = Date.now, maxAgeMs = DEFAULT_MAX_AGE_MS } = options;
  const reader = createCatalogReader(options);
  const meaning = createMeaningIndex(options);
  let catalog: Catalog | null = null;
  let indexed: { readonly of: Catalog; readonly ready: Promise<IndexedCatalog> } | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let flight: Promise<Catalog> | null = null;

  async function load(): Promise<Catalog> {
    triedAt = clock();
    try {
      catalog = await reader.read();
    } catch (error) {
      logger.warn({ err: error }, 'the schema could not be read; the last one stays in use');
      // But not by who is nobody in the database any more.
      if (isAppError(error, 'FORBIDDEN')) catalog = null;
      throw error;
    }
    meaning.follow(catalog);
    return catalog;
  }

  function refresh(signal?: AbortSignal): Promise<Catalog> {
    flight ??= load().finally(() => {
      flight = null;
    });
    return untilAborted(flight, signal);
  }

  async function upToDate(signal?: AbortSignal): Promise<IndexedCatalog> {
    const isOld = flight !== null || clock() - triedAt > maxAgeMs;
    if (catalog !== null && isOld) {
      const refreshed = refresh(signal).catch((error: unknown) => {
        if (isAppError(error, 'FORBIDDEN')) throw error;
      });
      // What the role may read no more is told no more; a database that says nothing must not hold a call up.
      await Promise.race([refreshed, sleep(PATIENCE_MS, undefined, { ref: false })]);
    }
    const known = catalog ?? (await refresh(signal));
    // built when first asked for: many refreshes may pass without a question
    if (indexed?.of !== known) indexed = { of: known, ready: indexCatalog(known) };
    return indexed.ready;
  }

  return {
    current: () => catalog,
    refresh,
    upToDate,

    async relevant(question, { maxTables = EXCERPT_TABLES, maxBytes = EXCERPT_BYTES } = {}) {
      const choice = await chooseTables(await upToDate(), meaning, { question, maxTables });
      return renderTables(choice.tables, choice, maxBytes);
    },

    async search(request, signal) {
      const query = checkedText('query', request.query, MAX_QUERY_CHARACTERS);
      const table = checkedText('table', request.table, MAX_NAME_CHARACTERS);
      const current = await upToDate(signal);
      if (query === undefined) {
        return table === undefined ? overview(current) : tableAnswer(current, table);
      }
      const asked = { question: query, maxTables: SEARCH_TABLES };
      const choice = await chooseTables(current, meaning, asked);
      return table === undefined
        ? queryAnswer(current.catalog, choice)
        : tableAnswer(current, table, { view: choice });
    },
  };
}

function checkedText(name: string, value: unknown, maxCharacters: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxCharacters) {
    return value;
  }
  throw new AppError(
    'INPUT_INVALID',
    `${name} must be a text of 1 to ${maxCharacters} characters.`,
    {
      hint: 'Leave both query and table out to get an overview of the tables.',
    },
  );
}

/** The caller leaves when aborted; what was under way goes on for the others. */
async function untilAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (!signal) return work;
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () =>
      reject(
        new AppError('QUERY_CANCELLED', 'The request was cancelled.', { cause: signal.reason }),
      );
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (leave) signal.removeEventListener('abort', leave);
  }
}
