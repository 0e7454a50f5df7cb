import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import type { AnswerLimits } from '../../../src/query/answer.ts';
import { formatCursor, parseCursor } from '../../../src/query/cursor-handle.ts';
import { admin } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { HARD_LIMITS, contextOf, documentOf, pipelineOf } from './pipelines.ts';
import type { Seal } from '../../../src/cache/seal.ts';
import { TRUSTING } from '../cache/stores.ts';

const SETUP = `create table t as select i, 'row ' || i as name from generate_series(1, 3000) i`;
const LIMITS: AnswerLimits = { maxRows: 100, maxBytes: 50_000, format: 'table' };
const ALICE = contextOf('alice');
const BOB = contextOf('bob');

const ALL = { question: 'All rows of t', sql: 'select i, name from t order by i', params: [] };

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

async function twoReplicas(t: TestContext, given: { readonly seal?: Seal } = {}) {
  const one = await pipelineOf(t, SETUP, given);
  return { ...one, beside: await pipelineOf(t, SETUP, { ...given, beside: one }) };
}

test('what was asked once is answered again without the database', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const request = { ...ALL, limits: LIMITS };
  const first = await documentOf(await pipeline.query(request, ALICE));
  assert.equal(first.source, 'database');
  await eventually('its rows are kept', async () => {
    const again = await pipeline.ask({ question: '  all ROWS of t? ', limits: LIMITS }, ALICE);
    assert.ok(again.kind === 'answer');
    const document = await documentOf(again.answer);
    assert.deepEqual([document.as_of, document.row_count], [first.as_of, 100]);
    return document.source === 'memory';
  });
});

test('a statement is remembered for a question only if the question says its parameters', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const sql = 'select name from t where i = $1';
  const said = { question: 'name of row 7', sql, params: [7], limits: LIMITS };
  const hidden = { question: 'name of my secret row', sql, params: [8], limits: LIMITS };
  await pipeline.query(said, ALICE);
  await pipeline.query(hidden, ALICE);
  const { question } = said;
  assert.equal((await pipeline.ask({ question, limits: LIMITS }, ALICE)).kind, 'answer');
  const asked = await pipeline.ask({ question: hidden.question, limits: LIMITS }, ALICE);
  assert.equal(asked.kind, 'document');
});

test('pages that follow the cursor give every row once, in the same snapshot', async (t) => {
  const { pipeline, url } = await pipelineOf(t, SETUP);
  let page = await documentOf(await pipeline.query({ ...ALL, limits: LIMITS }, ALICE));
  await admin(url, 'delete from t');
  const seen = page.rows.map(([n]) => n);
  while (page.next_cursor !== null) {
    page = await documentOf(await pipeline.fetchRows(page.next_cursor, ALICE));
    seen.push(...page.rows.map(([n]) => n));
  }
  assert.deepEqual(seen, range(1, 3001));
  assert.equal(page.truncated, false);
});

test('a plan is shared, rows are not: another principal runs it for itself', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const hers = await documentOf(await pipeline.query({ ...ALL, limits: LIMITS }, ALICE));
  const his = await pipeline.ask({ question: ALL.question, limits: LIMITS }, BOB);
  assert.ok(his.kind === 'answer');
  assert.equal((await documentOf(his.answer)).source, 'database');
  await assert.rejects(pipeline.fetchRows(hers.next_cursor!, BOB), (error) =>
    isAppError(error, 'NOT_FOUND'),
  );
});

test('a cursor that was changed gives no more than the limits of the server', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const first = await documentOf(await pipeline.query({ ...ALL, limits: LIMITS }, ALICE));
  const { resultId } = parseCursor(first.next_cursor!);
  const forged = { resultId, fromRow: 0, format: 'table', maxRows: 1e9, maxBytes: 1e12 } as const;
  const page = await documentOf(await pipeline.fetchRows(formatCursor(forged), ALICE));
  assert.equal(page.row_count, HARD_LIMITS.maxRows);
  assert.ok(Buffer.byteLength(page.text) <= HARD_LIMITS.maxBytes);
  const past = { ...forged, fromRow: 1e12 };
  const nothing = await documentOf(await pipeline.fetchRows(formatCursor(past), ALICE));
  assert.deepEqual([nothing.rows, nothing.next_cursor], [[], null]);
  const unknown = { ...forged, resultId: randomUUID() };
  await assert.rejects(pipeline.fetchRows(formatCursor(unknown), ALICE), (error) =>
    isAppError(error, 'NOT_FOUND'),
  );
});

test('a document keeps its byte limit as a whole', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  for (const format of ['table', 'objects', 'csv'] as const) {
    for (const maxBytes of [4096, 10_000, 30_000]) {
      const limits = { maxRows: 1e6, maxBytes, format };
      const document = await documentOf(await pipeline.query({ ...ALL, limits }, ALICE));
      const size = Buffer.byteLength(document.text);
      assert.ok(size <= maxBytes, `${format} ${maxBytes}: ${size}`);
      assert.ok(size > maxBytes * 0.8, `${format} ${maxBytes}: ${size}`);
      assert.equal(document.truncated, true);
    }
  }
});

test('an age of zero runs the SQL again and its rows answer from then on', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const count = {
    question: 'How many rows',
    sql: 'select count(*) from t',
    params: [],
    limits: LIMITS,
  };
  const first = await documentOf(await pipeline.query(count, ALICE));
  const kept = await documentOf(await pipeline.query(count, ALICE));
  const fresh = await documentOf(await pipeline.query({ ...count, maxAgeSeconds: 0 }, ALICE));
  const later = await documentOf(await pipeline.query(count, ALICE));
  assert.deepEqual([kept.source, kept.as_of], ['memory', first.as_of]);
  assert.equal(fresh.source, 'database');
  assert.ok(fresh.as_of > first.as_of);
  assert.deepEqual([later.source, later.as_of], ['memory', fresh.as_of]);
});

test('the same SQL with other parameters is another statement', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const request = { question: 'One row', sql: 'select name from t where i = $1', limits: LIMITS };
  for (const n of [1, 2, 1]) {
    const { rows } = await documentOf(await pipeline.query({ ...request, params: [n] }, ALICE));
    assert.deepEqual(rows, [[`row ${n}`]]);
  }
  for (const params of [[], [1, 2]]) {
    await assert.rejects(pipeline.query({ ...request, params }, ALICE), (error) =>
      isAppError(error, 'INPUT_INVALID'),
    );
  }
});

test('a question must say something, and not too much', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  for (const question of [
    '',
    '   ',
    '\u0000\u0001',
    '?',
    'x'.repeat(4001),
    'x'.repeat(1_000_000),
  ]) {
    await assert.rejects(
      pipeline.ask({ question, limits: LIMITS }, ALICE),
      (error) => isAppError(error, 'INPUT_INVALID'),
      question.slice(0, 20),
    );
  }
});

test('a statement that fails is remembered by nobody', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const bad = { question: 'Broken', sql: 'select 1 / (i - 1) from t', params: [], limits: LIMITS };
  await assert.rejects(pipeline.query(bad, ALICE), (error) => isAppError(error, 'QUERY_INVALID'));
  const again = await pipeline.ask({ question: 'Broken', limits: LIMITS }, ALICE);
  assert.equal(again.kind, 'document');
});

test('a statement that is in the store and not permitted is refused however often it is asked for, whoever sealed it', async (t) => {
  const { pipeline, cachePool, beside } = await twoReplicas(t, { seal: TRUSTING });
  await documentOf(await pipeline.query({ ...ALL, limits: LIMITS }, ALICE));
  await eventually('it is stored', async () => {
    const changed = await cachePool.query(
      `UPDATE askonce.plans SET sql = 'select pg_sleep(0)' RETURNING id`,
    );
    return changed.length === 1;
  });
  for (let times = 0; times < 3; times += 1) {
    const asked = beside.pipeline.ask({ question: ALL.question, limits: LIMITS }, ALICE);
    await assert.rejects(asked, (error) => isAppError(error, 'QUERY_REJECTED'));
  }
  const held = await beside.pipeline
    .held({ question: ALL.question, limits: LIMITS }, ALICE.principal)
    .catch(() => null);
  assert.equal(held, null);
});

test('words that are bound in the store are answered by that, whatever somebody else runs for them right now', async (t) => {
  const { pipeline, beside } = await twoReplicas(t);
  await documentOf(await pipeline.query({ ...ALL, limits: LIMITS }, ALICE));
  await eventually('it is stored', async () => {
    const asked = await beside.pipeline.ask({ question: 'nothing like it', limits: LIMITS }, ALICE);
    const stored = await beside.cachePool.query('SELECT FROM askonce.phrasings');
    return asked.kind === 'document' && stored.length === 1;
  });
  const mallory = contextOf('mallory');
  const slow = {
    ...ALL,
    sql: 'select 666 from t a, t b, t c, generate_series(1, 3000)',
    limits: LIMITS,
  };
  const running = beside.pipeline.query(slow, mallory).then(documentOf);
  const asked = await beside.pipeline.ask({ question: ALL.question, limits: LIMITS }, ALICE);
  assert.ok(asked.kind === 'answer');
  assert.equal(asked.answer.head.sql, ALL.sql);
  await documentOf(asked.answer);
  await running;
  await eventually('who was first is known', async () => {
    const again = await beside.pipeline.ask({ question: ALL.question, limits: LIMITS }, mallory);
    assert.ok(again.kind === 'answer');
    await documentOf(again.answer);
    return again.answer.head.sql === ALL.sql;
  });
});

test('a question that comes again with its statement is served, with another one it runs that', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const request = { ...ALL, sql: 'select max(i) from t', limits: LIMITS };
  await documentOf(await pipeline.query(request, ALICE));
  const again = await documentOf(await pipeline.query(request, ALICE));
  assert.equal(again.source, 'memory');
  const other = { ...request, sql: 'select min(i) from t' };
  assert.deepEqual((await documentOf(await pipeline.query(other, ALICE))).rows, [[1]]);
  const asked = await pipeline.ask({ question: ALL.question, limits: LIMITS }, ALICE);
  assert.ok(asked.kind === 'answer');
  assert.deepEqual((await documentOf(asked.answer)).rows, [[1]]);
});
