// Owns keeping the connections of this process within its part of the server while it runs.
import { ALONE, createReplicas } from './cache/replicas.ts';
import type { Config } from './config.ts';
import { CACHE_POOL_MAX } from './databases.ts';
import type { OpenDatabase } from './databases.ts';
import { createBudget } from './db/budget.ts';
import type { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';

export interface KeepBudgetOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly data: OpenDatabase;
  readonly cache: OpenDatabase;
  readonly releases: ReleaseStack;
}

/** Other replicas come and go; a server is restarted with other limits. */
const REFRESH_EVERY_MS = 5000;

export function keepBudget({ config, logger, data, cache, releases }: KeepBudgetOptions): void {
  // An embedded database is nobody else's.
  if (config.DATABASE_URL === undefined) return;
  const isShared = config.CACHE_DATABASE_URL !== undefined;
  const replicas = isShared ? createReplicas(cache.pool) : ALONE;
  const budget = createBudget({
    data: data.pool,
    dataMax: config.DB_POOL_MAX,
    cache: isShared ? { pool: cache.pool, max: CACHE_POOL_MAX } : null,
    replicas: (server) => replicas.beat(server),
    logger,
  });
  void cache.ready.then(() => budget.refresh());
  const timer = setInterval(() => void budget.refresh(), REFRESH_EVERY_MS);
  timer.unref();
  releases.push('connection budget', async () => {
    clearInterval(timer);
    await replicas.leave().catch(() => undefined);
  });
}
