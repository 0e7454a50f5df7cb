import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import {
  STATEMENT_KEY,
  VALID,
  chunkOf,
  headerOf,
  numbersIn,
  since,
} from '../../support/cache-samples.ts';
import { admin } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { poolOf } from '../db/pools.ts';
import { LARGE, SCOPE, cacheDatabase, cacheOver, phrasingOf, range, write } from './stores.ts';

test('a small result is served from memory, and by another replica from the store', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const header = headerOf();
  await write(cache, header);
  const own = await cache.results.find('alice', STATEMENT_KEY, since(0));
  assert.deepEqual([own?.tier, own?.header], ['memory', { ...header, validity: VALID }]);
  await cache.drain();
  const replica = cacheOver(t, poolOf(t, url));
  const first = await replica.results.find('alice', STATEMENT_KEY, since(0));
  assert.deepEqual([first?.tier, first?.header.id], ['store', header.id]);
  assert.deepEqual(await numbersIn(first!.source, 150), range(150, 300));
  const second = await replica.results.find('alice', STATEMENT_KEY, since(0));
  assert.equal(second?.tier, 'memory');
  assert.deepEqual(await numbersIn(second.source), range(0, 300));
});

test('a large result streams into the store and is read back from any row on', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const header = headerOf();
  const writer = await write(cache, header, LARGE);
  assert.equal(writer.kept, true);
  const found = await cache.results.find('alice', STATEMENT_KEY, since(0));
  assert.equal(found?.tier, 'store');
  for (const fromRow of [0, 1, 99, 100, 1234, 1999]) {
    assert.deepEqual(await numbersIn(found.source, fromRow), range(fromRow, 2000));
  }
  assert.deepEqual(await numbersIn(found.source, 2000), []);
  assert.equal(found.source.wasCut(), false);
});

test('a result that still fills can be followed to its end', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const header = headerOf();
  const writer = cache.results.writer(header);
  for (let index = 0; index < 8; index += 1) {
    await writer.append(chunkOf(index * 100, 100, 1000));
  }
  assert.equal(
    await cache.results.find('alice', STATEMENT_KEY, since(0)),
    null,
    'not before its end',
  );
  const found = await cache.results.byId('alice', header.id);
  assert.ok(found);
  const numbers = numbersIn(found.source, 250);
  for (let index = 8; index < 12; index += 1) {
    await writer.append(chunkOf(index * 100, 100, 1000));
  }
  await writer.finish({ wasCut: true, validity: null, runMs: 1 });
  assert.deepEqual(await numbers, range(250, 1200));
  assert.equal(found.source.wasCut(), true);
});

test('a cursor into a small result that still fills waits for its end', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const header = headerOf();
  const writer = cache.results.writer(header);
  await writer.append(chunkOf(0, 100));
  const found = cache.results.byId('alice', header.id);
  await writer.append(chunkOf(100, 100));
  await writer.finish({ wasCut: false, validity: VALID, runMs: 1 });
  assert.deepEqual(await numbersIn((await found)!.source, 50), range(50, 200));
});

test('no scope reads the rows of another, in either tier', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const [small, large] = [headerOf(), headerOf({ statementKey: 'cd'.repeat(32) })];
  await write(cache, small);
  await write(cache, large, LARGE);
  await cache.drain();
  for (const each of [cache, cacheOver(t, poolOf(t, url))]) {
    for (const header of [small, large]) {
      assert.equal(await each.results.byId('bob', header.id), null);
      assert.equal(await each.results.find('bob', header.statementKey, since(0)), null);
      assert.ok(await each.results.byId('alice', header.id));
    }
  }
});

test('a newer result that is too large for memory replaces the small one there', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const asOf = Date.now();
  await write(cache, headerOf({ asOf: asOf - 1000 }));
  assert.ok(await cache.results.find('alice', STATEMENT_KEY, since(0)));
  const large = headerOf({ asOf });
  await write(cache, large, LARGE);
  const found = await cache.results.find('alice', STATEMENT_KEY, since(0));
  assert.equal(found?.header.id, large.id);
});

test('rows older than the caller takes are a miss', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const asOf = Date.now() - 5000;
  await write(cache, headerOf({ asOf }));
  await cache.drain();
  assert.equal(await cache.results.find('alice', STATEMENT_KEY, since(asOf)), null);
  assert.ok(await cache.results.find('alice', STATEMENT_KEY, since(asOf - 1)));
});

test('without memory everything comes from the store', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool, { maxMemoryBytes: 0 });
  const header = headerOf();
  await write(cache, header);
  const found = await cache.results.byId('alice', header.id);
  assert.equal(found?.tier, 'store');
  const phrasing = phrasingOf('how many');
  cache.remember(SCOPE, { ...phrasing, embed: async () => phrasing.embedding });
  await cache.drain();
  assert.equal((await cache.findQuestion(SCOPE.planScope, phrasing.questionKey))?.tier, 'store');
});

test('a store that breaks under a large result leaves nothing that is served', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const header = headerOf();
  const writer = cache.results.writer(header);
  for (let index = 0; index < 8; index += 1) {
    await writer.append(chunkOf(index * 100, 100, 1000));
  }
  assert.equal(writer.kept, true);
  await admin(url, 'alter table askonce.result_chunks rename to gone');
  await writer.append(chunkOf(800, 100, 1000));
  // The store is some way behind.
  await eventually('the writer is told', () => !writer.kept);
  await writer.append(chunkOf(900, 100, 1000));
  await writer.finish({ wasCut: false, validity: VALID, runMs: 1 });
  await admin(url, 'alter table askonce.gone rename to result_chunks');
  assert.equal(await cache.results.find('alice', STATEMENT_KEY, since(0)), null);
  const rows = await pool.query('select status, is_current from askonce.results');
  assert.deepEqual(rows, [{ status: 'filling', is_current: false }]);
});

test('rows that are deleted while they are read are an error, never an early end', async (t) => {
  const { pool } = await cacheDatabase(t);
  const header = headerOf();
  const writer = cacheOver(t, pool).results.writer(header);
  for (let index = 0; index < 40; index += 1) {
    await writer.append(chunkOf(index * 100, 100, 1000));
  }
  await writer.finish({ wasCut: false, validity: VALID, runMs: 1 });
  for (const [gone, from] of [
    ['first_row >= 3000', 0],
    ['first_row >= 3000', 2000],
    ['first_row = 2500', 0],
    ['true', 0],
  ] as const) {
    const reader = cacheOver(t, pool).results;
    const found =
      from === 0 ? reader.find('alice', STATEMENT_KEY, since(0)) : reader.byId('alice', header.id);
    const { source } = (await found)!;
    await pool.query(`create table kept as select * from askonce.result_chunks`);
    await pool.query(`delete from askonce.result_chunks where ${gone}`);
    await assert.rejects(numbersIn(source, from), (error) => isAppError(error, 'NOT_FOUND'), gone);
    await pool.query('insert into askonce.result_chunks select * from kept on conflict do nothing');
    await pool.query('drop table kept');
  }
});

test('a large result whose rows cannot be read is a miss, and the statement runs', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const header = headerOf();
  await write(cache, header, LARGE);
  await cache.drain();
  assert.ok(await cache.results.find('alice', STATEMENT_KEY, since(0)));
  await admin(url, 'alter table askonce.result_chunks rename to gone');
  assert.equal(await cache.results.find('alice', STATEMENT_KEY, since(0)), null);
});

test('the store is never far behind what is read, and has all of it in the end', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const header = headerOf();
  const writer = cache.results.writer(header);
  const chunks = 200;
  for (let index = 0; index < chunks; index += 1) {
    await writer.append(chunkOf(index * 100, 100, 1000));
    const [stored] = await pool.query<{ rows: number }>(
      'select coalesce(sum(row_count), 0)::int as rows from askonce.results',
    );
    const behind = (index + 1) * 100 - stored!.rows;
    assert.ok(behind <= 4000, `${behind} rows behind after ${index + 1} chunks`);
  }
  await writer.finish({ wasCut: false, validity: VALID, runMs: 1 });
  const found = await cache.results.find('alice', STATEMENT_KEY, since(0));
  let next = 0;
  for await (const chunk of found!.source.chunks(0)) {
    assert.equal(chunk.firstRow, next);
    next += chunk.rowCount;
  }
  assert.equal(next, chunks * 100);
});

test('many results of many scopes written at once are each read back by their own', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const headers = range(0, 40).map((n) =>
    headerOf({ resultScope: `p${n % 8}`, statementKey: String(n).padStart(64, '0') }),
  );
  await Promise.all(headers.map((header, n) => write(cache, header, n % 10 === 0 ? LARGE : {})));
  await cache.drain();
  const replica = cacheOver(t, poolOf(t, url));
  for (const [n, header] of headers.entries()) {
    const found = await replica.results.find(header.resultScope, header.statementKey, since(0));
    assert.equal(found?.header.id, header.id);
    assert.equal((await numbersIn(found.source)).length, n % 10 === 0 ? 2000 : 300);
  }
});

test('a replica whose clock is wrong reads the ages of rows as they are', async (t) => {
  const { pool } = await cacheDatabase(t);
  const one = cacheOver(t, pool);
  const header = headerOf();
  await write(one, header);
  await one.drain();
  for (const skewMs of [3_600_000, -3_600_000]) {
    const now = (): number => Date.now() + skewMs;
    const other = cacheOver(t, pool, { now });
    const found = await other.results.find('alice', STATEMENT_KEY, since(now() - 5000));
    assert.equal(found?.header.id, header.id, `${skewMs}`);
    assert.ok(Math.abs(found.header.readAt - now()) < 5000);
    assert.equal(found.header.asOf, header.asOf, 'as the one who read them says');
    assert.equal(await other.results.find('alice', STATEMENT_KEY, since(now() + 5000)), null);
  }
});
