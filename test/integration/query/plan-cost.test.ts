// What PostgreSQL expects to cost too much does not run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { withReadOnlyTransaction } from '../../../src/db/transaction.ts';
import { isAppError } from '../../../src/errors.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { requireAffordable } from '../../../src/query/plan-cost.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { poolOf } from '../db/pools.ts';

const guard = await createStatementGuard();

async function judge(t: TestContext) {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    'create table t (id int primary key, name text); insert into t select i, i from generate_series(1, 5000) i; analyze t',
  );
  const pool = poolOf(t, readerUrl);
  const limits = { statementTimeoutMs: 5000, signal: t.signal };
  return (sql: string, ceiling: number, params: readonly unknown[] = []) =>
    withReadOnlyTransaction(pool, limits, (client) =>
      requireAffordable(client, { sql, params, isPlanned: () => guard.isPlanned(sql) }, ceiling),
    );
}

test('a statement above the ceiling is refused with its estimate, one below it runs', async (t) => {
  const judged = await judge(t);
  const join = 'select count(*) from t a, t b where a.name <> b.name';
  await assert.rejects(judged(join, 10_000), (error) => {
    assert.ok(isAppError(error, 'QUERY_REJECTED'));
    assert.match(
      error.message,
      /would cost about \d{6} planner units for about 1 rows; at most 10000/,
    );
    return true;
  });
  await judged(join, 0);
  await judged(join, 1e9);
  await judged('select * from t where id = $1', 100, [5]);
  // Nothing that a statement says of itself is taken for what PostgreSQL says of it.
  for (const forged of [
    'select * from t as "(cost=0.00..0.01 rows=0"',
    'with x as materialized (select * from t a, t b) select * from x "(cost=0.00..0.01 rows=0 width=0)"',
    '/* /* */ explain */ select * from t a, t b',
  ])
    await assert.rejects(
      judged(forged, 10),
      (error) => isAppError(error, 'QUERY_REJECTED'),
      forged,
    );
});

test('what has no plan is let through', async (t) => {
  const judged = await judge(t);
  for (const sql of [
    'show work_mem',
    '/* a */ -- b\n EXPLAIN select * from t',
    'explain (costs off) table t',
  ])
    await judged(sql, 1);
});

test('a statement that cannot be planned is told of with its own place', async (t) => {
  const judged = await judge(t);
  await assert.rejects(judged('select nothing from t', 1000), (error) => {
    assert.ok(isAppError(error, 'QUERY_INVALID'));
    assert.match(error.message, /at character 8\b/);
    return true;
  });
});
