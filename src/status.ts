// Owns what server_status tells: readiness in full, where changes are learned from, and how much is in use.
import type { Pool } from './db/pool.ts';
import type { Freshness } from './freshness/freshness.ts';
import type { Readiness } from './http/server.ts';
import type { Posture } from './posture.ts';
import type { LargeResults } from './query/large-results.ts';

export interface StatusParts {
  readonly version: string;
  readonly readiness: () => Promise<Readiness>;
  readonly freshness: Pick<Freshness, 'status'>;
  readonly posture: Pick<Posture, 'findings'>;
  readonly data: Pick<Pool, 'stats' | 'isResting'>;
  readonly cache: Pick<Pool, 'stats'>;
  readonly large: Pick<LargeResults, 'stats'>;
  /** Share of what there may be. */
  readonly memoryUse: () => number;
  readonly staleSeconds: number;
}

export function createStatus(parts: StatusParts): () => Promise<object> {
  const { version, readiness, freshness, posture, data, cache, large, memoryUse } = parts;
  return async () => {
    const { ready, checks } = await readiness();
    const { source, boundMs, unlogged, fault } = await freshness.status();
    return {
      status: ready ? 'ready' : 'not ready',
      version,
      uptime_seconds: Math.round(process.uptime()),
      checks,
      changes: {
        source,
        // Null where only their time ends rows.
        bound_seconds: boundMs === null ? null : boundMs / 1000,
        // Of those that were asked for.
        tables_not_covered: unlogged,
        stale_while_revalidate_seconds: parts.staleSeconds,
        replication_fault: fault,
      },
      // Null before the database was asked.
      role_can:
        posture.findings?.map(({ can, isHarmful }) => ({ can, harmful: isHarmful })) ?? null,
      data_connections: data.stats(),
      data_is_resting: data.isResting,
      cache_connections: cache.stats(),
      large_results: large.stats(),
      memory_use: Number(memoryUse().toFixed(3)),
    };
  };
}
