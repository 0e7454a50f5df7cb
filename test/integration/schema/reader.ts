// Owns how the schema tests reach a database: as askonce does, with a role that only reads, in READ ONLY
// transactions of its own pool.
import type { TestContext } from 'node:test';

import { createPool } from '../../../src/db/pool.ts';
import { withReadOnlyTransaction } from '../../../src/db/transaction.ts';
import { createLogger } from '../../../src/logger.ts';
import type { RunQuery } from '../../../src/schema/catalog-reader.ts';

const STATEMENT_TIMEOUT_MS = 30_000;

export function readerOf(t: TestContext, url: string): RunQuery {
  const logger = createLogger('silent');
  const pool = createPool({ url, min: 0, max: 2, acquireTimeoutMs: 5_000, logger });
  t.after(() => pool.close());
  return (sql, params, signal = new AbortController().signal) =>
    withReadOnlyTransaction(
      pool,
      { statementTimeoutMs: STATEMENT_TIMEOUT_MS, signal },
      async (client) => (await client.query<Record<string, unknown>>(sql, [...params])).rows,
    );
}
