// Owns where the two databases come from: a server named by a URL, or an embedded engine. Behind this
// file both are a pool and nothing else; only the way a runaway is ended differs.
import { setTimeout as sleep } from 'node:timers/promises';

import { principalsOf } from './config.ts';
import type { Config } from './config.ts';
import { createBreaker } from './db/breaker.ts';
import { startEmbeddedDatabase } from './db/embedded.ts';
import type { DatabaseIdentity } from './db/identity.ts';
import { migrate } from './db/migrate.ts';
import { createPool } from './db/pool.ts';
import type { Pool, PoolOptions } from './db/pool.ts';
import { withReadOnlyTransaction } from './db/transaction.ts';
import { buildDemoShop } from './demo/shop.ts';
import { AppError } from './errors.ts';
import { shareOfOne } from './lib/admission.ts';
import type { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface DatabaseOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly onProgress: (line: string) => void;
}

export interface OpenDatabase {
  readonly pool: Pool;
  /** One connection more, for looking at what changes; null where nobody else writes. */
  readonly watchPool: Pool | null;
  /** Names the database in cache keys; holds no password. */
  readonly id: string;
  readonly role: string;
  /** Resolves true once the schema that askonce needs is in place, false when the app closes before. */
  readonly ready: Promise<boolean>;
  readonly interrupt?: () => Promise<void>;
  /** Statements of the program itself, as somebody. */
  readonly queryAs: (identity: DatabaseIdentity) => RunQuery;
}

export type RunQuery = (
  sql: string,
  params: readonly unknown[],
  signal?: AbortSignal,
) => Promise<Record<string, unknown>[]>;

/** A caller that waits longer than this for a connection is told that the server is overloaded. */
const DATA_ACQUIRE_MS = 5000;
/** The cache is there to be fast: a store that does not answer at once is done without. */
const CACHE_ACQUIRE_MS = 1500;
/** What it has not done by then it will not do: a server that says nothing must not hold a call up. */
const CACHE_HOLD_MS = 6000;
/** Who looks beside the statements whether rows still hold is not waited for long. */
const WATCH_ACQUIRE_MS = 1500;
const WATCH_HOLD_MS = 5000;
export const CACHE_POOL_MAX = 10;
/**
 * One engine runs one transaction at a time. A second connection would wait inside of it, where its
 * time limit would end the first one's statement; here it waits in the pool.
 */
const EMBEDDED_POOL_MAX = 1;
const CATALOG_TIMEOUT_MS = 15_000;
const MIGRATE_RETRY_MS = 3000;

export async function openDataDatabase(
  options: DatabaseOptions,
  releases: ReleaseStack,
): Promise<OpenDatabase> {
  const { config, logger, metrics } = options;
  const shared = {
    acquireTimeoutMs: DATA_ACQUIRE_MS,
    maxWaiting: config.MAX_QUEUE,
    share: shareOfOne(principalsOf(config)),
    breaker: createBreaker({
      failures: config.BREAKER_FAILURES,
      windowMs: config.BREAKER_WINDOW_MS,
      now: () => performance.now(),
      onChange: (state) => {
        metrics.breakerState(state);
        logger.warn({ state }, 'circuit breaker of the data database');
      },
    }),
    watcher: metrics.queue('connection'),
    onReturned: (seconds: number) => metrics.dependency('data database', seconds),
    logger,
  };
  const url = config.DATABASE_URL;
  if (url !== undefined) {
    const pool = createPool({
      url,
      setting: 'DATABASE_URL',
      min: config.DB_POOL_MIN,
      // Until the budget is known.
      max: Math.min(config.DB_POOL_MIN, config.DB_POOL_MAX),
      ...shared,
    });
    releases.push('data pool', () => pool.close());
    metrics.dependencyLimit('data database', () => pool.stats().max);
    const watchPool = createPool({
      url,
      min: 1,
      max: 1,
      acquireTimeoutMs: WATCH_ACQUIRE_MS,
      holdMs: WATCH_HOLD_MS,
      logger,
    });
    releases.push('watch pool', () => watchPool.close());
    return opened({ pool, watchPool, ...identify(url) });
  }
  const engine = await startEmbeddedDatabase({
    dataDir: config.ASKONCE_DATA_DIR,
    name: 'shop',
    logger,
  });
  releases.push('shop engine', () => engine.close());
  await fillDemoShop(engine.url, options);
  const pool = createPool({
    url: engine.readerUrl,
    min: 1,
    max: EMBEDDED_POOL_MAX,
    engine,
    ...shared,
  });
  releases.push('data pool', () => pool.close());
  metrics.dependencyLimit('data database', () => pool.stats().max);
  const interrupt = (): Promise<void> =>
    engine.endRunaway().catch((error: unknown) => {
      logger.error({ error: String(error) }, 'embedded engine not restarted');
    });
  return opened({ pool, id: 'embedded shop', role: 'reader', interrupt });
}

async function fillDemoShop(url: string, { logger, onProgress }: DatabaseOptions): Promise<void> {
  const owner = createPool({ url, min: 0, max: 1, acquireTimeoutMs: DATA_ACQUIRE_MS, logger });
  try {
    await owner.withClient((client) => buildDemoShop(client, onProgress));
  } finally {
    await owner.close();
  }
}

export async function openCacheDatabase(
  options: DatabaseOptions,
  releases: ReleaseStack,
): Promise<OpenDatabase> {
  const { config, logger, metrics } = options;
  const onReturned = (seconds: number): void => metrics.dependency('cache database', seconds);
  const closing = new AbortController();
  const openAt = (at: Pick<PoolOptions, 'url' | 'max' | 'setting' | 'holdMs'>): OpenDatabase => {
    const pool = createPool({
      ...at,
      min: 1,
      acquireTimeoutMs: CACHE_ACQUIRE_MS,
      onReturned,
      logger,
    });
    releases.push('cache pool', () => {
      closing.abort();
      return pool.close();
    });
    metrics.dependencyLimit('cache database', () => pool.stats().max);
    return opened({ pool, ...identify(at.url) });
  };
  const url = config.CACHE_DATABASE_URL;
  if (url !== undefined) {
    const database = openAt({
      url,
      max: CACHE_POOL_MAX,
      setting: 'CACHE_DATABASE_URL',
      holdMs: CACHE_HOLD_MS,
    });
    const ready = migrateWhenPossible(url, options, closing.signal);
    return { ...database, ready };
  }
  const engine = await startEmbeddedDatabase({
    dataDir: config.ASKONCE_DATA_DIR,
    name: 'cache',
    logger,
  });
  releases.push('cache engine', () => engine.close());
  const database = openAt({ url: engine.url, max: EMBEDDED_POOL_MAX });
  await migrate(database.pool, config.migrationsDir, tellAhead(logger));
  return database;
}

/** A shared cache database may be down at the start: queries are answered without, until it is there. */
async function migrateWhenPossible(
  url: string,
  { config, logger }: DatabaseOptions,
  closing: AbortSignal,
): Promise<boolean> {
  let told = '';
  while (!closing.aborted) {
    try {
      const applied = await migrateAt(url, config.migrationsDir, logger);
      if (applied.length > 0) logger.info({ applied }, 'cache database migrated');
      return true;
    } catch (error) {
      const reason = String(error);
      // Not at every attempt: what has been said holds until something else is wrong.
      if (reason !== told)
        logger.warn({ error: reason }, 'cache database not usable: nothing is kept');
      told = reason;
    }
    await sleep(MIGRATE_RETRY_MS, undefined, { signal: closing }).catch(() => undefined);
  }
  return false;
}

/** Through a connection of its own: it may take long, or wait for another replica that migrates. */
async function migrateAt(url: string, dir: string, logger: Logger): Promise<readonly string[]> {
  const pool = createPool({ url, min: 0, max: 1, acquireTimeoutMs: CACHE_ACQUIRE_MS, logger });
  try {
    return await migrate(pool, dir, tellAhead(logger));
  } finally {
    await pool.close();
  }
}

/** After a way back, or while others are upgraded. */
const tellAhead =
  (logger: Logger) =>
  (schema: number): void =>
    logger.info({ schema }, 'cache database has a newer schema, which this askonce can use');

function opened(
  parts: Pick<OpenDatabase, 'pool' | 'id' | 'role'> &
    Partial<Pick<OpenDatabase, 'watchPool' | 'interrupt'>>,
): OpenDatabase {
  const { pool, interrupt } = parts;
  return {
    watchPool: null,
    ...parts,
    ready: Promise.resolve(true),
    queryAs:
      (identity) =>
      async (sql, params, signal = new AbortController().signal) => {
        const limits = {
          statementTimeoutMs: CATALOG_TIMEOUT_MS,
          signal,
          identity,
          ...(interrupt && { interrupt }),
        };
        return await withReadOnlyTransaction(pool, limits, async (client) => {
          const { rows } = await client.query<Record<string, unknown>>(sql, [...params]);
          return rows;
        });
      },
  };
}

function identify(url: string): { id: string; role: string } {
  const { host, pathname, searchParams, username } = new URL(url);
  searchParams.delete('password');
  const server = host || (searchParams.get('host') ?? '');
  const role = decodeURIComponent(username) || (searchParams.get('user') ?? '');
  if (server === '' && pathname === '') {
    throw new AppError('CONFIG_INVALID', 'A database URL names neither a host nor a database.');
  }
  // Options such as a search_path change what a statement means.
  searchParams.sort();
  return { id: `${server}${pathname}?${searchParams.toString()}`, role };
}
