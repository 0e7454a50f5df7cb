import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Chunk } from '../../../src/cache/rows.ts';
import { isAppError } from '../../../src/errors.ts';
import { VALID } from '../../support/cache-samples.ts';
import { killConnections, runningWith } from '../../support/backends.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { poolOf } from '../db/pools.ts';
import { executorOf, readPage, rowsOf, sourceOf, endOf } from './runs.ts';

const MANY = `select i, repeat('x', 200) from generate_series(1, 20000) i`;

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

test('a reader that leaves midway has its rest kept, without gap or repetition', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const { live, kept } = await bench.run(MANY);
  const first = await readPage(live.source, { maxRows: 1234 });
  assert.deepEqual([first.totals.truncated, first.totals.nextRow], [true, 1234]);
  await eventually('the spool is full', () => kept.end !== null);
  assert.deepEqual(endOf(kept), { wasCut: false, validity: VALID });
  const seen = first.rows.map(([n]) => n);
  for (let next = first.totals.nextRow; next !== null;) {
    const page = await readPage(sourceOf(kept), { fromRow: next, maxBytes: 300_000 });
    seen.push(...page.rows.map(([n]) => n));
    next = page.totals.nextRow;
  }
  assert.deepEqual(seen, range(1, 20_001));
});

test('the caller may go once its page is read: the rest is kept all the same', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const caller = new AbortController();
  const { live, kept } = await bench.run(MANY, { signal: caller.signal });
  await readPage(live.source, { maxRows: 10 });
  caller.abort();
  await eventually('the spool is full', () => kept.end !== null);
  assert.equal(kept.end?.wasCut, false);
});

test('where rows are not kept, a reader that stalls holds the database back', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const { live, kept } = await bench.run(
    `select i, repeat('x', 1000) from generate_series(1, 1000000) i`,
    { kept: false },
  );
  const reader = live.source.chunks(0)[Symbol.asyncIterator]();
  await reader.next();
  let count = -1;
  await eventually('it waits', () => {
    const isStill = kept.chunks.length === count;
    count = kept.chunks.length;
    return isStill;
  });
  assert.ok(kept.chunks.length < 40, `${kept.chunks.length} chunks went ahead of the reader`);
  await reader.return?.();
});

test('a caller that goes while its reader stalls gives the connection back', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl, { max: 1 });
  const bench = executorOf(t, pool);
  const caller = new AbortController();
  const sql = `select i, repeat('x', 1000) as stalled from generate_series(1, 1000000) i`;
  const { live, kept } = await bench.run(sql, { signal: caller.signal, kept: false });
  const reader = live.source.chunks(0)[Symbol.asyncIterator]();
  await reader.next();
  await eventually('the channel is full', () => kept.chunks.length > 4);
  caller.abort();
  assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
  assert.equal(await runningWith(url, 'as stalled'), 0);
  assert.deepEqual(endOf(kept), { wasCut: true, validity: null });
  const drained = (async () => {
    for (;;) if ((await reader.next()).done) return;
  })();
  await assert.rejects(drained, (error) => isAppError(error, 'QUERY_CANCELLED'));
});

test('a reader that stalls gives the connection back and reads on from what is kept', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl, { max: 1 });
  const bench = executorOf(t, pool);
  const sql = `select i, repeat('x', 1000) as behind from generate_series(1, 20000) i`;
  const { live, kept } = await bench.run(sql);
  const reader = live.source.chunks(0)[Symbol.asyncIterator]();
  const first = await reader.next();
  assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
  assert.equal(await runningWith(url, 'as behind'), 0);
  assert.deepEqual(endOf(kept), { wasCut: false, validity: VALID });
  let next = (first.value as Chunk).rowCount;
  for (;;) {
    const { value, done } = await reader.next();
    if (done) break;
    assert.equal(value.firstRow, next, 'every row once and in order');
    next += value.rowCount;
  }
  assert.equal(next, 20_000);
});

test('where rows are not kept, a reader that stalls longer than the statement may take gives the connection back', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl, { max: 1 });
  const bench = executorOf(t, pool, { timeoutMs: 300 });
  const { live, kept } = await bench.run(
    `select i, repeat('x', 1000) from generate_series(1, 1000000) i`,
    { kept: false },
  );
  const reader = live.source.chunks(0)[Symbol.asyncIterator]();
  await reader.next();
  assert.deepEqual(await pool.query('select 1 as n'), [{ n: 1 }]);
  assert.equal(kept.end?.validity, null);
  const drained = (async () => {
    for (;;) if ((await reader.next()).done) return;
  })();
  await assert.rejects(drained, (error) => isAppError(error, 'QUERY_TIMEOUT'));
});

test('a caller that goes before the first row stops the statement in the server', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl, { max: 1 });
  const bench = executorOf(t, pool);
  const caller = new AbortController();
  const run = bench.run('select pg_sleep(15) as gone', { signal: caller.signal });
  const refused = assert.rejects(run, (error) => isAppError(error, 'QUERY_CANCELLED'));
  await eventually('it runs', async () => (await runningWith(url, 'as gone')) === 1);
  caller.abort();
  await refused;
  await eventually('it is gone', async () => (await runningWith(url, 'as gone')) === 0);
  assert.deepEqual((await rowsOf(bench, 'select 1')).rows, [[1]]);
});

test('closing stops what still fills and leaves it unfinished', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const sql = `select i, pg_sleep(0.001) as filling from generate_series(1, 1000000) i`;
  const { live, kept } = await bench.run(sql);
  await readPage(live.source, { maxRows: 1 });
  await bench.executor.close();
  assert.deepEqual(endOf(kept), { wasCut: true, validity: null });
  assert.equal(await runningWith(url, 'as filling'), 0);
});

test('rows that come slowly are there as they come, not when there are many', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const { live } = await bench.run(`select i, pg_sleep(0.02) from generate_series(1, 10000) i`);
  const seen: number[] = [];
  for await (const { rowCount } of live.source.chunks(0)) {
    seen.push(rowCount);
    if (seen.length === 4) break;
  }
  assert.ok(
    seen.every((rows) => rows <= 128),
    seen.join(', '),
  );
});

test('a connection that dies midway leaves a complete document, and the next query works', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl);
  const bench = executorOf(t, pool);
  const { live, kept } = await bench.run(
    `select i, repeat('x', 1000) from generate_series(1, 1000000) i`,
    { kept: false },
  );
  await eventually('the channel is full', () => kept.chunks.length > 4);
  await killConnections(url);
  const page = await readPage(live.source);
  assert.ok(isAppError(page.failure, 'DATABASE_UNAVAILABLE'));
  assert.equal(page.totals.truncated, true);
  assert.ok(page.rows.length > 100);
  assert.deepEqual(endOf(kept), { wasCut: true, validity: null });
  assert.deepEqual((await rowsOf(bench, 'select 1')).rows, [[1]]);
});

test('a statement that fails after its first rows leaves a complete document', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const { live, kept } = await bench.run(
    `select i, 1 / (15000 - i), repeat('x', 500) from generate_series(1, 20000) i`,
  );
  const page = await readPage(live.source);
  assert.ok(isAppError(page.failure, 'QUERY_INVALID'));
  assert.deepEqual(
    page.rows.map(([n]) => n),
    range(1, page.rows.length + 1),
  );
  assert.deepEqual(endOf(kept), { wasCut: true, validity: null });
});

for (const isKept of [true, false]) {
  test(`a reader that is slow is told why its rows end, once he has them (kept: ${isKept})`, async (t) => {
    const { readerUrl } = await freshDatabase(t);
    const pool = poolOf(t, readerUrl, { max: 1 });
    const bench = executorOf(t, pool);
    const { live } = await bench.run(
      `select i, repeat('x', 500), 1 / (3000 - i) from generate_series(1, 20000) i`,
      { kept: isKept },
    );
    // Behind by more than the driver has patience with him.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const page = await readPage(live.source);
    assert.ok(isAppError(page.failure, 'QUERY_INVALID'), String(page.failure));
    assert.match(String(page.failure), /division by zero/);
    assert.equal(page.rows.length, 2999);
    assert.deepEqual((await rowsOf(bench, 'select 1')).rows, [[1]]);
  });
}

test('a statement that fails at once is an error before any row', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  await assert.rejects(bench.run('select 1/0'), (error) => isAppError(error, 'QUERY_INVALID'));
  await assert.rejects(bench.run('select * from nowhere'), (error) =>
    isAppError(error, 'QUERY_INVALID'),
  );
  await assert.rejects(bench.run('select $1::int', { params: ['x'] }), (error) =>
    isAppError(error, 'QUERY_INVALID'),
  );
});

test('the spool ends at its limit and says so; rows up to there are kept', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl), { spool: 500_000 });
  const { live, kept } = await bench.run(MANY);
  await readPage(live.source, { maxRows: 10 });
  await eventually('the spool is closed', () => kept.end !== null);
  assert.deepEqual(endOf(kept), { wasCut: true, validity: VALID });
  const bytes = kept.chunks.reduce((sum, chunk) => sum + chunk.body.length, 0);
  assert.ok(bytes >= 500_000 && bytes < 700_000, `${bytes}`);
  const rest = await readPage(sourceOf(kept), { fromRow: 10 });
  assert.equal(rest.rows[0]?.[0], 11);
  assert.deepEqual([rest.totals.truncated, rest.totals.nextRow], [true, null]);
});

test('a result that ends exactly where the spool does is whole', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const pool = poolOf(t, readerUrl);
  const measured = await executorOf(t, pool).run(MANY);
  await readPage(measured.live.source, { maxRows: 1 });
  await eventually('it is kept', () => measured.kept.end !== null);
  const spool = measured.kept.chunks.reduce((sum, chunk) => sum + chunk.body.length, 0);
  const { live, kept } = await executorOf(t, pool, { spool }).run(MANY);
  await readPage(live.source, { maxRows: 1 });
  await eventually('it is kept', () => kept.end !== null);
  assert.deepEqual(endOf(kept), { wasCut: false, validity: VALID });
});

test('rows that nobody reads and nobody keeps are not fetched to the end', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const { live, kept } = await bench.run(MANY, { kept: false });
  await readPage(live.source, { maxRows: 10 });
  await eventually('it ends', () => kept.end !== null);
  assert.deepEqual(endOf(kept), { wasCut: true, validity: null });
  assert.ok(kept.chunks.length < 20);
});

test('fifty queries at once are all answered by five connections', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, 'create table t as select i from generate_series(1, 5000) i');
  const pool = poolOf(t, readerUrl, { max: 5, acquireTimeoutMs: 20_000 });
  const bench = executorOf(t, pool);
  const counts = await Promise.all(
    range(0, 50).map(
      async (n) => (await rowsOf(bench, `select i from t where i > ${n}`)).rows.length,
    ),
  );
  assert.deepEqual(
    counts,
    range(0, 50).map((n) => 5000 - n),
  );
  assert.ok(pool.stats().total <= 5);
});

test('a row too wide to be held is an error that says what to do, and the process lives on', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  await assert.rejects(rowsOf(bench, `select repeat('x', 200000000)`), (error) => {
    assert.ok(isAppError(error, 'RESULT_TOO_LARGE'), String(error));
    assert.match(error.hint ?? '', /columns/);
    return true;
  });
  assert.deepEqual((await rowsOf(bench, 'select 1')).rows, [[1]]);
  const { live } = await bench.run(
    `select i, repeat('x', case i when 200 then 200000000 else 1 end) from generate_series(1, 300) i`,
  );
  const page = await readPage(live.source);
  assert.ok(isAppError(page.failure, 'RESULT_TOO_LARGE'));
  assert.equal(page.rows.length, 199);
});

test('rows of which each can be held are all read, however suddenly they grow wide', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  const { live } = await bench.run(
    `select i, repeat('x', case when i > 8 then 8000000 else 1 end) from generate_series(1, 40) i`,
    { kept: false },
  );
  let rows = 0;
  let bytes = 0;
  for await (const chunk of live.source.chunks(0)) {
    assert.equal(chunk.firstRow, rows);
    rows += chunk.rowCount;
    bytes += chunk.body.length;
  }
  assert.equal(rows, 40);
  assert.ok(bytes > 32 * 8_000_000);
  assert.deepEqual((await rowsOf(bench, 'select 1')).rows, [[1]]);
});
