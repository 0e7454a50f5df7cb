// One statement in flight for all replicas that share a cache: by a lease, which nobody can hold for ever.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import type { AnswerLimits } from '../../../src/query/answer.ts';
import { runningWith } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import { napView } from '../../support/naps.ts';
import { caller, documentOf, pipelineOf } from './pipelines.ts';

const SETUP = `
  create table t as select i, repeat('x', 1000) as text from generate_series(1, 4000) i;
  ${napView('nap', 1)}
  ${napView('sleep', 20)}`;
const LIMITS: AnswerLimits = { maxRows: 100, maxBytes: 50_000, format: 'table' };
const requestOf = (sql: string, limits = LIMITS) => ({
  question: 'how many rows has t',
  sql,
  params: [],
  limits,
});

async function replicasOf(t: TestContext, given: { spoolMaxBytes?: number } = {}) {
  const one = await pipelineOf(t, SETUP, given);
  const other = await pipelineOf(t, SETUP, { ...given, beside: one });
  const leases = (): Promise<{ holder: string }[]> =>
    one.cachePool.query('SELECT holder FROM askonce.leases WHERE expires_at > now()');
  const isHeld = (): Promise<void> => eventually('held', async () => (await leases()).length === 1);
  return { one, other, leases, isHeld };
}

test('replicas that are asked the same at once run it once, and both know the rows', async (t) => {
  const { one, other, leases } = await replicasOf(t);
  const request = requestOf('select count(*) from t, nap');
  const calls = [one, other, one, other].map(({ pipeline }) =>
    pipeline.query(request, caller().context),
  );
  const documents = await Promise.all((await Promise.all(calls)).map(documentOf));
  assert.equal(new Set(documents.map((document) => document.as_of)).size, 1);
  for (const { rows, source } of documents)
    assert.deepEqual([rows, source], [[[4000]], 'database']);
  assert.equal(one.coalesced.count + other.coalesced.count, 3);
  for (const { pipeline } of [one, other]) {
    const again = await documentOf(await pipeline.query(request, caller().context));
    assert.equal(again.source, 'memory');
  }
  await eventually('nothing is held', async () => (await leases()).length === 0);
});

test('a statement that fails on one replica fails alike on the one that waited', async (t) => {
  const { one, other, isHeld } = await replicasOf(t);
  const request = requestOf('select 1 / (count(*) - 4000) from t, nap');
  const first = one.pipeline.query(request, caller().context);
  first.catch(() => undefined);
  await isHeld();
  const second = other.pipeline.query(request, caller().context);
  const [told, toldToo] = (await Promise.allSettled([first, second])).map((outcome) => {
    assert.ok(outcome.status === 'rejected' && isAppError(outcome.reason, 'QUERY_INVALID'));
    return outcome.reason;
  });
  assert.equal(toldToo!.message, told!.message);
  assert.equal(toldToo!.hint, told!.hint);
  assert.equal(other.coalesced.count, 1);
});

test('when all have left the replica that runs it, one that waits runs it anew', async (t) => {
  const { one, other, isHeld } = await replicasOf(t);
  const { context, leave } = caller();
  const request = requestOf('select count(*) from t, nap');
  const first = one.pipeline.query(request, context);
  first.catch(() => undefined);
  await isHeld();
  const second = other.pipeline.query(request, caller().context);
  await eventually('it waits', async () => other.coalesced.count === 1);
  leave();
  await assert.rejects(first, (error) => isAppError(error, 'QUERY_CANCELLED'));
  assert.deepEqual((await documentOf(await second)).rows, [[4000]]);
});

test('who waits for another replica may leave, and its run goes on', async (t) => {
  const { one, other, isHeld } = await replicasOf(t);
  const mark = 'its run goes on';
  const request = requestOf(`select count(*) as "${mark}" from t, sleep`);
  const [stays, goes] = [caller(), caller()];
  const first = one.pipeline.query(request, stays.context);
  first.catch(() => undefined);
  await isHeld();
  const second = other.pipeline.query(request, goes.context);
  await eventually('it waits', async () => other.coalesced.count === 1);
  await eventually('it runs', async () => (await runningWith(one.url, mark)) === 1);
  goes.leave();
  await assert.rejects(second, (error) => isAppError(error, 'QUERY_CANCELLED'));
  assert.equal(await runningWith(one.url, mark), 1);
  stays.leave();
  await eventually('it is stopped', async () => (await runningWith(one.url, mark)) === 0);
});

test('a replica that was killed while it ran a statement holds up nobody for long', async (t) => {
  const { one, other } = await replicasOf(t);
  const request = requestOf('select count(*) from t');
  const { statementKey } = await keyOf(one, request);
  await one.cachePool.query(
    `INSERT INTO askonce.leases SELECT result_scope, statement_key, $1, now(), now() + interval '1 second'
     FROM askonce.results WHERE statement_key = $2`,
    [randomUUID(), statementKey],
  );
  await one.cachePool.query('DELETE FROM askonce.results');
  const answer = await other.pipeline.query(request, caller().context);
  assert.deepEqual((await documentOf(answer)).rows, [[4000]]);
  assert.equal(other.coalesced.count, 1);
});

test('a fault that no replica has written fails nobody', async (t) => {
  const { one, other } = await replicasOf(t);
  for (const [number, fault] of ['{}', '5', '{"code":"NOPE","message":"no"}'].entries()) {
    const request = requestOf(`select count(*) + ${number} from t`);
    await other.cache.drain();
    await one.cachePool.query('DELETE FROM askonce.results');
    const { statementKey } = await keyOf(one, request);
    await one.cachePool.query(
      `INSERT INTO askonce.leases SELECT result_scope, statement_key, $1, now(), now() + interval '0.5 s', $3
       FROM askonce.results WHERE statement_key = $2`,
      [randomUUID(), statementKey, fault],
    );
    await one.cachePool.query('DELETE FROM askonce.results');
    const answer = await other.pipeline.query(request, caller().context);
    assert.deepEqual((await documentOf(answer)).rows, [[4000 + number]]);
  }
});

/** Runs it once, so that its key stands in the store. */
async function keyOf(
  { pipeline, cache, cachePool }: Awaited<ReturnType<typeof pipelineOf>>,
  request: ReturnType<typeof requestOf>,
): Promise<{ statementKey: Buffer }> {
  await documentOf(await pipeline.query(request, caller().context));
  await cache.drain();
  await eventually('its lease has ended', async () => {
    const held = await cachePool.query('SELECT FROM askonce.leases');
    return held.length === 0;
  });
  const [row] = await cachePool.query<{ statement_key: Buffer }>(
    'SELECT statement_key FROM askonce.results',
  );
  return { statementKey: row!.statement_key };
}

test('a result too large to be kept is run again by who needs more of it, after one wait', async (t) => {
  const { one, other, isHeld } = await replicasOf(t, { spoolMaxBytes: 100_000 });
  const request = requestOf('select i, text from t, nap order by i');
  const first = one.pipeline.query(request, caller().context);
  await isHeld();
  const limits = { ...request.limits, maxRows: 4000, maxBytes: 200_000 };
  const large = other.pipeline.query({ ...request, limits }, caller().context);
  const few = other.pipeline.query(
    { ...request, limits: { ...limits, maxRows: 3 } },
    caller('bob').context,
  );
  const [page, more] = [await documentOf(await first), await documentOf(await large)];
  assert.deepEqual([page.rows[0]![0], more.rows[0]![0]], [1, 1]);
  // Of rows of 1,000 bytes no more than this could be kept by the first.
  assert.ok(more.rows.length > 100, String(more.rows.length));
  assert.ok(more.rows.length > page.rows.length);
  assert.equal((await documentOf(await few)).rows.length, 3);
});

test('rows of this very moment wait for no other replica', async (t) => {
  const { one, other, isHeld } = await replicasOf(t);
  const request = requestOf('select count(*) from t, nap');
  const first = one.pipeline.query(request, caller().context);
  await isHeld();
  const fresh = await other.pipeline.query({ ...request, maxAgeSeconds: 0 }, caller().context);
  assert.equal((await documentOf(fresh)).source, 'database');
  assert.equal(other.coalesced.count, 0);
  await documentOf(await first);
});
