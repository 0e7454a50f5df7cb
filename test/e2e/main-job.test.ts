// The main job, end to end, with the real SDK client: ask, answer, rephrase, answer from memory.
import assert from 'node:assert/strict';
import test from 'node:test';

import { ERAS, call, connect, startAskonce } from '../support/askonce.ts';
import { freshDatabase } from '../support/database.ts';
import { GERMAN_CUSTOMERS, createSmallShop, startSmallShop } from '../support/small-shop.ts';

const QUESTION = 'how many customers are in Germany?';
const SQL = "SELECT count(*) FROM customers WHERE country = 'Germany'";
const REPHRASINGS = [
  'number of customers located in Germany',
  'Germany customer count',
  'count the customers we have in Germany',
];

for (const era of ERAS) {
  test(`a question is answered once and then from memory (${era})`, async (t) => {
    const database = await freshDatabase(t);
    const cache = await freshDatabase(t);
    await createSmallShop(database.url);
    const env = { DATABASE_URL: database.readerUrl, CACHE_DATABASE_URL: cache.url };
    let server = await startAskonce(t, env);
    let client = await connect(t, server.url, { era });

    const unknown = await call(client, 'ask', { question: QUESTION });
    assert.equal(unknown.status, 'needs_sql');
    assert.equal(unknown.schema[0]?.table, 'customers');

    const fresh = await call(client, 'query', { question: QUESTION, sql: SQL });
    assert.equal(fresh.source, 'database');
    assert.deepEqual(fresh.rows, [[GERMAN_CUSTOMERS]]);
    assert.deepEqual(Object.keys(fresh), [
      'status',
      'source',
      'question',
      'matched',
      'sql',
      'as_of',
      'answer_id',
      'notice',
      'columns',
      'rows',
      'row_count',
      'bytes',
      'truncated',
      'next_cursor',
    ]);

    const again = await call(client, 'ask', { question: `  ${QUESTION.toUpperCase()}  ` });
    assert.equal(again.source, 'memory');
    assert.deepEqual(again.rows, [[GERMAN_CUSTOMERS]]);

    assert.equal(await server.stop(), 0);
    server = await startAskonce(t, env);
    client = await connect(t, server.url, { era });
    const stored = await call(client, 'ask', { question: QUESTION });
    // Taken into memory at the start already, if that was quicker.
    assert.ok(['store', 'memory'].includes(stored.source), stored.source);
    assert.deepEqual(stored.rows, [[GERMAN_CUSTOMERS]]);

    for (const question of REPHRASINGS) {
      const answer = await call(client, 'ask', { question });
      if (answer.status === 'confirm') {
        const candidate = answer.candidates[0]!;
        assert.equal(candidate.question, QUESTION);
        assert.equal(candidate.sql, SQL);
        const accepted = await call(client, 'ask', { question, accept: candidate.id });
        assert.deepEqual(accepted.rows, [[GERMAN_CUSTOMERS]]);
        const exact = await call(client, 'ask', { question });
        assert.equal(exact.source, 'memory');
      } else {
        assert.equal(answer.source, 'semantic');
        assert.equal(answer.matched?.question, QUESTION);
        assert.equal(answer.sql, SQL);
        assert.deepEqual(answer.rows, [[GERMAN_CUSTOMERS]]);
      }
    }

    const other = await call(client, 'ask', { question: 'how many suppliers are in Germany?' });
    assert.notEqual(other.status, 'answered');
    assert.equal(other.rows, undefined);
  });
}

test('a doubtful rephrasing is confirmed by the agent and is exact from then on', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'query', { question: 'list the customers of Spain', sql: SPANISH });

  const question = 'list the splendid customers of Spain';
  const doubt = await call(client, 'ask', { question });
  assert.equal(doubt.status, 'confirm');
  assert.equal(doubt.candidates[0]?.question, 'list the customers of Spain');
  assert.ok(doubt.candidates[0].differences.length > 0);

  const accept = doubt.candidates[0].id;
  const accepted = await call(client, 'ask', { question, accept });
  assert.equal(accepted.status, 'answered');
  assert.equal(accepted.row_count, 40);
  const { similarity, confidence } = doubt.candidates[0];
  assert.deepEqual(
    [accepted.matched?.similarity, accepted.matched?.confidence],
    [similarity, confidence],
    'told as it was offered',
  );
  const exact = await call(client, 'ask', { question });
  assert.equal(exact.source, 'memory');
  assert.equal(exact.matched, null);

  const stolen = { question: 'list the customers of France', accept };
  assert.equal((await call(client, 'ask', stolen)).error?.code, 'NOT_FOUND');
});

const SPANISH = "SELECT id, name FROM customers WHERE country = 'Spain' ORDER BY id";

test('a wrong answer that was reported is not served to that question again', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'query', { question: QUESTION, sql: SQL });
  const served = await call(client, 'ask', { question: REPHRASINGS[0] });
  assert.equal(served.source, 'semantic');
  const report = { answer_id: served.answer_id, verdict: 'wrong', note: 'not what I asked' };
  assert.equal((await call(client, 'report', report)).status, 'recorded');

  const after = await call(client, 'ask', { question: REPHRASINGS[0] });
  assert.notEqual(after.status, 'answered');
  assert.equal((await call(client, 'ask', { question: QUESTION })).source, 'memory');
});

test('one principal never gets the rows, the answers or the cursors of another', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await createSmallShop(database.url);
  const tokens = { alice: 'a-token-for-alice-1', bob: 'a-token-for-bob-123' };
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    AUTH_TOKENS: `alice:${tokens.alice},bob:${tokens.bob}`,
  });
  const alice = await connect(t, server.url, { token: tokens.alice });
  const bob = await connect(t, server.url, { token: tokens.bob });
  const orders = { question: 'all orders', sql: 'SELECT * FROM orders ORDER BY id' };
  const answer = await call(alice, 'query', orders);
  assert.ok(answer.next_cursor);

  const fetched = await call(bob, 'fetch_rows', { cursor: answer.next_cursor });
  assert.equal(fetched.error?.code, 'NOT_FOUND');
  const report = { answer_id: answer.answer_id, verdict: 'wrong' };
  assert.equal((await call(bob, 'report', report)).error?.code, 'NOT_FOUND');
  const download = `${server.origin}/results/${answer.answer_id}`;
  const asBob = await fetch(download, { headers: { authorization: `Bearer ${tokens.bob}` } });
  assert.equal(asBob.status, 404);
  // The plan is shared, the rows are not: Bob's run is his own.
  assert.equal((await call(bob, 'ask', { question: 'all orders' })).source, 'database');
  assert.equal((await call(alice, 'ask', { question: 'all orders' })).source, 'memory');

  assert.equal((await fetch(server.url, { method: 'POST', body: '{}' })).status, 401);
});
