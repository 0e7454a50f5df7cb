// Owns what server_status tells: readiness in full, where changes are learned from, how much is in use, and what
// somebody should look at.
import { alertsOf } from './alerts.ts';
import { lowerBound } from './cache/calibration.ts';
import type { Cuts } from './cache/live-cuts.ts';
import type { Policies } from './cache/policies.ts';
import type { Cache } from './cache/cache.ts';
import type { Config } from './config.ts';
import type { Pool } from './db/pool.ts';
import type { Freshness } from './freshness/freshness.ts';
import type { Readiness } from './http/server.ts';
import type { Glance, Metrics } from './metrics.ts';
import type { Posture } from './posture.ts';
import type { LargeResults } from './query/large-results.ts';

export interface StatusParts {
  readonly version: string;
  readonly readiness: () => Promise<Readiness>;
  readonly freshness: Pick<Freshness, 'status'>;
  readonly posture: Pick<Posture, 'findings'>;
  readonly data: Pick<Pool, 'stats' | 'isResting'>;
  readonly cachePool: Pick<Pool, 'stats' | 'query'>;
  readonly cache: Pick<Cache, 'available' | 'memory'> & {
    readonly policies: Pick<Policies, 'valuesOf' | 'settings'>;
  };
  readonly large: Pick<LargeResults, 'stats'>;
  readonly metrics: Pick<Metrics, 'glance'>;
  /** Null without a verifier. */
  readonly cuts: Cuts | null;
  readonly hasEmbedder: boolean;
  /** Share of what there may be. */
  readonly memoryUse: () => number;
  readonly config: Pick<
    Config,
    | 'STALE_WHILE_REVALIDATE_SECONDS'
    | 'CACHE_DATABASE_URL'
    | 'MEMORY_WATERMARK'
    | 'SESSION_POOL_MAX'
  >;
}

const REPLICA_SECONDS = 20;

export function createStatus(parts: StatusParts): () => Promise<object> {
  const { readiness, freshness, posture, data, cache, cachePool, metrics, config } = parts;

  /** This one at least. */
  async function replicas(): Promise<number> {
    if (config.CACHE_DATABASE_URL === undefined || !cache.available) return 1;
    const [row] = await cachePool
      .query<{ live: number }>(
        `SELECT count(*)::int AS live FROM askonce.replicas WHERE seen_at > now() - interval '${REPLICA_SECONDS} seconds'`,
      )
      .catch(() => []);
    return Math.max(1, row?.live ?? 1);
  }

  function sessionsOf({ gauges }: Glance) {
    const { leased, total, waiting } = gauges?.sessionPool() ?? { leased: 0, total: 0, waiting: 0 };
    const conversations = gauges?.conversations() ?? 0;
    return { leased, total, waiting, max: config.SESSION_POOL_MAX, conversations };
  }

  const served = () =>
    (parts.cuts?.state ?? []).map(({ risk, served: all, wrong }) => ({
      risk,
      wrong,
      lower: lowerBound(wrong, all),
    }));

  return async () => {
    const { ready, checks } = await readiness();
    const { source, boundMs, unlogged, fault } = await freshness.status();
    const { policies } = cache;
    const glance = metrics.glance();
    const { calls, burst } = glance;
    const sessions = sessionsOf(glance);
    const targetErrorRate =
      policies.valuesOf(null).targetErrorRate ?? policies.settings.targetErrorRate;
    const { heapUsed, rss } = process.memoryUsage();
    return {
      status: ready ? 'ready' : 'not ready',
      version: parts.version,
      uptime_seconds: Math.round(process.uptime()),
      checks,
      alerts: alertsOf({
        isReady: ready,
        isStoreUp: cache.available,
        isDatabaseResting: data.isResting,
        hasEmbedder: parts.hasEmbedder,
        sessions,
        memoryUse: parts.memoryUse(),
        memoryWatermark: config.MEMORY_WATERMARK,
        served: served(),
        targetErrorRate,
        replicationFault: fault,
        burst,
      }),
      changes: {
        source,
        // Null where only their time ends rows.
        bound_seconds: boundMs === null ? null : boundMs / 1000,
        // Of those that were asked for.
        tables_not_covered: unlogged,
        stale_while_revalidate_seconds: config.STALE_WHILE_REVALIDATE_SECONDS,
        replication_fault: fault,
      },
      // Null before the database was asked.
      role_can:
        posture.findings?.map(({ can, isHarmful }) => ({ can, harmful: isHarmful })) ?? null,
      replicas: await replicas(),
      sessions,
      breaker: glance.breaker,
      data_connections: data.stats(),
      data_is_resting: data.isResting,
      cache_connections: cachePool.stats(),
      large_results: parts.large.stats(),
      requests: { total: calls.total, errors: calls.errors },
      // Of the last two thousand calls.
      latency: { p50_ms: calls.p50Ms, p95_ms: calls.p95Ms, p99_ms: calls.p99Ms },
      burst: { requests_per_second: burst.perSecond, error_ratio: burst.errorRatio },
      memory_use: Number(parts.memoryUse().toFixed(3)),
      memory: { heap_bytes: heapUsed, rss_bytes: rss, cache_bytes: cache.memory.bytes },
    };
  };
}
