import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ResultHeader } from '../../../src/cache/entities.ts';
import { createResultStore } from '../../../src/cache/result-store.ts';
import type { ResultStore } from '../../../src/cache/result-store.ts';
import {
  STATEMENT_KEY,
  VALID,
  chunkOf,
  chunkOfLines,
  headerOf,
} from '../../support/cache-samples.ts';
import { poolOf } from '../db/pools.ts';
import { cacheDatabase } from './stores.ts';

async function store(results: ResultStore, header: ResultHeader, chunks = [chunkOf(0, 3)]) {
  await results.begin(header);
  await results.append(header, chunks);
}

/** The store tells them by its own clock. */
const TIMES = { readAt: 0, expiresAt: 0 };

test('a result is found by its statement only when it is finished', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const header = headerOf();
  await store(results, header);
  assert.equal(await results.current('alice', STATEMENT_KEY), null);
  assert.equal((await results.byId('alice', header.id))?.status, 'filling');
  await results.finish(header, { status: 'complete', validity: VALID, runMs: 1 });
  const found = await results.current('alice', STATEMENT_KEY);
  assert.deepEqual({ ...found!.header, ...TIMES }, { ...header, validity: VALID, ...TIMES });
  assert.ok(Math.abs(found!.header.readAt - header.readAt) < 1000);
  assert.ok(Math.abs(found!.header.expiresAt - header.expiresAt) < 1000);
  assert.deepEqual([found!.status, found!.rowCount], ['complete', 3]);
  assert.equal(found!.byteCount, chunkOf(0, 3).body.length);
});

test('a writer that never comes back is never served', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const finished = headerOf();
  await store(results, finished);
  await results.finish(finished, { status: 'complete', validity: VALID, runMs: 1 });
  await store(results, headerOf({ asOf: Date.now() + 1 }), [chunkOf(0, 100)]);
  assert.equal((await results.current('alice', STATEMENT_KEY))?.header.id, finished.id);
});

test('a writer that thinks for long says that it lives', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const header = headerOf();
  await store(results, header);
  await pool.query("update askonce.results set touched_at = now() - interval '1 minute'");
  assert.ok((await results.byId('alice', header.id))!.untouchedMs > 50_000);
  await results.touch(header);
  assert.ok((await results.byId('alice', header.id))!.untouchedMs < 10_000);
});

test('a cut or unrepeatable result is found by its id alone', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const header = headerOf();
  await store(results, header);
  await results.finish(header, { status: 'cut', validity: null, runMs: 1 });
  assert.equal(await results.current('alice', STATEMENT_KEY), null);
  assert.equal((await results.byId('alice', header.id))?.status, 'cut');
});

test('no scope finds the results of another, by statement or by id', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const header = headerOf();
  await store(results, header);
  await results.finish(header, { status: 'complete', validity: VALID, runMs: 1 });
  for (const scope of ['bob', '', 'alic', 'alice ', '%']) {
    assert.equal(await results.current(scope, STATEMENT_KEY), null);
    assert.equal(await results.byId(scope, header.id), null);
  }
});

test('runs that finish at once leave one current, the one that read last', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const stores = [1, 2, 3].map(() => createResultStore(poolOf(t, url, { max: 3 }), Date.now));
  const headers = Array.from({ length: 9 }, (_, index) =>
    headerOf({ asOf: Date.now() - 9000 + 1000 * index }),
  );
  for (const header of headers) await store(stores[0]!, header);
  const order = [4, 8, 0, 2, 7, 1, 3, 6, 5];
  await Promise.all(
    order.map((index) =>
      stores[index % 3]!.finish(headers[index]!, {
        status: 'complete',
        validity: VALID,
        runMs: 1,
      }),
    ),
  );
  const rows = await pool.query('select id from askonce.results where is_current');
  assert.deepEqual(rows, [{ id: headers[8]!.id }]);
});

test('whole results that are kept at once leave one current, the one that read last', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const stores = [1, 2, 3].map(() => createResultStore(poolOf(t, url, { max: 3 }), Date.now));
  const headers = Array.from({ length: 9 }, (_, index) =>
    headerOf({ asOf: Date.now() - 9000 + 1000 * index }),
  );
  const order = [4, 8, 0, 2, 7, 1, 3, 6, 5];
  const end = { status: 'complete', validity: VALID, runMs: 1 } as const;
  await Promise.all(
    order.map((index) => stores[index % 3]!.keep(headers[index]!, [chunkOf(0, 3)], end)),
  );
  const rows = await pool.query('select id from askonce.results where is_current');
  assert.deepEqual(rows, [{ id: headers[8]!.id }]);
});

test('a whole result is found as one that came bit by bit, with its rows or with none', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const chunks = [chunkOf(0, 3), chunkOf(3, 2)];
  const header = headerOf();
  await results.keep(header, chunks, { status: 'complete', validity: VALID, runMs: 1 });
  const found = (await results.current('alice', STATEMENT_KEY))!;
  assert.deepEqual({ ...found.header, ...TIMES }, { ...header, validity: VALID, ...TIMES });
  assert.deepEqual([found.status, found.rowCount], ['complete', 5]);
  assert.deepEqual(await results.chunks(header, 0, 10), chunks);

  const empty = headerOf({ asOf: Date.now() + 1 });
  await results.keep(empty, [], { status: 'complete', validity: VALID, runMs: 1 });
  const current = (await results.current('alice', STATEMENT_KEY))!;
  assert.deepEqual([current.header.id, current.rowCount], [empty.id, 0]);

  const cut = headerOf({ asOf: Date.now() + 2 });
  await results.keep(cut, chunks, { status: 'cut', validity: null, runMs: 1 });
  assert.equal((await results.current('alice', STATEMENT_KEY))?.header.id, empty.id);
  const byId = (await results.byId('alice', cut.id))!;
  assert.deepEqual([byId.status, byId.header.validity], ['cut', null]);
});

test('a run that read earlier and ends later does not turn back time', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const early = headerOf({ asOf: Date.now() });
  const late = headerOf({ asOf: Date.now() + 50 });
  for (const header of [early, late]) await store(results, header);
  await results.finish(late, { status: 'complete', validity: VALID, runMs: 1 });
  await results.finish(early, { status: 'complete', validity: VALID, runMs: 1 });
  assert.equal((await results.current('alice', STATEMENT_KEY))?.header.id, late.id);
  assert.equal((await results.byId('alice', early.id))?.status, 'complete');
});

test('scopes have their own current result of one statement', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  for (const resultScope of ['alice', 'bob']) {
    const header = headerOf({ resultScope });
    await store(results, header);
    await results.finish(header, { status: 'complete', validity: VALID, runMs: 1 });
  }
  for (const resultScope of ['alice', 'bob']) {
    const found = await results.current(resultScope, STATEMENT_KEY);
    assert.equal(found?.header.resultScope, resultScope);
  }
});

test('chunks are read from the one that holds the row on, in order', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const header = headerOf();
  const chunks = [chunkOf(0, 10), chunkOf(10, 1), chunkOf(11, 39), chunkOf(50, 50)];
  await store(results, header, [chunks[2]!, chunks[0]!, chunks[3]!, chunks[1]!]);
  const cases: ReadonlyArray<readonly [number, number, number]> = [
    [0, 0, 4],
    [9, 0, 4],
    [10, 1, 3],
    [11, 2, 2],
    [49, 2, 2],
    [50, 3, 1],
    [99, 3, 1],
    [100, 3, 1],
    [Number.MAX_SAFE_INTEGER, 3, 1],
  ];
  for (const [fromRow, first, count] of cases) {
    assert.deepEqual(
      await results.chunks(header, fromRow, 100),
      chunks.slice(first, first + count),
      `${fromRow}`,
    );
  }
  assert.deepEqual(await results.chunks(header, 0, 2), chunks.slice(0, 2));
});

test('chunks of many megabytes are read one by one', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const header = headerOf();
  const wide = 3 * 1024 * 1024;
  const chunks = [chunkOf(0, 1), chunkOf(1, 1, wide), chunkOf(2, 1, wide), chunkOf(3, 1)];
  await store(results, header, chunks);
  const firsts = async (fromRow: number): Promise<number[]> =>
    (await results.chunks(header, fromRow, 100)).map(({ firstRow }) => firstRow);
  assert.deepEqual(await firsts(0), [0, 1]);
  assert.deepEqual(await firsts(2), [2]);
  assert.deepEqual(await firsts(3), [3]);
});

test('rows come back as they were, whatever text they hold', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const header = headerOf({ columns: [{ name: 'a "b"\n😀', type: 'text' }] });
  const lines = ['["\\u0000"]', '["😀\\n"]', '[1e400]', '["\\\\"]', '["\\ud800"]'];
  const chunk = chunkOfLines(0, lines);
  await store(results, header, [chunk]);
  await results.finish(header, { status: 'complete', validity: VALID, runMs: 1 });
  const found = await results.current('alice', STATEMENT_KEY);
  assert.deepEqual(found?.header.columns, header.columns);
  assert.deepEqual(await results.chunks(header, 0, 1), [chunk]);
});

test('what has expired is neither found nor kept', async (t) => {
  const { pool } = await cacheDatabase(t);
  const results = createResultStore(pool, Date.now);
  const dead = headerOf({ expiresAt: Date.now() - 1000 });
  const alive = headerOf({ resultScope: 'bob' });
  for (const header of [dead, alive]) {
    await store(results, header);
    await results.finish(header, { status: 'complete', validity: VALID, runMs: 1 });
  }
  assert.equal(await results.current('alice', STATEMENT_KEY), null);
  assert.equal(await results.byId('alice', dead.id), null);
  assert.equal(await results.sweep(), 1);
  assert.equal(await results.sweep(), 0);
  const rows = await pool.query('select distinct result_id as id from askonce.result_chunks');
  assert.deepEqual(rows, [{ id: alive.id }]);
});
