// Owns stamps over a real database for the tests of freshness/: one statement is run, and what is said of it later.
import type { TestContext } from 'node:test';

import type { Volatility } from '../../../src/cache/volatility.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { withReadOnlyTransaction } from '../../../src/db/transaction.ts';
import { createFreshness } from '../../../src/freshness/freshness.ts';
import type { Freshness, Stamped } from '../../../src/freshness/freshness.ts';
import { installTriggers } from '../../../src/freshness/triggers.ts';
import { createLogger } from '../../../src/logger.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { never, poolOf } from '../db/pools.ts';

export interface Watched {
  readonly url: string;
  readonly readerUrl: string;
  readonly owner: Pool;
  readonly freshness: Freshness;
  /** Causes for which rows did not hold. */
  readonly causes: string[];
  readonly run: (sql: string) => Promise<Stamped | null>;
  /** Whether what a run of the statement found holds until `change` has run, and not behind it. */
  readonly endsBy: (sql: string, change: string) => Promise<boolean>;
}

interface WatchedGiven {
  readonly withTriggers?: boolean;
  /** Of the reader's sessions. */
  readonly zone?: string;
}

export async function watched(
  t: TestContext,
  setup: string,
  { withTriggers = false, zone = 'UTC' }: WatchedGiven = {},
): Promise<Watched> {
  const { url, readerUrl: plainUrl } = await freshDatabase(t);
  const readerUrl = `${plainUrl}?options=${encodeURIComponent(`-c timezone=${zone}`)}`;
  await admin(url, setup);
  const owner = poolOf(t, url, { max: 1 });
  if (withTriggers) await installAll(owner);
  const causes: string[] = [];
  const freshness = await freshnessOf(t, readerUrl, causes);
  const reader = poolOf(t, readerUrl);
  const run = (sql: string): Promise<Stamped | null> => runOver(freshness, reader, sql);
  return {
    url,
    readerUrl,
    owner,
    freshness,
    causes,
    run,
    async endsBy(sql, change) {
      const stamped = await run(sql);
      if (!stamped || !(await freshness.holds(stamped.stamp))) return false;
      // In a session that ends: what it did is counted at once.
      await admin(url, change);
      return !(await holdsSoon(freshness, stamped));
    },
  };
}

/** What is kept with the rows of a statement. */
export async function runOver(
  freshness: Freshness,
  pool: Pool,
  sql: string,
): Promise<Stamped | null> {
  const watch = await freshness.beforeRun(null);
  const limits = { statementTimeoutMs: 10_000, signal: never };
  return await withReadOnlyTransaction(pool, limits, async (client) => {
    await client.query(sql);
    // As whoever serves it does: what fails here only keeps nothing.
    return await watch.stamp(client, sql).catch(() => null);
  });
}

export async function freshnessOf(
  t: TestContext,
  url: string,
  causes: string[] = [],
): Promise<Freshness> {
  const guard = await createStatementGuard();
  const freshness = createFreshness({
    pool: poolOf(t, url, { max: 1 }),
    volatilityOf: (definition): Volatility => guard.volatilityOf(definition),
    onChange: (cause) => causes.push(cause),
    logger: createLogger('silent'),
  });
  t.after(() => freshness.close());
  return freshness;
}

export async function installAll(owner: Pool): Promise<void> {
  const { failed } = await installTriggers({
    pool: owner,
    forStandbys: false,
    onProgress: () => undefined,
  });
  if (failed.length > 0) throw new Error(failed.join('\n'));
}

/** After what was seen before is too old to tell. */
export async function holdsSoon(
  freshness: Freshness,
  { stamp }: Stamped,
  withinMs = freshness.seenWithinMs + 200,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    if (!(await freshness.holds(stamp))) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
