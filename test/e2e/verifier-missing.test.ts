// A server without its verifier: it starts, says so, serves what was asked in the same words, and offers
// the rest for the agent to judge.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { VERIFIER } from '../../src/cache/verifier.ts';
import { ROOT, call, connect, startAskonce } from '../support/askonce.ts';
import { freshDatabase } from '../support/database.ts';
import { GERMAN_CUSTOMERS, createSmallShop } from '../support/small-shop.ts';

const QUESTION = 'how many customers are in Germany?';
const SQL = "SELECT count(*) FROM customers WHERE country = 'Germany'";

test('without the verifier exact hits are served, rephrasings offered, and /readyz and the log say so', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await createSmallShop(database.url);
  const models = await mkdtemp(join(tmpdir(), 'askonce-models-'));
  t.after(() => rm(models, { recursive: true, force: true }));
  await cp(join(ROOT, 'models'), models, {
    recursive: true,
    filter: (path) => !path.includes(VERIFIER),
  });
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    MODELS_DIR: models,
  });
  while (!/no verifier/.test(server.log())) await new Promise((done) => setTimeout(done, 20));
  const ready = await fetch(`${server.origin}/readyz`);
  assert.equal(ready.status, 200);
  const text = await ready.text();
  assert.match(text, /"embedding":"ok"/);
  assert.match(text, /"verifier":"not loaded: rephrasings are offered, never served"/);

  const client = await connect(t, server.url);
  await call(client, 'query', { question: QUESTION, sql: SQL });
  const exact = await call(client, 'ask', { question: 'How many customers are in germany' });
  assert.equal(exact.source, 'memory');
  assert.deepEqual(exact.rows, [[GERMAN_CUSTOMERS]]);

  const question = 'number of customers located in Germany';
  const offer = await call(client, 'ask', { question });
  assert.equal(offer.status, 'confirm');
  assert.equal(offer.candidates[0]?.question, QUESTION);
  const accepted = await call(client, 'ask', { question, accept: offer.candidates[0].id });
  assert.deepEqual(accepted.rows, [[GERMAN_CUSTOMERS]]);
});
