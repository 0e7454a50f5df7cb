// Faults around the server: databases that go away, a model that is missing, ports and folders that are
// taken, the process killed while it stores.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, call, connect, runAskonce, startAskonce } from '../support/askonce.ts';
import type { Document } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { relayTo } from '../support/relay.ts';
import { GERMAN_CUSTOMERS, createSmallShop } from '../support/small-shop.ts';

const QUESTION = 'how many customers are in Germany?';
const SQL = "SELECT count(*) FROM customers WHERE country = 'Germany'";

async function eventually<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const value = await attempt();
    if (value !== null) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not happen within twenty seconds');
}

const answered = (document: Document): Document | null =>
  document.status === 'answered' ? document : null;

test('a database that is down at the start is an error until it is up, then it works', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await createSmallShop(database.url);
  const relay = await relayTo(t, database.readerUrl);
  relay.cut();
  const server = await startAskonce(t, {
    DATABASE_URL: relay.url,
    CACHE_DATABASE_URL: cache.url,
  });
  assert.equal((await fetch(`${server.origin}/readyz`)).status, 503);
  const client = await connect(t, server.url);
  const failed = await call(client, 'query', { question: QUESTION, sql: SQL });
  assert.equal(failed.error?.code, 'DATABASE_UNAVAILABLE');
  assert.doesNotMatch(JSON.stringify(failed), /127\.0\.0\.1|reader/);

  await relay.mend();
  const answer = await eventually(async () =>
    answered(await call(client, 'query', { question: QUESTION, sql: SQL })),
  );
  assert.deepEqual(answer.rows, [[GERMAN_CUSTOMERS]]);
  assert.equal((await fetch(`${server.origin}/readyz`)).status, 200);
});

test('a database that goes away mid-way fails the call, not the server; what is known is served', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await createSmallShop(database.url);
  const relay = await relayTo(t, database.readerUrl);
  const server = await startAskonce(t, { DATABASE_URL: relay.url, CACHE_DATABASE_URL: cache.url });
  const client = await connect(t, server.url);
  await call(client, 'query', { question: QUESTION, sql: SQL });
  const slow = call(client, 'query', {
    question: 'a slow one',
    sql: 'SELECT count(*) FROM generate_series(1, 1000000000) i',
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  relay.cut();
  assert.equal((await slow).error?.code, 'DATABASE_UNAVAILABLE');
  assert.equal((await call(client, 'ask', { question: QUESTION })).source, 'memory');

  await relay.mend();
  const other = { question: 'how many orders?', sql: 'SELECT count(*) FROM orders' };
  const answer = await eventually(async () => answered(await call(client, 'query', other)));
  assert.deepEqual(answer.rows, [[1500]]);
});

test('idle connections that the server drops do not end the process', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await createSmallShop(database.url);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
  const client = await connect(t, server.url);
  await call(client, 'query', { question: QUESTION, sql: SQL });
  for (const { url } of [database, cache]) {
    await admin(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  }
  const other = { question: 'how many orders?', sql: 'SELECT count(*) FROM orders' };
  const answer = await eventually(async () => answered(await call(client, 'query', other)));
  assert.deepEqual(answer.rows, [[1500]]);
});

test('without the cache database queries answer, uncached, and are cached when it is back', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await createSmallShop(database.url);
  const relay = await relayTo(t, cache.url);
  relay.cut();
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: relay.url,
    CACHE_MAX_MEMORY_BYTES: '0',
  });
  const client = await connect(t, server.url);
  const query = { question: QUESTION, sql: SQL };
  assert.equal((await call(client, 'query', query)).source, 'database');
  assert.equal((await call(client, 'query', query)).source, 'database');
  assert.equal((await call(client, 'ask', { question: QUESTION })).status, 'needs_sql');
  const ready = await fetch(`${server.origin}/readyz`);
  assert.equal(ready.status, 200);
  assert.match(JSON.stringify(await ready.json()), /"cache":"unavailable/);

  await relay.mend();
  await eventually(async () => {
    await call(client, 'query', query);
    const answer = await call(client, 'query', query);
    return answer.source === 'store' ? answer : null;
  });
  relay.cut();
  const after = await call(client, 'query', query);
  assert.deepEqual(after.rows, [[GERMAN_CUSTOMERS]]);
});

for (const fault of ['missing', 'corrupt'] as const) {
  test(`with a ${fault} model the exact tier works, and /readyz and the log say so`, async (t) => {
    const database = await freshDatabase(t);
    const cache = await freshDatabase(t);
    await createSmallShop(database.url);
    const models = await mkdtemp(join(tmpdir(), 'askonce-models-'));
    t.after(() => rm(models, { recursive: true, force: true }));
    if (fault === 'corrupt') {
      await cp(join(ROOT, 'models'), models, { recursive: true });
      await writeFile(join(models, 'askonce-mini-v1/onnx/model_quantized.onnx'), 'garbage');
    }
    const server = await startAskonce(t, {
      DATABASE_URL: database.readerUrl,
      CACHE_DATABASE_URL: cache.url,
      MODELS_DIR: models,
    });
    // The log may be written a moment after the banner.
    await eventually(async () => (/no embedding model/.test(server.log()) ? true : null));
    const ready = await fetch(`${server.origin}/readyz`);
    assert.equal(ready.status, 200);
    assert.match(JSON.stringify(await ready.json()), /not loaded/);
    const client = await connect(t, server.url);
    await call(client, 'query', { question: QUESTION, sql: SQL });
    assert.equal((await call(client, 'ask', { question: QUESTION })).source, 'memory');
    const rephrased = { question: 'number of customers located in Germany' };
    assert.equal((await call(client, 'ask', rephrased)).status, 'needs_sql');
  });
}

test('a taken port stops the start with an error that says what to do', async (t) => {
  const database = await freshDatabase(t);
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const port = String((taken.address() as AddressInfo).port);
  const { code, stderr } = await runAskonce(['serve'], {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: database.url,
    PORT: port,
  });
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`Port ${port} is taken`));
  assert.match(stderr, /set PORT/);
});

test('all faults of the settings are told at once, typos included', async () => {
  const { code, stderr } = await runAskonce(['serve'], {
    DATABSE_URL: 'postgres://localhost/x',
    MAX_ROWS: '-5',
    HOST: '0.0.0.0',
    ASKONCE_READONLY: 'true',
  });
  assert.equal(code, 1);
  assert.match(stderr, /DATABSE_URL is not a setting; did you mean DATABASE_URL\?/);
  assert.match(stderr, /ASKONCE_READONLY is not a setting/);
  assert.match(stderr, /MAX_ROWS must be a whole number/);
});

test('killed while it stores, it starts again consistent and answers', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await createSmallShop(database.url);
  const env = { DATABASE_URL: database.readerUrl, CACHE_DATABASE_URL: cache.url };
  const wide = {
    question: 'two hundred thousand wide rows',
    sql: `SELECT i, repeat('x', 200) FROM generate_series(1, 200000) i ORDER BY i`,
  };
  for (const waitMs of [20, 150, 400]) {
    const server = await startAskonce(t, env);
    const client = await connect(t, server.url);
    await call(client, 'query', wide);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    await server.stop('SIGKILL');
  }
  const server = await startAskonce(t, env);
  const client = await connect(t, server.url);
  // Whatever was served from the store must be whole: every row of it, in order.
  let page = await call(client, 'query', { ...wide, max_rows: 200_000, max_bytes: 8_000_000 });
  let next = 1;
  for (;;) {
    assert.equal(page.status, 'answered', JSON.stringify(page).slice(0, 300));
    for (const row of page.rows) assert.equal(row[0], next++);
    if (page.next_cursor === null) break;
    page = await call(client, 'fetch_rows', { cursor: page.next_cursor });
  }
  assert.equal(next - 1, 200_000);
  const torn = await admin(
    cache.url,
    `SELECT r.id FROM askonce.results r LEFT JOIN askonce.result_chunks c ON c.result_id = r.id
     WHERE r.is_current GROUP BY r.result_scope, r.id HAVING coalesce(sum(c.row_count), 0) <> r.row_count
       OR r.status = 'filling'`,
  );
  assert.deepEqual(torn, []);
});

test('SIGTERM lets an answer in flight finish and ends with exit code 0', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
  const client = await connect(t, server.url);
  const slow = call(client, 'query', {
    question: 'a slow count',
    sql: 'SELECT count(*) FROM generate_series(1, 20000000) i',
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const stopped = server.stop('SIGTERM');
  assert.deepEqual((await slow).rows, [[20_000_000]]);
  assert.equal(await stopped, 0);
});

test('a cursor holds behind a restart, and its page has the answer_id of the answer', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  const env = { DATABASE_URL: database.readerUrl, CACHE_DATABASE_URL: cache.url };
  const first = await startAskonce(t, env);
  const page = await call(await connect(t, first.url), 'query', {
    question: 'ten thousand numbers',
    sql: 'SELECT i FROM generate_series(1, 10000) i ORDER BY i',
  });
  // What is not read to its end by then is cut there.
  await fetch(`${first.origin}/results/${page.answer_id}`).then((whole) => whole.text());
  assert.equal(await first.stop(), 0);
  const second = await startAskonce(t, env);
  const client = await connect(t, second.url);
  const next = await eventually(async () =>
    answered(await call(client, 'fetch_rows', { cursor: page.next_cursor })),
  );
  assert.deepEqual(next.rows[0], [page.row_count + 1]);
  assert.equal(next.answer_id, page.answer_id);
  const whole = await fetch(`${second.origin}/results/${next.answer_id}`);
  assert.equal(((await whole.json()) as unknown[]).length, 10_000);
});
