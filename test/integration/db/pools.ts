// Owns what the tests of db/ share: pools that close with their test.
import type { TestContext } from 'node:test';

import type { RowReader } from '../../../src/db/cursor.ts';
import { createPool } from '../../../src/db/pool.ts';
import type { Pool, PoolOptions } from '../../../src/db/pool.ts';
import { createLogger } from '../../../src/logger.ts';

export function poolOf(t: TestContext, url: string, given: Partial<PoolOptions> = {}): Pool {
  const logger = createLogger('silent');
  const pool = createPool({ url, min: 0, max: 3, acquireTimeoutMs: 3000, logger, ...given });
  t.after(() => pool.close());
  return pool;
}

export const never = new AbortController().signal;

/** For statements of which only the course matters. */
export const UNREAD: RowReader = { columns: () => undefined, row: () => undefined };
