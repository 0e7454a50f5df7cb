// What analysts write must not only pass the guard: a statement that PostgreSQL would not run proves nothing there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { translateDatabaseError } from '../../../src/db/sqlstate.ts';
import { withReadOnlyTransaction } from '../../../src/db/transaction.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { createServerCatalog } from '../../../src/guard/server-catalog.ts';
import { createLogger } from '../../../src/logger.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { ELSEWHERE, createStatementTables } from '../../support/statement-tables.ts';
import { PERMITTED } from '../../unit/guard/statements-permitted.ts';
import { REJECTED } from '../../unit/guard/statements-rejected.ts';
import { never, poolOf } from '../db/pools.ts';

/** JSON_TABLE, JSON_VALUE and their kin, and what else 17 brought. */
const FIRST_WITH_SQL_JSON = 170_000;

test('every statement that must pass passes, and runs as a role that can only read', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await createStatementTables(url);
  const [row] = await admin(url, "select current_setting('server_version_num')::int as version");
  const version = Number(row?.['version']);
  const pool = poolOf(t, readerUrl);
  const catalog = createServerCatalog({
    runQuery: (sql, params) => pool.query(sql, params),
    logger: createLogger('silent'),
    now: () => 0,
  });
  await catalog.fresh();
  const guard = await createStatementGuard({ catalog: () => catalog.current() });
  const statements = Object.values(PERMITTED)
    .flat()
    .filter((sql) => !ELSEWHERE.test(sql));
  const failed: string[] = [];
  for (const sql of statements) {
    const guarded = guard.check(sql);
    const params = Array.from({ length: guarded.parameterCount }, () => null);
    const options = { statementTimeoutMs: 10_000, signal: never };
    const run = withReadOnlyTransaction(pool, options, (client) =>
      client.query(guarded.sql, params),
    );
    await run.catch((error: unknown) => {
      const isNewer = version < FIRST_WITH_SQL_JSON && /json/i.test(sql);
      if (!isNewer) failed.push(`${sql}: ${translateDatabaseError(error).message}`);
    });
  }
  assert.deepEqual(failed, []);
});

test('the lists hold what they promise: 150 statements that pass, 150 that do not', () => {
  const distinct = (lists: Readonly<Record<string, readonly string[]>>): number =>
    new Set(Object.values(lists).flat()).size;
  assert.ok(distinct(PERMITTED) >= 150, `${distinct(PERMITTED)} that pass`);
  assert.ok(distinct(REJECTED) >= 150, `${distinct(REJECTED)} that do not`);
});
