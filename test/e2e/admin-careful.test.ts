// What an operator's word must not do: bind the wrong statement, leave behind what was to go, or stay in force where it
// was taken back.
import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import test from 'node:test';

import type { AnswersDocument } from '../../src/admin/answers.ts';
import type { InspectDocument } from '../../src/admin/inspect.ts';
import { call, connect, startAskonce } from '../support/askonce.ts';
import { admin } from '../support/database.ts';
import { startSmallShop } from '../support/small-shop.ts';

const COUNT = 'how many customers are in Germany?';
const REPHRASED = 'number of customers located in Germany';
const OTHER_VALUE = 'how many customers are in Spain?';
const COUNT_SQL = "SELECT count(*) FROM customers WHERE country = 'Germany'";

type Document = Record<string, unknown>;

async function knownShop(t: Parameters<typeof startSmallShop>[0]) {
  const shop = await startSmallShop(t, { SHADOW_CHECK_RATE: '1' });
  await call(shop.client, 'query', { question: COUNT, sql: COUNT_SQL });
  return shop;
}

test('an answer with other values that is said to be right binds its question to no statement with the old ones', async (t) => {
  const { client } = await knownShop(t);
  const below = (n: number): string => `how many customers have an id below ${n}?`;
  await call(client, 'query', {
    question: below(7),
    sql: 'SELECT count(*) FROM customers WHERE id < 7',
  });
  const served = await call(client, 'ask', { question: below(9) });
  assert.deepEqual(served.matched?.rebound, [{ from: '7', to: '9' }]);
  const said = await call(client, 'cache_review', {
    answer_id: served.answer_id,
    verdict: 'same',
  });
  assert.match(String(said['effect']), /bound to nothing/);
  const again = await call(client, 'ask', { question: below(9) });
  assert.deepEqual(again.rows, [[8]]);
  assert.ok(again.matched, 'it is still served for another one');
});

test('what ran with other values is told with them, and not the statement that it was made from', async (t) => {
  const { client } = await knownShop(t);
  const served = await call(client, 'ask', { question: OTHER_VALUE });
  const ran = served.sql;
  assert.notEqual(ran, COUNT_SQL);
  const values = served.matched?.rebound;
  assert.ok(values);
  const found = await call(client, 'cache_inspect', { id: served.answer_id });
  const { answer, entry, answers } = found as unknown as InspectDocument;
  assert.deepEqual([entry.sql, answer?.sql], [COUNT_SQL, ran]);
  assert.deepEqual(answer?.decision?.rebound, { values, sql: ran, params: [] });
  assert.match(answer.why, new RegExp(`with ${values[0]!.to} instead of ${values[0]!.from}`));
  assert.ok(
    answers.some(({ answer_id: id }) => id === served.answer_id),
    'it is of this entry',
  );
});

test('whoever has no id finds an answer by words of its question, the latest first', async (t) => {
  const { client } = await knownShop(t);
  const served = await call(client, 'ask', { question: OTHER_VALUE });
  await call(client, 'report', { answer_id: served.answer_id, verdict: 'wrong', note: 'of 2023' });
  const all = (await call(client, 'cache_inspect', {})) as unknown as AnswersDocument;
  assert.deepEqual(
    all.answers.map(({ question }) => question),
    [OTHER_VALUE, COUNT],
  );
  const words = OTHER_VALUE.slice(4, 30).toUpperCase();
  const some = (await call(client, 'cache_inspect', {
    query: words,
  })) as unknown as AnswersDocument;
  const [found] = some.answers;
  assert.deepEqual([found?.answer_id, found?.verdict], [served.answer_id, 'wrong']);
  const none = await call(client, 'cache_inspect', { query: '%' });
  assert.deepEqual(none['answers'], [], 'words are no pattern');
  const both = await call(client, 'cache_inspect', { query: 'a', id: served.answer_id });
  assert.equal(both.error?.code, 'INPUT_INVALID');
});

test('a target of nothing ends what was matched before, on this replica and on others', async (t) => {
  const { client, settings } = await knownShop(t);
  const there = await connect(t, (await startAskonce(t, settings)).url);
  for (const each of [client, there]) {
    assert.equal((await call(each, 'ask', { question: REPHRASED })).status, 'answered');
    assert.equal((await call(each, 'ask', { question: REPHRASED })).source, 'memory');
  }
  await call(there, 'cache_policy', { set: { target_error_rate: 0, template_hits: 'off' } });
  assert.equal((await call(there, 'ask', { question: REPHRASED })).status, 'confirm');
  await call(client, 'cache_policy', { undo: true });
  await call(client, 'cache_policy', { set: { target_error_rate: 0, template_hits: 'off' } });
  assert.equal((await call(client, 'ask', { question: REPHRASED })).status, 'confirm');
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'answered');
});

test('of all that is forgotten nothing is left: rows, answers, decisions, whatever led to them', async (t) => {
  const { client, cacheUrl } = await knownShop(t);
  const served = await call(client, 'ask', { question: OTHER_VALUE });
  assert.ok(served.matched?.rebound);
  await call(client, 'ask', { question: REPHRASED });
  await call(client, 'report', { answer_id: served.answer_id, verdict: 'right', note: 'fine' });
  const { confirm } = await call(client, 'cache_forget', { all: true });
  await call(client, 'cache_forget', { all: true, confirm });
  const tables = ['plans', 'phrasings', 'results', 'result_chunks', 'answers', 'reports'];
  for (const table of [...tables, 'decisions', 'rejections', 'reviews']) {
    const [{ left }] = (await admin(
      cacheUrl,
      `SELECT count(*)::int AS left FROM askonce.${table}`,
    )) as [{ left: number }];
    assert.equal(left, 0, table);
  }
});

test('a table that is forgotten takes the rows of statements with other values along', async (t) => {
  const { client, cacheUrl } = await knownShop(t);
  await call(client, 'ask', { question: OTHER_VALUE });
  const { confirm } = await call(client, 'cache_forget', { table: 'customers' });
  await call(client, 'cache_forget', { table: 'customers', confirm });
  const rows = await admin(cacheUrl, 'SELECT count(*)::int AS left FROM askonce.results');
  assert.deepEqual(rows, [{ left: 0 }]);
});

test('what is taken back stands there as it stood, and what nobody has said cannot be taken back', async (t) => {
  const { client } = await knownShop(t);
  const asked = await call(client, 'ask', { question: COUNT });
  const verdict = (given: string) =>
    call(client, 'cache_review', { answer_id: asked.answer_id, verdict: given });
  assert.match((await verdict('undo')).error?.message ?? '', /Nobody has reviewed it/);
  await verdict('different');
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'needs_sql');
  const listed = await call(client, 'cache_search', {});
  assert.deepEqual([listed['total'], listed['entries']], [0, []], 'no words lead to it');
  await verdict('same');
  await verdict('different');
  await verdict('undo');
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'answered');
  assert.equal((await verdict('undo')).error?.code, 'INPUT_INVALID');
  // An agent has bound this one, before anybody reviewed it.
  const offered = await call(client, 'ask', { question: REPHRASED });
  await call(client, 'report', { answer_id: offered.answer_id, verdict: 'right' });
  for (const given of ['same', 'undo']) {
    await call(client, 'cache_review', { answer_id: offered.answer_id, verdict: given });
  }
  const found = await call(client, 'cache_inspect', { id: offered.answer_id });
  assert.equal((found['wordings'] as Document[]).length, 2);
});

test('a hundred changes and more are taken back one by one', async (t) => {
  const { client } = await startSmallShop(t);
  const set = (ttl: number) => call(client, 'cache_policy', { set: { ttl_seconds: ttl } });
  for (let ttl = 1; ttl <= 70; ttl += 1) await set(ttl);
  for (let n = 0; n < 40; n += 1) await call(client, 'cache_policy', { undo: true });
  await set(1000);
  const undone = await call(client, 'cache_policy', { undo: true });
  assert.deepEqual(undone['values'], { ttl_seconds: 30 });
});

test('what a stranger sends is not read before it is known who asks', async (t) => {
  const { settings } = await startSmallShop(t);
  const server = await startAskonce(t, { ...settings, AUTH_TOKENS: `bob:${'b'.repeat(20)}:admin` });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': '900000' };
    const options = { method: 'POST', headers };
    // Nothing of the body is ever sent.
    const asking = send(`${server.origin}/admin/api/cache_stats`, options, (response) => {
      resolve(response.statusCode);
      asking.destroy();
    });
    asking.on('error', reject);
    asking.flushHeaders();
  });
  assert.equal(status, 401);
});
