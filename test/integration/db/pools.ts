// Owns what the tests of db/ share: pools that close with their test, and a look into the server.
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { createPool } from '../../../src/db/pool.ts';
import type { Pool, PoolOptions } from '../../../src/db/pool.ts';
import { createLogger } from '../../../src/logger.ts';
import { admin } from '../../support/database.ts';

export function poolOf(t: TestContext, url: string, given: Partial<PoolOptions> = {}): Pool {
  const logger = createLogger('silent');
  const pool = createPool({ url, min: 0, max: 3, acquireTimeoutMs: 3000, logger, ...given });
  t.after(() => pool.close());
  return pool;
}

export const never = new AbortController().signal;

/** Backends of the database that run a statement which contains the mark, as an owner sees them. */
export async function runningWith(url: string, mark: string): Promise<number> {
  const [row] = await admin(
    url,
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and state = 'active' and query like '%' || $1 || '%'`,
    [mark],
  );
  return row?.['n'] as number;
}

/** Waits for something that becomes true by itself; the limit only ends a test that has failed. */
export async function eventually(what: string, isTrue: () => Promise<boolean> | boolean) {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    if (await isTrue()) return;
    await sleep(20);
  }
  throw new Error(`never happened: ${what}`);
}

/** Ends every backend of the database but the one that asks. */
export async function killConnections(url: string): Promise<void> {
  await admin(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
}
