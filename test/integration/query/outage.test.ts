// While the database cannot be reached, what is known is served and says how old it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { createBreaker } from '../../../src/db/breaker.ts';
import { isAppError } from '../../../src/errors.ts';
import type { AppError } from '../../../src/errors.ts';
import type { AnswerLimits } from '../../../src/query/answer.ts';
import { admin } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { TTL_MS, contextOf, documentOf, pipelineOf } from './pipelines.ts';

const SETUP = 'create table t as select i from generate_series(1, 3) i';
const LIMITS: AnswerLimits = { maxRows: 100, maxBytes: 50_000, format: 'table' };
const ALICE = contextOf('alice');
const KNOWN = { question: 'rows of t', sql: 'select i from t', params: [], limits: LIMITS };
const isDown = (error: unknown): boolean => isAppError(error, 'DATABASE_UNAVAILABLE');

async function pipelineThatKnows(t: TestContext) {
  const clock = { now: 1_700_000_000_000 };
  const breaker = createBreaker({ failures: 2, windowMs: 30_000, now: () => clock.now });
  const parts = await pipelineOf(t, SETUP, { now: () => clock.now, breaker });
  await parts.pipeline.query(KNOWN, ALICE).then(documentOf);
  await parts.cache.drain();
  const ask = async (maxAgeSeconds?: number) => {
    const { question } = KNOWN;
    const outcome = await parts.pipeline.ask({ question, limits: LIMITS, maxAgeSeconds }, ALICE);
    assert.ok(outcome.kind === 'answer');
    return await documentOf(outcome.answer);
  };
  return { ...parts, clock, breaker, ask };
}

test('rows past their time are served with their age while the database is away', async (t) => {
  const { clock, relay, ask } = await pipelineThatKnows(t);
  relay.cut();
  clock.now += TTL_MS + 5000;
  const old = await ask();
  assert.deepEqual([old.source, old.rows.length], ['memory', 3]);
  assert.match(old.notice, /cannot be reached right now: these rows are 65 seconds old/);
  await relay.mend();
  clock.now += 60_000;
  const fresh = await ask();
  assert.equal(fresh.source, 'database');
  assert.doesNotMatch(fresh.notice, /cannot be reached/);
});

test('whoever asks for rows of a certain age gets these or an error', async (t) => {
  const { clock, relay, ask } = await pipelineThatKnows(t);
  relay.cut();
  clock.now += TTL_MS + 5000;
  await assert.rejects(ask(30), isDown);
  await assert.rejects(ask(0), isDown);
});

test('with the breaker open fresh rows are served with their age, and nothing is sent', async (t) => {
  const { clock, relay, breaker, pipeline, ask } = await pipelineThatKnows(t);
  relay.cut();
  const other = { ...KNOWN, question: 'others', sql: 'select i + 1 from t' };
  while (breaker.state === 'closed') await assert.rejects(pipeline.query(other, ALICE), isDown);
  clock.now += 500;
  assert.match((await ask()).notice, /these rows are 1 seconds old/);
  await relay.mend();
  await assert.rejects(pipeline.query(other, ALICE), isDown);
  clock.now += 60_000;
  assert.equal((await pipeline.query(other, ALICE).then(documentOf)).source, 'database');
  assert.equal(breaker.state, 'closed');
});

test('a role that is let in no more gets nothing that was read for it', async (t) => {
  const { url, readerUrl, clock, ask } = await pipelineThatKnows(t);
  const reader = decodeURIComponent(new URL(readerUrl).username);
  await admin(url, `alter role ${reader} nologin`);
  await admin(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${reader}'`,
  );
  clock.now += TTL_MS + 5000;
  for (let call = 0; call < 4; call += 1) {
    await assert.rejects(
      ask(),
      (error) => isDown(error) && !/still served/.test((error as AppError).hint!),
    );
  }
});

test('what a role may read no more is not served to it while the database is away', async (t) => {
  const { url, readerUrl, clock, relay, ask } = await pipelineThatKnows(t);
  const reader = decodeURIComponent(new URL(readerUrl).username);
  await admin(url, `revoke select on t from ${reader}`);
  await eventually('it is seen', () =>
    ask().then(
      () => false,
      (error: unknown) => isAppError(error, 'QUERY_REJECTED'),
    ),
  );
  relay.cut();
  clock.now += 5000;
  await assert.rejects(ask(), isDown);
});
