// Many agents at once: what is asked by several runs once, what cannot be carried is told at once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { call, connect } from '../support/askonce.ts';
import { startSmallShop } from '../support/small-shop.ts';

const QUESTION = 'how many customers are there in Spain?';
const SQL = "SELECT count(*) FROM customers, nap WHERE country = 'Spain'";

const NAP = 'CREATE VIEW nap AS SELECT pg_sleep(1.5)::text AS done';

async function countOf(origin: string, metric: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return Number(new RegExp(`^${metric} (\\S+)`, 'm').exec(text)?.[1]);
}

test('a rephrasing of a question in flight waits for its rows and says so', async (t) => {
  const { client, server } = await startSmallShop(t, {}, [NAP]);
  const run = call(client, 'query', { question: QUESTION, sql: SQL });
  await sleep(500);
  const other = await connect(t, server.url);
  const rephrased = await call(other, 'ask', {
    question: 'What is the number of customers in Spain?',
  });
  const first = await run;
  assert.deepEqual(rephrased.rows, first.rows);
  assert.equal(rephrased.source, 'database');
  assert.equal(rephrased.matched?.question, QUESTION);
  assert.equal(rephrased['as_of'], first['as_of']);
  assert.equal(await countOf(server.origin, 'askonce_coalesced_total'), 1);
});

test('forty agents that ask the same at once make the database work once', async (t) => {
  const { server } = await startSmallShop(t, {}, [NAP]);
  const clients = await Promise.all(Array.from({ length: 40 }, () => connect(t, server.url)));
  const answers = await Promise.all(
    clients.map((client) => call(client, 'query', { question: QUESTION, sql: SQL })),
  );
  assert.equal(new Set(answers.map((answer) => answer['as_of'])).size, 1);
  assert.equal(await countOf(server.origin, 'askonce_coalesced_total'), 39);
});
