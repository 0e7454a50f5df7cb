// Questions that differ from an earlier one in their values alone, end to end.
import assert from 'node:assert/strict';
import test from 'node:test';

import { call } from '../support/askonce.ts';
import { startSmallShop } from '../support/small-shop.ts';

const GERMAN = 'how many customers are in Germany?';
const GERMAN_SQL = "SELECT count(*), ';' AS note FROM customers WHERE country = 'Germany';";
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
    [['40', ';']].map(([count, note]) => [Number(count), note]),
  );
  assert.equal(french.matched?.question, GERMAN);
  assert.deepEqual(french.matched.rebound, [{ from: 'Germany', to: 'France' }]);
  assert.match(french.sql, /country = 'France'$/);

  const again = await call(client, 'ask', { question: 'How many customers are in France?' });
  assert.equal(again.source, 'memory');
  assert.deepEqual(again.matched?.rebound, french.matched.rebound);
});

test('a statement that was reported wrong does not come back as another one with new values', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'search_schema', { table: 'customers' });
  await call(client, 'query', { question: GERMAN, sql: GERMAN_SQL });
  const question = 'How many customers are in France?';
  const french = await call(client, 'ask', { question });
  assert.ok(french.matched?.rebound);
  await call(client, 'report', { answer_id: french.answer_id, verdict: 'wrong' });
  await call(client, 'query', { question: GERMAN, sql: GERMAN_SQL });
  assert.equal((await call(client, 'ask', { question })).status, 'needs_sql');
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

test('an error of a statement that was given new values is never the error of the agent', async (t) => {
  const { client } = await startSmallShop(t);
  const question = 'names of the customers with the id "7"';
  await call(client, 'query', { question, sql: "SELECT name FROM customers WHERE id = '7'" });
  for (const id of ['a7', '99999999999']) {
    const asked = await call(client, 'ask', {
      question: `names of the customers with the id "${id}"`,
    });
    assert.equal(asked.error, undefined);
    assert.match(asked.status, /^(?:needs_sql|confirm)$/);
  }
  const eighth = await call(client, 'ask', { question: 'names of the customers with the id "8"' });
  assert.deepEqual(eighth.rows, [['Customer 8']]);

  const day = 'orders on 30 March 2024';
  const sql = "SELECT count(*) FROM orders WHERE ordered_on = '2024-03-30'";
  await call(client, 'query', { question: day, sql });
  const impossible = await call(client, 'ask', { question: 'orders on 31 April 2024' });
  assert.match(impossible.status, /^(?:needs_sql|confirm)$/);
  const next = await call(client, 'ask', { question: 'orders on 1 April 2024' });
  assert.deepEqual(next.matched?.rebound, [{ from: '2024-03-30', to: '2024-04-01' }]);
});

test('a window whose end cannot be moved is left to the agent, one that can is moved whole', async (t) => {
  const { client } = await startSmallShop(t);
  const ask = (month: string) =>
    call(client, 'ask', { question: `How many orders in ${month} 2024?` });
  const learn = (end: string, month: string) =>
    call(client, 'query', {
      question: `How many orders in ${month} 2024?`,
      sql: `SELECT count(*) FROM orders WHERE ordered_on >= '2024-04-01' AND ordered_on <= ${end}`,
    });
  await learn("to_date('30.04.2024', 'DD.MM.YYYY')", 'April');
  assert.notEqual((await ask('May')).status, 'answered');
  await learn("timestamp '2024-04-30 23:59:59'", 'April');
  const may = await ask('May');
  assert.equal(may.status, 'answered');
  assert.match(may.sql, /'2024-05-01' AND .*'2024-05-31 23:59:59'$/);
});

test('a value that another table holds is none of this one', async (t) => {
  const { client } = await startSmallShop(t, {}, [
    'CREATE TABLE payments (id integer, status text)',
    "INSERT INTO payments SELECT i, (ARRAY['paid', 'pending'])[1 + i % 2] FROM generate_series(1, 100) i",
    'CREATE TABLE parcels (id integer, status text)',
    "INSERT INTO parcels SELECT i, (ARRAY['pending', 'shipped'])[1 + i % 2] FROM generate_series(1, 100) i",
    'ANALYZE',
  ]);
  const sql = "SELECT count(*) FROM parcels WHERE status = 'pending'";
  await call(client, 'query', { question: 'Number of pending parcels', sql });
  const paid = await call(client, 'ask', { question: 'Number of paid parcels' });
  assert.notEqual(paid.status, 'answered');
  const shipped = await call(client, 'ask', { question: 'Number of shipped parcels' });
  assert.deepEqual(shipped.rows, [[50]]);
});
