// Mutated SQL against the guard, and what it lets through against a database whose superuser runs it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chanceOf } from '../../fuzz/chance.ts';
import { guardFuzzer } from '../../fuzz/guard.ts';
import { OWN_SQL, readSqlParts } from '../../fuzz/sql-parts.ts';
import { fuzzedStatement } from '../../fuzz/sql-mutations.ts';
import { createWriteDetector } from '../../fuzz/write-detector.ts';
import { poolOf } from '../db/pools.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { createStatementTables } from '../../support/statement-tables.ts';
import { fuzzShortly } from './fuzzers.ts';

test('mutated SQL neither writes nor shows what is kept back, whatever the guard lets through', async (t) => {
  const { outcomes, figures } = await fuzzShortly(t, guardFuzzer, 6000);
  assert.ok((figures['answered'] ?? 0) > 300, 'statements that ran to their end');
  assert.ok((outcomes['QUERY_REJECTED'] ?? 0) > 300, 'statements that were refused');
});

test('a case is made of its seed and its number alone', async (t) => {
  const { url } = await freshDatabase(t);
  await createStatementTables(url);
  await admin(url, OWN_SQL);
  const parts = await readSqlParts(url);
  const statement = (seed: number, at: number): string =>
    fuzzedStatement(parts, chanceOf(seed, at));
  for (const at of [0, 1, 77]) assert.equal(statement(3, at), statement(3, at));
  const made = Array.from({ length: 200 }, (_, at) => statement(3, at));
  assert.ok(new Set(made).size > 190, 'they differ');
  assert.notDeepEqual(
    made,
    made.map((_, at) => statement(4, at)),
  );
});

/** One of each kind of write; the detector is worth nothing if it overlooks one. */
const WRITES: ReadonlyArray<readonly [sql: string, change: RegExp]> = [
  ['delete from orders where id = 1', /orders/],
  ['update orders set total = total where id = 2', /orders/],
  ['create table made (id int)', /pg_class/],
  ["select nextval('s')", /sequences/],
  ['select pg_advisory_lock(7)', /advisory locks/],
  ["select pg_notify('x', 'y')", /notifications \(x\)/],
  ['select lo_create(0)', /pg_largeobject_metadata/],
  ["comment on table orders is 'x'", /pg_description/],
  ['select pg_stat_reset()', /statistics/],
];

test('the detector of writes sees each kind of them, and none where nothing is written', async (t) => {
  const { url } = await freshDatabase(t);
  await createStatementTables(url);
  const detector = await createWriteDetector(t, url, { ownsServer: false });
  const pool = poolOf(t, url, { max: 1 });
  await pool.query('select * from orders');
  assert.deepEqual(await detector.changes(), []);
  for (const [sql, change] of WRITES) {
    await pool.query(sql);
    assert.match((await detector.changes()).join(), change, sql);
  }
  assert.deepEqual(await detector.changes(), []);
});

test('the detector sees what is written within a transaction, and what is only set or locked', async (t) => {
  const { url } = await freshDatabase(t);
  await createStatementTables(url);
  const detector = await createWriteDetector(t, url, { ownsServer: false });
  const pool = poolOf(t, url, { max: 1 });
  const traceOf = (sql: string): Promise<string | null> =>
    pool.withClient(async (client) => {
      await client.query('begin');
      await client.query(sql);
      const trace = await detector.traceOf(client);
      await client.query('rollback');
      return trace;
    });
  assert.equal(await traceOf('select * from orders'), null);
  assert.match((await traceOf('delete from orders')) ?? '', /id: \d+.*RowExclusiveLock/);
  assert.match((await traceOf('select * from orders for update')) ?? '', /RowShareLock/);
  assert.match((await traceOf("select set_config('work_mem', '9MB', true)")) ?? '', /work_mem/);
  assert.match((await traceOf('select pg_advisory_xact_lock(1)')) ?? '', /advisory/);
});
