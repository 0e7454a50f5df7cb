import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sharedSecret } from '../../../src/db/secret.ts';
import { isAppError } from '../../../src/errors.ts';
import type { AnswerLimits } from '../../../src/query/answer.ts';
import { createCursorSeal, sealCursors } from '../../../src/query/sealed-cursors.ts';
import { createWholeResults } from '../../../src/query/whole-result.ts';
import { contextOf, documentOf, pipelineOf } from './pipelines.ts';

const SETUP = `create table t as select i, repeat('x', 100) from generate_series(1, 20000) i`;
const LIMITS: AnswerLimits = { maxRows: 400, maxBytes: 100_000, format: 'table' };
const ALL = { question: 'All rows', sql: 'select * from t order by i', params: [], limits: LIMITS };
const ALICE = contextOf('alice');

test('every page has the answer_id of its answer, and with it the whole result is given', async (t) => {
  const { pipeline: bare, cache, scoping } = await pipelineOf(t, SETUP);
  const pipeline = sealCursors(bare, createCursorSeal());
  const first = await documentOf(await pipeline.query(ALL, ALICE));
  const second = await documentOf(await pipeline.fetchRows(first.next_cursor!, ALICE));
  const third = await documentOf(await pipeline.fetchRows(second.next_cursor!, ALICE));
  assert.equal(third.rows[0]?.[0], 801);
  assert.deepEqual([second.answer_id, third.answer_id], [first.answer_id, first.answer_id]);
  const results = createWholeResults({ cache, scoping });
  const whole = await results.open(third.answer_id, ALICE.principal);
  let rows = 0;
  for await (const chunk of whole.source.chunks(0)) rows += chunk.rowCount;
  assert.equal(rows, 20_000);
});

test('a cursor whose limit was changed is refused before anything is read', async (t) => {
  const { pipeline: bare } = await pipelineOf(t, SETUP);
  const pipeline = sealCursors(bare, createCursorSeal());
  const { next_cursor: cursor } = await documentOf(await pipeline.query(ALL, ALICE));
  const parts = cursor!.split('.');
  for (const at of parts.keys()) {
    const edited = parts.with(at, 'zzzzzzzz').join('.');
    await assert.rejects(pipeline.fetchRows(edited, ALICE), (error) =>
      isAppError(error, 'INPUT_INVALID'),
    );
  }
});

test('all who share a cache sign with the same secret, made once', async (t) => {
  const { cachePool } = await pipelineOf(t, SETUP);
  const secrets = await Promise.all(
    [1, 2, 3].map(async () => (await sharedSecret(cachePool, 'cursors')).toString('hex')),
  );
  assert.equal(new Set(secrets).size, 1);
  assert.equal(secrets[0]!.length, 64);
  assert.notEqual((await sharedSecret(cachePool, 'other')).toString('hex'), secrets[0]);
});

test('an answer whose last rows were not kept says so and what to do', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP, { spoolMaxBytes: 600_000 });
  let page = await documentOf(await pipeline.query(ALL, ALICE));
  assert.doesNotMatch(page.notice, /SPOOL_MAX_BYTES/);
  while (page.next_cursor !== null) {
    page = await documentOf(await pipeline.fetchRows(page.next_cursor, ALICE));
  }
  assert.equal(page.truncated, true);
  assert.match(page.notice, /cannot be fetched.*WHERE.*SPOOL_MAX_BYTES/);
});
