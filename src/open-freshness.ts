// Owns how the freshness of rows is known while the server runs: through a connection of its own to the data
// database, or not at all where that is embedded.
import type { OpenDatabase } from './databases.ts';
import { createFreshness } from './freshness/freshness.ts';
import type { Freshness } from './freshness/freshness.ts';
import { UNCHANGING } from './freshness/unchanging.ts';
import type { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { StatementGuard } from './query/guard.ts';

export interface OpenFreshnessOptions {
  readonly data: OpenDatabase;
  readonly guard: StatementGuard;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly releases: ReleaseStack;
}

export function openFreshness(options: OpenFreshnessOptions): Freshness {
  const { data, guard, metrics, logger, releases } = options;
  if (data.watchPool === null) return UNCHANGING;
  const freshness = createFreshness({
    pool: data.watchPool,
    volatilityOf: (definition) => guard.volatilityOf(definition),
    onChange: (cause) => metrics.invalidated(cause),
    logger,
  });
  // What is known from earlier runs can be served from the first call on.
  void freshness.beforeRun();
  releases.push('freshness', async () => freshness.close());
  return freshness;
}
