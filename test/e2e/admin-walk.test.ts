// The tasks of an operator, each in at most three calls: why an answer was served, undoing it, tightening the cut,
// warming, forgetting a table; and what others are told meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { call } from '../support/askonce.ts';
import { startSmallShop } from '../support/small-shop.ts';

const COUNT = 'how many customers are in Germany?';
const REPHRASED = 'number of customers located in Germany';
const COUNT_SQL = "SELECT count(*) FROM customers WHERE country = 'Germany'";

type Document = Record<string, unknown>;

async function shopThatServes(t: TestContext, env: Record<string, string> = {}) {
  const shop = await startSmallShop(t, env);
  await call(shop.client, 'query', { question: COUNT, sql: COUNT_SQL });
  const served = await call(shop.client, 'ask', { question: REPHRASED });
  assert.deepEqual([served.source, served.rows], ['semantic', [[40]]]);
  return { ...shop, served };
}

test('why an answer was served is found by its id in one call', async (t) => {
  const { client, served } = await shopThatServes(t);
  const found = await call(client, 'cache_inspect', { id: served.answer_id });
  const answer = found['answer'] as Document;
  assert.equal(answer['matched'], COUNT);
  assert.match(String(answer['why']), /earlier question in other words.*probability/);
  const decision = answer['decision'] as Document;
  assert.deepEqual([decision['outcome'], decision['question']], ['hit', REPHRASED]);
  const entry = found['entry'] as Document;
  assert.deepEqual([entry['question'], entry['tables']], [COUNT, ['customers']]);
  const [result] = found['results'] as Document[];
  assert.deepEqual([result!['rows'], result!['principal']], [1, 'local']);
  assert.doesNotMatch(JSON.stringify(found), /\[\[40\]\]/, 'no row stands in it');
});

test('a wrong answer is undone by its id, stays undone, and the undoing can be taken back', async (t) => {
  const { client, served } = await shopThatServes(t);
  const verdict = { answer_id: served.answer_id, verdict: 'different' };
  const reviewed = await call(client, 'cache_review', verdict);
  assert.match(String(reviewed['effect']), /not answered by that statement again/);
  assert.equal((reviewed['decision'] as Document)['label_source'], 'review');
  assert.equal((await call(client, 'ask', { question: REPHRASED })).status, 'needs_sql');
  await call(client, 'cache_review', { ...verdict, verdict: 'undo' });
  assert.equal((await call(client, 'ask', { question: REPHRASED })).source, 'semantic');
  await call(client, 'cache_review', { ...verdict, verdict: 'same' });
  const bound = await call(client, 'cache_inspect', { id: served.answer_id });
  const wordings = bound['wordings'] as Document[];
  assert.deepEqual(
    wordings.map(({ question, origin }) => [question, origin]),
    [
      [COUNT, 'asked'],
      [REPHRASED, 'confirmed'],
    ],
  );
});

test('the cut is tightened in two calls, holds at once, and is taken back by undo', async (t) => {
  const { client } = await shopThatServes(t);
  const proposed = await call(client, 'cache_policy', { propose: { target_error_rate: 0 } });
  assert.equal(proposed.status, 'proposed');
  assert.deepEqual(
    (({ served_now, served_then }) => [served_now, served_then])(proposed['effect'] as Document),
    [1, 0],
  );
  const set = await call(client, 'cache_policy', {
    set: { target_error_rate: 0 },
    note: 'until the review is done',
    if_version: proposed['version'],
  });
  const values = set['policy'] as Record<string, Document>;
  assert.deepEqual(
    [values['target_error_rate']!['value'], values['target_error_rate']!['from']],
    [0, 'all'],
  );
  const rephrased = await call(client, 'ask', { question: 'the number of customers in Germany' });
  assert.equal(rephrased.status, 'confirm');
  const stale = (await call(client, 'cache_policy', { set: { ttl_seconds: 1 }, if_version: 0 }))
    .error!;
  assert.equal(stale.code, 'INPUT_INVALID');
  const undone = await call(client, 'cache_policy', { undo: true });
  assert.deepEqual([undone.status, undone['values']], ['undone', {}]);
  const history = undone['history'] as Document[];
  assert.deepEqual(
    history.map(({ version, undoes, note }) => [version, undoes, note]),
    [
      [2, 1, null],
      [1, null, 'until the review is done'],
    ],
  );
  const again = await call(client, 'ask', { question: 'the number of customers in Germany' });
  assert.equal(again.source, 'semantic');
  const nothing = (await call(client, 'cache_policy', { undo: true })).error!;
  assert.match(nothing.message, /no change that could be taken back/);
});

test('a policy of one scope holds there alone, and limits what its answers may be', async (t) => {
  const { client } = await shopThatServes(t);
  const stats = await call(client, 'cache_stats', {});
  const [{ scope }] = stats['by_scope'] as [{ scope: { id: string } }];
  await call(client, 'cache_policy', { scope: scope.id, set: { max_rows: 2, ttl_seconds: 0 } });
  const rows = await call(client, 'query', {
    question: 'all customers',
    sql: 'SELECT id FROM customers ORDER BY id',
  });
  assert.deepEqual([rows['row_count'], rows['truncated']], [2, true]);
  const next = await call(client, 'fetch_rows', { cursor: rows['next_cursor'] });
  assert.equal(next['row_count'], 2);
  assert.equal((await call(client, 'ask', { question: COUNT })).source, 'database');
  const read = await call(client, 'cache_policy', { scope: scope.id });
  const policy = read['policy'] as Record<string, Document>;
  assert.deepEqual(
    ['max_rows', 'ttl_seconds', 'template_hits'].map((name) => policy[name]!['from']),
    ['scope', 'scope', 'setting'],
  );
  await call(client, 'cache_policy', { scope: scope.id, set: { ttl_seconds: null } });
  await call(client, 'ask', { question: COUNT });
  assert.equal((await call(client, 'ask', { question: COUNT })).source, 'memory');
});

test('a table is forgotten in two calls, with its rows, and nothing before the second', async (t) => {
  const { client } = await shopThatServes(t);
  await call(client, 'query', { question: 'how many orders', sql: 'SELECT count(*) FROM orders' });
  const shown = await call(client, 'cache_forget', { table: 'customers' });
  assert.deepEqual([shown.status, shown['plans'], shown['results']], ['would_forget', 1, 1]);
  assert.equal((shown['examples'] as Document[])[0]!['question'], COUNT);
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'answered');
  const { confirm } = shown;
  const other = (await call(client, 'cache_forget', { table: 'orders', confirm })).error!;
  assert.equal(other.code, 'INPUT_INVALID');
  const gone = await call(client, 'cache_forget', { table: 'customers', confirm });
  assert.deepEqual([gone.status, gone['plans']], ['forgotten', 1]);
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'needs_sql');
  assert.equal((await call(client, 'ask', { question: REPHRASED })).status, 'needs_sql');
  assert.equal((await call(client, 'ask', { question: 'how many orders' })).status, 'answered');
});

test('one wording is forgotten alone, and a question with all that leads to its statement', async (t) => {
  const { client, served } = await shopThatServes(t);
  await call(client, 'cache_review', { answer_id: served.answer_id, verdict: 'same' });
  const found = await call(client, 'cache_inspect', { id: served.answer_id });
  const wording = (found['wordings'] as { id: string; question: string }[])[1]!;
  const one = await call(client, 'cache_forget', { id: wording.id });
  assert.deepEqual([one['plans'], one['questions']], [0, 1]);
  await call(client, 'cache_forget', { id: wording.id, confirm: one['confirm'] });
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'answered');
  const all = await call(client, 'cache_forget', { question: 'How many customers are in Germany' });
  assert.deepEqual([all['plans'], all['questions']], [1, 1]);
  const { confirm } = all;
  const question = 'How many customers are in Germany';
  await call(client, 'cache_forget', { question, confirm });
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'needs_sql');
});
