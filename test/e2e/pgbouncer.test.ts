// A transaction-mode pooler between askonce and both of its databases: all works as without it, and what is
// scarce behind it is waited for or refused in a code.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { call, connect, startAskonce } from '../support/askonce.ts';
import type { Environment } from '../support/askonce.ts';
import { killConnections, runningWith } from '../support/backends.ts';
import { assertToldWell, burst } from '../support/burst.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf, untilAtRest } from '../support/gauges.ts';
import { poolerOf } from '../support/pooler.ts';
import { GERMAN_CUSTOMERS, createSmallShop } from '../support/small-shop.ts';
import { outcomeOf, wireTo } from '../support/wire.ts';
import { napView } from '../support/naps.ts';

const VIEWS = `
  ${napView('nap', 0.03)}
  ${napView('sleep', 30)}`;

async function shopBehindPooler(t: TestContext, poolSize: number, env: Environment = {}) {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await createSmallShop(database.url);
  await admin(database.url, VIEWS);
  const pooler = await poolerOf(t, [database.readerUrl, cache.url], poolSize);
  if (pooler === null) return null;
  const server = await startAskonce(t, {
    DATABASE_URL: pooler.through(database.readerUrl),
    CACHE_DATABASE_URL: pooler.through(cache.url),
    ...env,
  });
  const running = (mark: string): Promise<number> => runningWith(database.url, mark);
  return { server, database, cache, running, wire: await wireTo(t, server.url) };
}

test('behind PgBouncer questions are answered, remembered, paged, cancelled and timed out', async (t) => {
  const shop = await shopBehindPooler(t, 10, { STATEMENT_TIMEOUT_MS: '2000' });
  if (shop === null) return;
  const { server, wire, running } = shop;
  const client = await connect(t, server.url);
  const question = 'how many customers are in Germany?';
  const sql = "SELECT count(*) FROM customers WHERE country = 'Germany'";
  assert.deepEqual((await call(client, 'query', { question, sql })).rows, [[GERMAN_CUSTOMERS]]);
  assert.equal((await call(client, 'ask', { question })).source, 'memory');
  const rephrased = { question: 'number of customers located in Germany' };
  assert.equal((await call(client, 'ask', rephrased)).status, 'answered');

  const large = 'SELECT i, repeat($1, 50) AS text FROM generate_series(1, $2::int) i';
  const numbers = { question: 'all the numbers', sql: large, params: ['x', 30_000] };
  let page = await call(client, 'query', { ...numbers, max_rows: 100_000, max_bytes: 1_000_000 });
  let seen = page.rows.length;
  while (page.next_cursor !== null) {
    page = await call(client, 'fetch_rows', { cursor: page.next_cursor });
    seen += page.rows.length;
  }
  assert.equal(seen, 30_000);

  const slow = 'SELECT done AS slow FROM sleep';
  const sent = wire.call('query', { question: 'what is slow?', sql: slow });
  await eventually('it runs', async () => (await running('AS slow')) === 1);
  assert.equal(await wire.cancel(sent.id), 202);
  await eventually('it is stopped', async () => (await running('AS slow')) === 0);
  const late = await outcomeOf(wire.call('query', { question: 'what is late?', sql: slow }));
  assert.ok(late.kind === 'refused' && late.code === 'QUERY_TIMEOUT');
  await untilAtRest(server.origin);
});

test('behind PgBouncer a burst is carried by a few connections, though some of them are killed', async (t) => {
  const shop = await shopBehindPooler(t, 4, { DB_POOL_MAX: '20' });
  if (shop === null) return;
  const { server, wire, database } = shop;
  const napping = (number: number): string => `SELECT ${number} AS n, done FROM nap`;
  const callers = burst(t, { wire, callers: 40, sqlOf: napping });
  await eventually('the burst is under way', () => callers.answered() > 100);
  for (let round = 0; round < 3; round += 1) {
    await killConnections(database.url);
    const since = callers.answered();
    await eventually('callers are answered again', () => callers.answered() > since + 50);
  }
  await callers.stop();
  assertToldWell(callers.outcomes);
  await eventually('the breaker is closed', async () => {
    const gauges = await gaugesOf(server.origin);
    return gauges.get('askonce_breaker_state') === 0;
  });
  await untilAtRest(server.origin);
});

test('behind PgBouncer a call that gets no connection of the few is told so in time', async (t) => {
  const shop = await shopBehindPooler(t, 2, { DB_POOL_MIN: '4', DB_POOL_MAX: '4' });
  if (shop === null) return;
  const { server, wire, running } = shop;
  const slow = [1, 2].map((number) =>
    wire.call('query', {
      question: `slow ${number}?`,
      sql: `SELECT ${number} AS slow, done FROM sleep`,
    }),
  );
  await eventually('both run', async () => (await running('AS slow')) === 2);
  const waits = await outcomeOf(wire.call('query', { question: 'and me?', sql: 'SELECT 1 AS me' }));
  assertToldWell([waits]);
  assert.equal(waits.kind, 'refused');
  for (const sent of slow) sent.vanish();
  await eventually('an answer', async () => {
    const sent = wire.call('query', { question: 'and me now?', sql: 'SELECT 2 AS me' });
    return (await outcomeOf(sent)).kind === 'answered';
  });
  await untilAtRest(server.origin);
});
