// Many agents at once: what is asked by several runs once, what cannot be carried is told at once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { call, connect, startAskonce } from '../support/askonce.ts';
import type { Document } from '../support/askonce.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { createSmallShop, startSmallShop } from '../support/small-shop.ts';
import { napView } from '../support/naps.ts';

const QUESTION = 'how many customers are there in Spain?';
const SQL = "SELECT count(*) FROM customers, nap WHERE country = 'Spain'";

const NAP = napView('nap', 1.5);

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

test('agents of two servers that share a cache make the database work once', async (t) => {
  const { server, settings } = await startSmallShop(t, {}, [NAP]);
  const servers = [server, await startAskonce(t, settings)];
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, index) => connect(t, servers[index % 2]!.url)),
  );
  const answers = await Promise.all(
    clients.map((client) => call(client, 'query', { question: QUESTION, sql: SQL })),
  );
  assert.equal(new Set(answers.map((answer) => answer['as_of'])).size, 1);
  const joined = servers.map(({ origin }) => countOf(origin, 'askonce_coalesced_total'));
  // One of each server waits for the other, or is who runs it.
  assert.equal(
    (await Promise.all(joined)).reduce((sum, count) => sum + count, 0),
    19,
  );
});

test('several questions in one call are answered in their order, each by itself', async (t) => {
  const { client } = await startSmallShop(t);
  const known = 'how many customers are there in France?';
  await call(client, 'query', {
    question: known,
    sql: "SELECT count(*) FROM customers WHERE country = 'France'",
  });
  const questions = [known, '', 'number of customers in France', 'which planets have rings?'];
  const several = await call(client, 'ask', { questions });
  assert.equal(several.status, 'several');
  const answers = several['answers'] as readonly Document[];
  assert.deepEqual(
    answers.map((answer) => answer.status),
    ['answered', 'error', 'answered', 'needs_sql'],
  );
  assert.deepEqual(answers[0]!.rows, [[40]]);
  assert.deepEqual(answers[2]!.rows, [[40]]);
  assert.equal(answers[1]!.error?.code, 'INPUT_INVALID');
  assert.ok(Buffer.byteLength(JSON.stringify(several)) < 256 * 1024);
});

const TOKENS = { ana: 'ana-secret-token-0001', bob: 'bob-secret-token-0002' };

test('asked again, held rows are the same answer, to each principal its own, until it is reported wrong', async (t) => {
  const tokens = `ana:${TOKENS.ana},bob:${TOKENS.bob}`;
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await createSmallShop(database.url);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    AUTH_TOKENS: tokens,
  });
  const ana = await connect(t, server.url, { token: TOKENS.ana });
  const bob = await connect(t, server.url, { token: TOKENS.bob });
  const question = 'how many customers are there in Germany?';
  const sql = "SELECT count(*) FROM customers WHERE country = 'Germany'";
  await call(ana, 'query', { question, sql });
  let first = await call(ana, 'ask', { question });
  // Once the database has been looked at of late, which the first to ask waits for.
  await eventually('it is the same answer', async () => {
    const second = await call(ana, 'ask', { question });
    const isSame = second.answer_id === first.answer_id;
    assert.deepEqual([second.source, second.rows], ['memory', first.rows]);
    first = second;
    return isSame;
  });
  const other = await call(bob, 'ask', { question });
  assert.equal(other.source, 'database');
  const his = await call(bob, 'ask', { question });
  assert.notEqual(his.answer_id, first.answer_id);
  const fresh = await call(ana, 'ask', { question, max_age_seconds: 0 });
  assert.equal(fresh.source, 'database');
  await call(ana, 'report', { answer_id: first.answer_id, verdict: 'wrong' });
  assert.notEqual((await call(ana, 'ask', { question })).status, 'answered');
});

test('what does not go together is refused with what to do', async (t) => {
  const { client } = await startSmallShop(t);
  for (const [args, said] of [
    [{}, /give question, or questions/],
    [{ question: 'a', questions: ['b'] }, /give question, or questions/],
    [{ questions: [] }, /questions/],
    [{ questions: Array.from({ length: 21 }, () => 'a') }, /questions/],
    [{ questions: ['a'], accept: 'b' }, /accept goes with a single question/],
    [{ questions: ['a', 'b'], max_bytes: 4096 }, /do not fit into max_bytes/],
  ] as const) {
    const refused = await call(client, 'ask', args);
    assert.equal(refused.error?.code, 'INPUT_INVALID');
    assert.match(refused.error.message, said);
  }
});
