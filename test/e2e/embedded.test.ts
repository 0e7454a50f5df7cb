// The embedded default, end to end: no database given, none needed.
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  ERAS,
  call,
  connect,
  runAskonce,
  startAskonce,
  temporaryDataDir,
} from '../support/askonce.ts';

const QUESTION = 'how many customers are in Germany?';
const SQL = `SELECT count(*) FROM customers JOIN countries ON countries.code = customers.country_code
  WHERE countries.name = 'Germany'`;

test('without any setting it serves the demo shop, remembers, and still knows after a restart', async (t) => {
  const dataDir = await temporaryDataDir(t);
  const env = { ASKONCE_DATA_DIR: dataDir, STATEMENT_TIMEOUT_MS: '2000' };
  let server = await startAskonce(t, env);
  let client = await connect(t, server.url);
  const unknown = await call(client, 'ask', { question: QUESTION });
  assert.equal(unknown.status, 'needs_sql');
  assert.ok(unknown.schema.some(({ table }) => table === 'customers'));
  const fresh = await call(client, 'query', { question: QUESTION, sql: SQL });
  assert.equal(fresh.source, 'database');
  for (const era of ERAS) {
    const other = await connect(t, server.url, { era });
    assert.equal((await call(other, 'ask', { question: QUESTION })).source, 'memory');
  }

  const second = await runAskonce(['serve'], env);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /in use by another askonce[^]*set ASKONCE_DATA_DIR/);

  // The embedded engine is deaf to time limits: its process is ended, and comes back.
  const runaway = await call(client, 'query', {
    question: 'count to a trillion',
    sql: 'SELECT count(*) FROM generate_series(1, 1000000000000) i',
  });
  assert.equal(runaway.error?.code, 'QUERY_TIMEOUT');
  const orders = { question: 'how many orders are there?', sql: 'SELECT count(*) FROM orders' };
  const after = await call(client, 'query', orders);
  assert.equal(after.status, 'answered', JSON.stringify(after));

  // What breaks the engine is not worth repeating; whoever waits meanwhile is answered by the next one.
  const other = await connect(t, server.url);
  const breaking = call(client, 'query', {
    question: 'a text search without end',
    sql: `SELECT to_tsquery(repeat('a&', 50000) || 'a')`,
  });
  const waiting = call(other, 'query', {
    question: 'how many products are there?',
    sql: 'SELECT count(*) FROM products',
  });
  const { error } = await breaking;
  assert.equal(error?.code, 'QUERY_INVALID');
  assert.match(error.hint ?? '', /Do not repeat/);
  assert.ok(!('retry_after_ms' in error));
  assert.equal((await waiting).status, 'answered', JSON.stringify(await waiting));

  const all = await call(client, 'query', {
    question: 'list all orders by id',
    sql: 'SELECT id FROM orders ORDER BY id',
  });
  assert.equal(all.row_count, 1000);
  const next = await call(client, 'fetch_rows', { cursor: all.next_cursor });
  assert.equal(next.row_count, 1000);
  assert.notDeepEqual(next.rows[0], all.rows[0]);

  assert.equal(await server.stop(), 0);
  server = await startAskonce(t, env);
  client = await connect(t, server.url);
  const stored = await call(client, 'ask', { question: QUESTION });
  assert.ok(['store', 'memory'].includes(stored.source), stored.source);
  assert.deepEqual(stored.rows, fresh.rows);
  const rephrased = await call(client, 'ask', { question: 'Germany customer count' });
  assert.ok(rephrased.source === 'semantic' || rephrased.status === 'confirm');
  assert.equal(await server.stop(), 0);
});
