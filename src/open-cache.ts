// Owns the cache while the server runs: opened once its database is ready, swept, taught, and drained.
import { LRUCache } from 'lru-cache';

import { createCache } from './cache/cache.ts';
import type { Cache } from './cache/cache.ts';
import { NOTICE_CHANNEL } from './cache/notices.ts';
import type { EvictionLimits } from './cache/eviction.ts';
import type { Notices } from './cache/notices.ts';
import type { PlanScope } from './cache/plan-store.ts';
import type { Policy } from './cache/policies.ts';
import type { Cuts } from './cache/live-cuts.ts';
import type { Seal } from './cache/seal.ts';
import { principalsOf } from './config.ts';
import type { Config } from './config.ts';
import type { OpenDatabase } from './databases.ts';
import { createListener } from './db/listener.ts';
import { createPool } from './db/pool.ts';
import type { Pool } from './db/pool.ts';
import { sharedSecret } from './db/secret.ts';
import { shareOfOne } from './lib/admission.ts';
import type { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { CursorSeal } from './query/sealed-cursors.ts';

const SWEEP_EVERY_MS = 60_000;
const INDEX_EVERY_MS = 10 * 60_000;
const BUILDER_ACQUIRE_MS = 5000;
/** What other replicas were told counts here so much later. */
const LEARN_EVERY_MS = 30_000;
const MAX_PLAN_SCOPES = 200;

/** How much it may hold. */
export const evictionLimits = (config: Config): EvictionLimits => ({
  maxResultBytes: config.CACHE_MAX_STORE_BYTES,
  maxPlans: config.CACHE_MAX_PLANS,
  shareOfOne: shareOfOne(principalsOf(config)),
});

export interface OpenCacheOptions {
  readonly notices: Notices;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: OpenDatabase;
  readonly releases: ReleaseStack;
  /** Given the key that all replicas share. */
  readonly cursorSeal: CursorSeal;
  /** Of the verifier; null without one. */
  readonly cuts: Cuts | null;
  /** Over what is stored of plans, and of the policy. */
  readonly planSeal: Seal;
  /** Name of the servers that share scopes. */
  readonly deployment: string;
  readonly now: () => number;
}

export interface OpenedCache {
  readonly cache: Cache;
  /** Resolves when the store may be asked; never rejects. */
  readonly opened: Promise<void>;
}

export function openCache(options: OpenCacheOptions): OpenedCache {
  const { config, logger, metrics, database, releases, cursorSeal, cuts, notices, now } = options;
  const cache = createCache({
    pool: database.pool,
    maxMemoryBytes: config.CACHE_MAX_MEMORY_BYTES,
    cuts,
    isShared: config.CACHE_DATABASE_URL !== undefined,
    limits: evictionLimits(config),
    seal: options.planSeal,
    deployment: options.deployment,
    policy: policyOf(config),
    notices,
    logger,
    metrics,
    now,
  });
  const open = async (): Promise<void> => {
    if (!(await database.ready)) return;
    try {
      cursorSeal.adopt(await sharedSecret(database.pool, 'cursors'));
    } catch (error) {
      logger.warn({ error: String(error) }, 'cursors hold until this process ends, and only here');
    }
    await cache.open();
  };
  const opened = open();
  listen(options);
  keepIndexes(options, cache, opened);
  const sweeper = setInterval(() => void cache.sweep(), SWEEP_EVERY_MS);
  sweeper.unref();
  releases.push('cache', async () => {
    clearInterval(sweeper);
    await cache.close();
  });
  return { cache, opened };
}

/** Where no operator has set another one. */
const policyOf = (config: Config): Policy => ({
  targetErrorRate: config.TARGET_ERROR_RATE,
  ttlSeconds: config.CACHE_TTL_SECONDS,
  staleWhileRevalidateSeconds: config.STALE_WHILE_REVALIDATE_SECONDS,
  templateHits: config.TEMPLATE_HITS,
  shadowCheckRate: config.SHADOW_CHECK_RATE,
  maxRows: config.MAX_ROWS,
  maxResponseBytes: config.MAX_RESPONSE_BYTES,
});

/** To the other replicas; nobody else uses an embedded cache. */
function listen({ config, notices, logger, releases }: OpenCacheOptions): void {
  const url = config.CACHE_DATABASE_URL;
  if (url === undefined) return;
  const listener = createListener({
    url,
    channel: NOTICE_CHANNEL,
    onNotice: (text) => notices.heard(text),
    onListening: () => notices.missed(),
    logger,
  });
  releases.push('listener', () => listener.close());
}

/** An embedded cache stays small, and its engine would do nothing else for minutes. */
function keepIndexes(
  { config, logger, releases }: OpenCacheOptions,
  cache: Cache,
  opened: Promise<void>,
): void {
  const url = config.CACHE_DATABASE_URL;
  if (url === undefined) return;
  const closing = new AbortController();
  let builders: Pool | null = null;
  const close = async (): Promise<void> => {
    const pool = builders;
    builders = null;
    await pool?.close();
  };
  /** Its connection is beyond the budget: it stands only as long as it is needed. */
  async function keep(): Promise<void> {
    if (builders !== null || closing.signal.aborted) return;
    const acquireTimeoutMs = BUILDER_ACQUIRE_MS;
    builders = createPool({ url: url!, min: 0, max: 1, acquireTimeoutMs, logger });
    await cache.maintainIndexes(builders);
    await close();
  }
  void opened.then(keep);
  const timer = setInterval(() => void keep(), INDEX_EVERY_MS);
  timer.unref();
  releases.push('indexes', async () => {
    clearInterval(timer);
    closing.abort();
    await close();
  });
}

/** What was asked last before this process began is asked again soon. */
export function warmUp({ cache, opened }: OpenedCache, scope: () => Promise<PlanScope>): void {
  void opened.then(async () => cache.warm(await scope()));
}

/**
 * Holds the cuts against what was labelled on any replica, as long as the server runs.
 * @returns What is to be told of each plan scope that is asked in.
 */
export function keepLearning(
  { cache, opened }: OpenedCache,
  releases: ReleaseStack,
): (planScope: string) => void {
  const planScopes = new LRUCache<string, true>({ max: MAX_PLAN_SCOPES });
  const learner = setInterval(() => {
    // Some other replica may have been told, and its notice be lost.
    void cache.policies.refresh();
    for (const planScope of planScopes.keys()) void cache.decisions.learn(planScope);
  }, LEARN_EVERY_MS);
  learner.unref();
  releases.push('learner', async () => clearInterval(learner));
  return (planScope) => {
    const isNew = !planScopes.has(planScope);
    planScopes.set(planScope, true);
    // What earlier runs were told holds from the first answer on.
    if (isNew) void opened.then(() => cache.decisions.learn(planScope));
  };
}
