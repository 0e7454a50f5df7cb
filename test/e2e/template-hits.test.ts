// Questions that differ from an earlier one in their values alone, end to end.
import assert from 'node:assert/strict';
import test from 'node:test';

import { call } from '../support/askonce.ts';
import { startSmallShop } from '../support/small-shop.ts';

const GERMAN = 'how many customers are in Germany?';
const GERMAN_SQL = "SELECT count(*), 'x;y' AS note FROM customers WHERE country = 'Germany';";
const JANUARY = 'orders between 1 January 2024 and 31 January 2024 above 100';
const JANUARY_SQL = `SELECT count(*) FROM orders
  WHERE ordered_on >= '2024-01-01' AND ordered_on < '2024-02-01' AND total > $1`;

test('another value runs the same statement with that value and says so', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'search_schema', { table: 'customers' });
  await call(client, 'query', { question: GERMAN, sql: GERMAN_SQL });
  const french = await call(client, 'ask', { question: 'How many customers are in France?' });
  assert.equal(french.source, 'database');
  assert.deepEqual(
    french.rows,
    [['40', 'x;y']].map(([count, note]) => [Number(count), note]),
  );
  assert.equal(french.matched?.question, GERMAN);
  assert.deepEqual(french.matched.rebound, [{ from: 'Germany', to: 'France' }]);
  assert.match(french.sql, /country = 'France'$/);

  const again = await call(client, 'ask', { question: 'How many customers are in France?' });
  assert.equal(again.source, 'memory');
  assert.deepEqual(again.matched?.rebound, french.matched.rebound);
});

test('a statement that was given new values is no alias of the one it was made from', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'query', { question: GERMAN, sql: GERMAN_SQL });
  const question = 'how many customers are in Spain?';
  const spanish = await call(client, 'ask', { question });
  const report = { answer_id: spanish.answer_id, verdict: 'right' };
  assert.equal((await call(client, 'report', report)).status, 'recorded');
  const again = await call(client, 'ask', { question });
  assert.match(again.sql, /'Spain'/);

  const wrong = { answer_id: again.answer_id, verdict: 'wrong' };
  assert.equal((await call(client, 'report', wrong)).status, 'recorded');
  assert.notEqual((await call(client, 'ask', { question })).status, 'answered');
});

test('parameters are rebound too, and a value with a quote stays a value', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'query', { question: JANUARY, sql: JANUARY_SQL, params: [100] });
  const question = 'orders between 1 January 2024 and 31 January 2024 above 1500';
  const above = await call(client, 'ask', { question });
  assert.equal(above.source, 'database');
  assert.deepEqual(above.matched?.rebound, [{ from: '100', to: '1500' }]);

  const named = `orders of the customer "Customer 7"`;
  const sql = "SELECT id FROM customers WHERE name = 'Customer 7'";
  await call(client, 'query', { question: named, sql });
  const attack = await call(client, 'ask', {
    question: `orders of the customer "x'; DROP TABLE customers; --"`,
  });
  assert.equal(attack.source, 'database');
  assert.equal(attack.row_count, 0);
  assert.match(attack.sql, /name = 'x''; DROP TABLE customers; --'$/);
});

test('the operator can switch template hits off', async (t) => {
  const { client } = await startSmallShop(t, { TEMPLATE_HITS: 'off' });
  await call(client, 'query', { question: GERMAN, sql: GERMAN_SQL });
  const french = await call(client, 'ask', { question: 'How many customers are in France?' });
  assert.equal(french.status, 'needs_sql');
});
