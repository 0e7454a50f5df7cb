import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { createBreaker } from '../../../src/db/breaker.ts';
import { createPool } from '../../../src/db/pool.ts';
import { isAppError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { killConnections } from '../../support/backends.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { relayTo } from '../../support/relay.ts';
import { poolOf } from './pools.ts';

test('a reader whose password is full of special characters connects', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const [row] = await poolOf(t, readerUrl).query<{ who: string }>('select current_user as who');
  assert.match(row!.who, /_reader$/);
});

test('connections that are killed while idle are replaced, and the process lives on', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  await Promise.all([1, 2, 3].map(() => pool.query('select pg_sleep(0.05)')));
  assert.equal(pool.stats().idle, 3);
  await killConnections(url);
  await eventually('the pool notices', () => pool.stats().idle === 0);
  const rows = await Promise.all([1, 2, 3, 4].map((n) => pool.query('select $1::int as n', [n])));
  assert.deepEqual(
    rows.map(([row]) => row?.['n']),
    [1, 2, 3, 4],
  );
});

test('a connection that is killed while held is an unavailable database, for that call alone', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { max: 1 });
  await assert.rejects(
    pool.withClient(async (client) => {
      await client.query('select 1');
      await killConnections(url);
      await client.query('select 2');
    }),
    (error) => isAppError(error, 'DATABASE_UNAVAILABLE'),
  );
  assert.deepEqual(await pool.query('select 3 as n'), [{ n: 3 }]);
  assert.equal(pool.stats().total, 1);
});

test('two hundred SQL errors leave the pool as it was', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  await Promise.all([1, 2, 3].map(() => pool.query('select pg_sleep(0.05)')));
  const before = await pool.query(
    'select pid from pg_stat_activity where datname = current_database()',
  );
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) =>
      pool.query(index % 2 === 0 ? 'select * from nowhere' : 'select 1 / 0'),
    ),
  );
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && isAppError(outcome.reason, 'QUERY_INVALID'));
  }
  const after = await pool.query(
    'select pid from pg_stat_activity where datname = current_database()',
  );
  const pids = (rows: typeof before) =>
    rows.map((row) => row['pid'] as number).sort((a, b) => a - b);
  assert.deepEqual(pids(after), pids(before));
});

test('a pool that stays busy answers OVERLOADED with a time to wait, a fresh one and a warm one', async (t) => {
  const { url } = await freshDatabase(t);
  for (const isWarm of [false, true]) {
    const pool = poolOf(t, url, { max: 2, acquireTimeoutMs: 400 });
    if (isWarm) await Promise.all([1, 2].map(() => pool.query('select pg_sleep(0.02)')));
    const holds = [1, 2].map(() => pool.query('select pg_sleep(1.2)'));
    const waits = [1, 2, 3].map(() => pool.query('select 1'));
    for (const outcome of await Promise.allSettled(waits)) {
      assert.ok(outcome.status === 'rejected' && isAppError(outcome.reason, 'OVERLOADED'));
      assert.ok((outcome.reason.retryAfterMs ?? 0) > 0);
    }
    await Promise.all(holds);
    assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
  }
});

test('a server that cannot be reached is told without its address, user or database', async (t) => {
  const faults = [
    'postgres://alice:secret@127.0.0.1:1/shop',
    'postgres://alice:secret@no-such-host.invalid:5432/shop',
    'postgres://alice:secret@%2Fno%2Fsuch%2Fsocket/shop',
  ];
  for (const url of faults) {
    const pool = poolOf(t, url, { acquireTimeoutMs: 1000 });
    await assert.rejects(pool.query('select 1'), (error) => {
      assert.ok(isAppError(error, 'DATABASE_UNAVAILABLE'));
      assert.doesNotMatch(`${error.message} ${error.hint}`, /127|alice|secret|shop|invalid|socket/);
      return true;
    });
  }
});

test('a wrong password or database is told without naming either', async (t) => {
  const { url } = await freshDatabase(t);
  const wrong = new URL(url);
  wrong.password = 'wrong-password';
  wrong.pathname = '/no_such_database';
  const pool = poolOf(t, wrong.href);
  await assert.rejects(pool.query('select 1'), (error) => {
    assert.ok(isAppError(error, 'DATABASE_UNAVAILABLE'));
    assert.match(error.message, /refuses the password|no such database/);
    assert.equal(error.retryAfterMs, undefined);
    assert.doesNotMatch(`${error.message} ${error.hint}`, /postgres|wrong|no_such/);
    return true;
  });
});

test('a server that accepts and then says nothing does not hold the caller', async (t) => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const pool = poolOf(t, `postgres://a:b@127.0.0.1:${port}/c`, { max: 1, acquireTimeoutMs: 200 });
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => pool.query('select 1')));
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && isAppError(outcome.reason, 'DATABASE_UNAVAILABLE'));
  }
});

test('a connection that is discarded is closed', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { max: 1 });
  const pidOf = async () => (await pool.query('select pg_backend_pid() as pid'))[0]?.['pid'];
  const first = await pidOf();
  assert.equal(await pidOf(), first);
  await pool.withClient(async (_client, discard) => discard());
  assert.notEqual(await pidOf(), first);
});

test('a pool opens its minimum of connections by itself, and no more', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { min: 4, max: 6 });
  await eventually('it is warm', () => pool.stats().idle === 4);
  await Promise.all([1, 2, 3].map(() => pool.query('select 1')));
  assert.deepEqual(pool.stats(), { total: 4, idle: 4, waiting: 0, max: 6 });
});

test('a minimum above the maximum is the maximum', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { min: 9, max: 2 });
  await eventually('it is warm', () => pool.stats().idle === 2);
});

test('a pool that found no server, or lost it, is full again once a caller meets it', async (t) => {
  const { url } = await freshDatabase(t);
  const relay = await relayTo(t, url);
  relay.cut();
  const pool = poolOf(t, relay.url, { min: 4, max: 6 });
  await assert.rejects(pool.query('select 1'), (error) =>
    isAppError(error, 'DATABASE_UNAVAILABLE'),
  );
  for (let round = 0; round < 2; round += 1) {
    await relay.mend();
    assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
    await eventually('it is full', () => pool.stats().idle === 4);
    relay.cut();
    await eventually('it is empty', () => pool.stats().total === 0);
  }
});

test('connections that are still being opened do not keep a pool from closing', async (t) => {
  const { url } = await freshDatabase(t);
  const logger = createLogger('silent');
  const options = { url, min: 3, max: 3, acquireTimeoutMs: 3000, logger };
  await createPool(options).close();
  const pool = createPool(options);
  await pool.query('select 1');
  await pool.close();
  assert.equal(pool.stats().total, 0);
});

test('a server that has no more connections is made do with: callers wait, none sees "too many clients"', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const role = decodeURIComponent(new URL(readerUrl).username);
  await admin(url, `alter role ${role} connection limit 3`);
  const pool = poolOf(t, readerUrl, { max: 20, acquireTimeoutMs: 10_000 });
  const rows = await Promise.all(
    Array.from({ length: 60 }, () => pool.query('select pg_sleep(0.02)')),
  );
  assert.equal(rows.length, 60);
  assert.ok(pool.stats().total <= 3);
});

test('where others hold every connection a caller is told that the server is full, not that it is down', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const role = decodeURIComponent(new URL(readerUrl).username);
  await admin(url, `alter role ${role} connection limit 2`);
  const other = poolOf(t, readerUrl, { min: 2, max: 2 });
  await eventually('the other has them', () => other.stats().idle === 2);
  const breaker = createBreaker({ failures: 1, windowMs: 1000, now: Date.now });
  const pool = poolOf(t, readerUrl, { acquireTimeoutMs: 300, breaker });
  await assert.rejects(
    pool.query('select 1'),
    (error) => isAppError(error, 'OVERLOADED') && error.retryAfterMs! > 0,
  );
  assert.equal(breaker.state, 'closed');
});

test('a lower limit closes what is idle and what falls idle, a higher one lets more in', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { min: 0, max: 6 });
  const naps = Array.from({ length: 6 }, () => pool.query('select pg_sleep(0.2)'));
  await eventually('all are open', () => pool.stats().total === 6);
  pool.limit(4);
  await Promise.all(naps);
  await eventually('two are closed', () => pool.stats().total === 4);
  pool.limit(2);
  await eventually('two more are closed', () => pool.stats().total === 2);
  pool.limit(5);
  await Promise.all(Array.from({ length: 20 }, () => pool.query('select pg_sleep(0.05)')));
  assert.equal(pool.stats().total, 5);
});

test('a breaker that opens turns away at once whoever comes, until one caller is answered', async (t) => {
  const { url } = await freshDatabase(t);
  const relay = await relayTo(t, url);
  const clock = { now: 0 };
  const breaker = createBreaker({ failures: 5, windowMs: 30_000, now: () => clock.now });
  const pool = poolOf(t, relay.url, { breaker });
  await pool.query('select 1');
  for (let at = 0; at < 10; at += 1) {
    await assert.rejects(pool.query('select * from nowhere'), (error) =>
      isAppError(error, 'QUERY_INVALID'),
    );
  }
  assert.equal(pool.isResting, false);
  relay.cut();
  const isDown = (error: unknown): boolean => isAppError(error, 'DATABASE_UNAVAILABLE');
  while (!pool.isResting) await assert.rejects(pool.query('select 1'), isDown);
  await relay.mend();
  await assert.rejects(pool.query('select 1'), isDown);
  clock.now += 60_000;
  assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
  assert.equal(pool.isResting, false);
});

test('whoever goes away before a connection is free takes none', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { max: 1 });
  const nap = pool.query('select pg_sleep(0.3)');
  const going = new AbortController();
  const gone = pool.withClient(() => Promise.reject(new Error('it ran')), {
    principal: 'ana',
    signal: going.signal,
  });
  going.abort();
  await assert.rejects(gone, (error) => isAppError(error, 'QUERY_CANCELLED'));
  await nap;
});
