// Owns how the freshness of rows is known while the server runs: through a connection of its own to the data
// database and, where it may, the stream of changes; or not at all where that database is embedded.
import type { Notices } from './cache/notices.ts';
import type { Config } from './config.ts';
import type { OpenDatabase } from './databases.ts';
import { createPool } from './db/pool.ts';
import { createFreshness } from './freshness/freshness.ts';
import type { Freshness } from './freshness/freshness.ts';
import { openChangeStream } from './freshness/stream.ts';
import type { ChangeStream } from './freshness/stream.ts';
import { UNCHANGING } from './freshness/unchanging.ts';
import type { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { StatementGuard } from './guard/guard.ts';

export interface OpenFreshnessOptions {
  readonly config: Pick<Config, 'REPLICATION_URL'>;
  readonly data: OpenDatabase;
  readonly cache: OpenDatabase;
  readonly notices: Notices;
  readonly volatilityOf: StatementGuard['volatilityOf'];
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly releases: ReleaseStack;
}

const STREAM_ACQUIRE_MS = 1500;

export function openFreshness(options: OpenFreshnessOptions): Freshness {
  const { data, volatilityOf, metrics, logger, releases } = options;
  if (data.watchPool === null) {
    metrics.observeFreshness(() => UNCHANGING.status());
    return UNCHANGING;
  }
  const stream = openStream(options);
  const freshness = createFreshness({
    pool: data.watchPool,
    stream,
    isDown: () => data.pool.isResting,
    volatilityOf,
    onChange: (cause) => metrics.invalidated(cause),
    logger,
  });
  metrics.observeFreshness(() => freshness.status());
  options.notices.on('stream', () => freshness.hint());
  // What is known from earlier runs can be served from the first call on.
  void freshness.beforeRun(null);
  releases.push('freshness', async () => freshness.close());
  return freshness;
}

function openStream(options: OpenFreshnessOptions): ChangeStream | undefined {
  const { config, cache, logger, releases } = options;
  const url = config.REPLICATION_URL;
  if (url === undefined) return undefined;
  const pool = createPool({
    url,
    setting: 'REPLICATION_URL',
    min: 0,
    max: 1,
    acquireTimeoutMs: STREAM_ACQUIRE_MS,
    logger,
  });
  releases.push('replication pool', () => pool.close());
  const stream = openChangeStream({
    url,
    pool,
    cachePool: cache.pool,
    cacheReady: cache.ready,
    logger,
  });
  releases.push('change stream', () => stream.close());
  return stream;
}
