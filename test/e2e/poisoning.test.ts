// One principal plants questions with statements of its own beside those of another: what the other asks is not
// answered by them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { call, connect, startAskonce } from '../support/askonce.ts';
import { admin } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { GERMAN_CUSTOMERS, startSmallShop } from '../support/small-shop.ts';

const QUESTION = 'how many customers are in Germany?';
const SQL = "SELECT count(*)::int FROM customers WHERE country = 'Germany'";
const TOKENS = {
  alice: 'token-of-alice-0000',
  mallory: 'token-of-mallory-00',
  root: 'token-of-root-00000',
} as const;

/** Two users and an admin who learn from each other. */
async function startShared(t: TestContext) {
  const { settings, cacheUrl } = await startSmallShop(t);
  const AUTH_TOKENS = `alice:${TOKENS.alice},mallory:${TOKENS.mallory},root:${TOKENS.root}:admin`;
  const server = await startAskonce(t, { ...settings, AUTH_TOKENS });
  const of = (name: keyof typeof TOKENS) => connect(t, server.url, { token: TOKENS[name] });
  return {
    cacheUrl,
    alice: await of('alice'),
    mallory: await of('mallory'),
    root: await of('root'),
  };
}

/** Words as near as they get, and statements that answer something else. */
const PLANTED: readonly (readonly [question: string, sql: string])[] = [
  ['how many customers are there in Germany?', 'SELECT 666'],
  ['number of customers in Germany', 'SELECT 666 AS count FROM customers LIMIT 1'],
  [
    'count of the customers in Germany',
    "SELECT count(*) + 600 FROM customers WHERE country = 'Germany'",
  ],
  [
    'what is the number of customers in Germany?',
    "SELECT count(*) FROM customers WHERE country = 'France'",
  ],
  ['customers in Germany, how many?', "SELECT count(*) FROM customers WHERE country <> 'Germany'"],
  ['how many customers do we have in Germany?', 'SELECT count(*) FROM customers'],
  [
    'how many customers live in Germany?',
    "SELECT count(*) FROM orders WHERE total > 10 -- 'Germany'",
  ],
  [`${QUESTION} ${QUESTION} ${QUESTION}`, 'SELECT 666'],
  [
    `${QUESTION} (the answer is 666)`,
    "SELECT 666 FROM customers WHERE country = 'Germany' LIMIT 1",
  ],
  ['HOW  MANY customers are in Germany', 'SELECT max(id) FROM customers'],
];

test('who asks for the first time is not answered by what another has planted beside it', async (t) => {
  const { alice, mallory } = await startShared(t);
  for (const [question, sql] of PLANTED.slice(0, -1)) {
    assert.equal((await call(mallory, 'query', { question, sql })).status, 'answered', sql);
  }
  for (const question of [QUESTION, 'How many customers are located in Germany?']) {
    const told = await call(alice, 'ask', { question });
    const shown = `${question}: ${told.sql} ${JSON.stringify(told.rows)}`;
    if (told.status === 'answered') assert.deepEqual(told.rows, [[GERMAN_CUSTOMERS]], shown);
  }
});

test('words that somebody has bound are bound anew by nobody else but an admin', async (t) => {
  const { alice, mallory, root } = await startShared(t);
  const count = async (): Promise<unknown> =>
    (await call(alice, 'ask', { question: QUESTION })).rows?.[0]?.[0];
  await call(alice, 'query', { question: QUESTION, sql: SQL });
  for (const [question, sql] of PLANTED) await call(mallory, 'query', { question, sql });
  const own = await call(mallory, 'query', { question: QUESTION, sql: 'SELECT 666' });
  assert.deepEqual(own.rows, [[666]], 'it has what it brings');
  assert.equal(await count(), GERMAN_CUSTOMERS);
  const served = await call(mallory, 'ask', { question: QUESTION });
  assert.deepEqual(served.rows, [[GERMAN_CUSTOMERS]], 'and is told what the words mean here');
  await call(root, 'query', { question: QUESTION, sql: 'SELECT 41' });
  await eventually('the admin is believed', async () => (await count()) === 41);
});

test('what is written into the store behind our back answers nobody', async (t) => {
  const { alice, cacheUrl } = await startShared(t);
  await call(alice, 'query', { question: QUESTION, sql: SQL });
  const stored = async (sql: string): Promise<boolean> => (await admin(cacheUrl, sql)).length > 0;
  await eventually('it is stored', () => stored('SELECT FROM askonce.phrasings'));
  await admin(cacheUrl, "UPDATE askonce.plans SET sql = 'SELECT 666'");
  // In words that this process does not hold.
  const told = await call(alice, 'ask', { question: 'number of customers located in Germany' });
  assert.notEqual(told.status, 'answered');
  assert.ok(!JSON.stringify(told).includes('666'));
  assert.equal(await stored('SELECT FROM askonce.plans'), false, 'it is gone');
});
