import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { openCursor } from '../../../src/db/cursor.ts';
import { withReadOnlyTransaction } from '../../../src/db/transaction.ts';
import { isAppError } from '../../../src/errors.ts';
import { runningWith } from '../../support/backends.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { UNREAD, never, poolOf } from './pools.ts';

const LIMITS = { statementTimeoutMs: 20_000, signal: never };

test('a statement that takes too long is stopped in the server', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl);
  const limits = { ...LIMITS, statementTimeoutMs: 200 };
  await assert.rejects(
    withReadOnlyTransaction(pool, limits, (client) => client.query('select pg_sleep(30) as slow')),
    (error) => isAppError(error, 'QUERY_TIMEOUT'),
  );
  assert.equal(await runningWith(url, 'as slow'), 0);
  const [row] = await admin(
    url,
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and state like 'idle in transaction%'`,
  );
  assert.equal(row?.['n'], 0);
  assert.equal(pool.stats().idle, 1, 'the connection is good for the next');
});

test('an abort stops the statement in the server', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl);
  const caller = new AbortController();
  const limits = { ...LIMITS, signal: caller.signal };
  const run = withReadOnlyTransaction(pool, limits, (client) =>
    client.query('select pg_sleep(15) as abandoned'),
  );
  const refused = assert.rejects(run, (error) => isAppError(error, 'QUERY_CANCELLED'));
  await eventually('it runs', async () => (await runningWith(url, 'as abandoned')) === 1);
  caller.abort();
  await refused;
  await eventually('it is gone', async () => (await runningWith(url, 'as abandoned')) === 0);
  assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
});

test('an abort that finds the server idle stops what comes next', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl);
  const caller = new AbortController();
  const limits = { ...LIMITS, signal: caller.signal };
  const run = withReadOnlyTransaction(pool, limits, async (client) => {
    caller.abort();
    await sleep(100);
    await client.query('select pg_sleep(15) as late');
  });
  await assert.rejects(run, (error) => isAppError(error, 'QUERY_CANCELLED'));
  assert.equal(await runningWith(url, 'as late'), 0);
});

test('a caller that is gone before the statement begins runs nothing', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl);
  let ran = 0;
  const work = async () => void (ran += 1);
  const gone = { ...LIMITS, signal: AbortSignal.abort() };
  await assert.rejects(withReadOnlyTransaction(pool, gone, work), (error) =>
    isAppError(error, 'QUERY_CANCELLED'),
  );
  const caller = new AbortController();
  const meanwhile = withReadOnlyTransaction(pool, { ...LIMITS, signal: caller.signal }, work);
  caller.abort();
  await assert.rejects(meanwhile, (error) => isAppError(error, 'QUERY_CANCELLED'));
  assert.equal(ran, 0);
});

test('nothing can be written, whatever the rights of the role', async (t) => {
  const { url } = await freshDatabase(t);
  await admin(url, 'create table t (n int); create sequence s');
  const pool = poolOf(t, url);
  const writes = [
    'insert into t values (1)',
    'with gone as (delete from t returning n) select * from gone',
    'create table u (n int)',
    `select nextval('s')`,
    `select lo_create(0)`,
    'select * from t for update',
    'truncate t',
  ];
  for (const sql of writes) {
    await assert.rejects(
      withReadOnlyTransaction(pool, LIMITS, async (client) => {
        await openCursor(client, sql, [], UNREAD).next();
      }),
      (error) => isAppError(error, 'QUERY_REJECTED'),
      sql,
    );
  }
  assert.deepEqual(await pool.query('select count(*)::int as n from t'), [{ n: 0 }]);
});

test('a second statement behind a semicolon is refused by the protocol', async (t) => {
  const { url } = await freshDatabase(t);
  await admin(url, 'create table t (n int)');
  const pool = poolOf(t, url);
  await assert.rejects(
    withReadOnlyTransaction(pool, LIMITS, async (client) => {
      await openCursor(client, 'select 1; commit; insert into t values (1)', [], UNREAD).next();
    }),
    (error) => isAppError(error, 'QUERY_INVALID'),
  );
  assert.deepEqual(await pool.query('select count(*)::int as n from t'), [{ n: 0 }]);
});

test('nothing of one transaction survives into the next on the same connection', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { max: 1 });
  const stateOf = () =>
    withReadOnlyTransaction(pool, LIMITS, async (client) => {
      const { rows } = await client.query(
        `select pg_backend_pid() as pid, current_setting('work_mem') as work_mem, current_user as who,
           current_setting('app.tenant', true) as tenant, current_setting('transaction_read_only') as read_only`,
      );
      return rows[0] as Record<string, unknown>;
    });
  const before = await stateOf();
  await withReadOnlyTransaction(pool, LIMITS, async (client) => {
    await client.query(`set work_mem = '77MB'`);
    await client.query(`set local app.tenant = 'alice'`);
    await client.query(`select set_config('app.tenant', 'bob', false)`);
    await client.query('set role pg_monitor');
    await client.query('declare c cursor with hold for select 1');
  });
  const after = await stateOf();
  assert.equal(after['tenant'] || null, before['tenant'] || null);
  assert.deepEqual({ ...after, tenant: null }, { ...before, tenant: null });
  assert.deepEqual(await pool.query('select count(*)::int as n from pg_cursors'), [{ n: 0 }]);
  const [row] = await pool.query(`select current_setting('statement_timeout') as limit`);
  assert.equal(row?.['limit'], '0', 'the limits of a transaction end with it');
});

test('what a view does to its session ends with the transaction', async (t) => {
  const { url } = await freshDatabase(t);
  await admin(
    url,
    `create function prepared() returns int language plpgsql as
       $$ begin execute 'prepare kept as select 1'; return 1; end $$;
     create view v as select pg_try_advisory_lock(42), set_config('app.tenant', 'bob', false), prepared()`,
  );
  const pool = poolOf(t, url, { max: 1 });
  await withReadOnlyTransaction(pool, LIMITS, async (client) => {
    await openCursor(client, 'select * from v', [], UNREAD).next();
  });
  const left = await pool.query(
    `select (select count(*)::int from pg_locks l join pg_database d on d.oid = l.database
          where locktype = 'advisory' and d.datname = current_database()) as locks,
       (select count(*)::int from pg_prepared_statements) as prepared,
       nullif(current_setting('app.tenant', true), '') as tenant`,
  );
  assert.deepEqual(left, [{ locks: 0, prepared: 0, tenant: null }]);
});

test('what the statement itself breaks is rolled back and the connection stays', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl, { max: 1 });
  for (const sql of ['select 1/0', 'select * from nowhere', 'selec', 'commit and chain']) {
    await withReadOnlyTransaction(pool, LIMITS, async (client) => {
      await openCursor(client, sql, [], UNREAD).next();
    }).catch((error: unknown) => assert.ok(isAppError(error), sql));
    assert.equal(pool.stats().total, 1, sql);
  }
  const rows = await withReadOnlyTransaction(
    pool,
    LIMITS,
    async (client) => (await client.query('select 5 as n')).rows,
  );
  assert.deepEqual(rows, [{ n: 5 }]);
});

test('a locked table is a timeout, soon', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, 'create table t (n int)');
  const owner = poolOf(t, url);
  const pool = poolOf(t, readerUrl);
  await owner.withClient(async (client) => {
    await client.query('begin; lock table t in access exclusive mode');
    const limits = { ...LIMITS, statementTimeoutMs: 300 };
    await assert.rejects(
      withReadOnlyTransaction(pool, limits, (reader) => reader.query('select * from t')),
      (error) => isAppError(error, 'QUERY_TIMEOUT'),
    );
    await client.query('rollback');
  });
});

test('a connection that goes once the rows are complete, before the server says so, ends the read', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl);
  const run = withReadOnlyTransaction(pool, LIMITS, async (client) => {
    const { connection } = client as unknown as {
      connection: NodeJS.EventEmitter & { stream: { destroy(): void } };
    };
    connection.once('commandComplete', () => connection.stream.destroy());
    await openCursor(client, 'select 1', [], UNREAD).next();
  });
  await assert.rejects(run, (error) => isAppError(error, 'DATABASE_UNAVAILABLE'));
  assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
});

test('a connection that is used a hundred times gathers no listeners', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl, { max: 1 });
  const counts = new Set<number>();
  for (let round = 0; round < 100; round += 1) {
    await withReadOnlyTransaction(pool, LIMITS, async (client) => {
      const cursor = openCursor(client, 'select generate_series(1, $1::int)', [round % 20], UNREAD);
      await cursor.next();
      await cursor.close();
    });
    await pool.withClient(async (client) => {
      const { stream } = (client as unknown as { connection: { stream: NodeJS.EventEmitter } })
        .connection;
      counts.add(client.listenerCount('end') * 100 + stream.listenerCount('data'));
    });
  }
  assert.equal(counts.size, 1);
});
