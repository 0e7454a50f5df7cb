// What is answered after the data have changed: the plan runs again, and the agent writes no SQL.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { admin } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { TTL_MS, contextOf, documentOf, pipelineOf } from './pipelines.ts';

const SETUP = `
  create table t (i int);
  insert into t select generate_series(1, 10)`;
const LIMITS = { maxRows: 100, maxBytes: 50_000, format: 'table' } as const;
const QUESTION = { question: 'how many rows has t', limits: LIMITS };
const ALICE = contextOf('alice');

type Pipeline = Awaited<ReturnType<typeof pipelineOf>>['pipeline'];

async function ask(pipeline: Pipeline, maxAgeSeconds?: number) {
  const outcome = await pipeline.ask({ ...QUESTION, maxAgeSeconds }, ALICE);
  assert.ok(outcome.kind === 'answer');
  return await documentOf(outcome.answer);
}

const query = async (pipeline: Pipeline, sql = 'select count(*) from t') =>
  await documentOf(await pipeline.query({ ...QUESTION, sql, params: [] }, ALICE));

test('a question whose rows were written over runs its plan again', async (t) => {
  const { pipeline, url } = await pipelineOf(t, SETUP);
  await query(pipeline);
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  await admin(url, 'delete from t where i > 3');
  await eventually('it is seen', async () => (await ask(pipeline)).source === 'database');
  const again = await ask(pipeline);
  assert.deepEqual([again.rows, again.sql], [[[3]], 'select count(*) from t']);
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
});

test('rows that follow the day are served again, those that follow the moment are not', async (t) => {
  const { pipeline, cachePool } = await pipelineOf(t, SETUP);
  await query(pipeline, 'select count(*) from t where i < extract(day from current_date)');
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  await eventually('they are stored', async () => {
    const [row] = await cachePool.query<{ hours: number }>(
      `select extract(epoch from holds_until - now())::float8 / 3600 as hours
       from askonce.results where is_current`,
    );
    return row !== undefined && row.hours > 0 && row.hours <= 24;
  });
  await query(pipeline, 'select count(*) from t where now() is not null');
  for (let count = 0; count < 3; count += 1) {
    assert.equal((await ask(pipeline)).source, 'database');
  }
});

test('rows of yesterday are not served as those of today', async (t) => {
  const one = await pipelineOf(t, SETUP);
  const clock = { now: Date.now() };
  const other = await pipelineOf(t, SETUP, { beside: one, now: () => clock.now });
  const first = await query(one.pipeline, 'select count(*) from t where current_date is not null');
  await eventually('they are stored', async () => {
    const ended = await one.cachePool.query(
      "update askonce.results set holds_until = now() + interval '20 seconds' where is_current returning id",
    );
    return ended.length === 1;
  });
  const known = await ask(other.pipeline);
  assert.deepEqual([known.source, known.as_of], ['store', first.as_of]);
  assert.equal((await ask(other.pipeline)).source, 'memory');
  // Midnight, and far from the end of the TTL.
  clock.now += 21_000;
  const next = await ask(other.pipeline);
  assert.equal(next.source, 'database');
});

test('what others read of a view that is volatile is never served', async (t) => {
  const { pipeline } = await pipelineOf(
    t,
    `${SETUP}; create view dice as select i, random() as r from t`,
  );
  const first = await query(pipeline, 'select r from dice');
  const second = await ask(pipeline);
  assert.notDeepEqual(first.rows, second.rows);
  assert.equal(second.source, 'database');
});

test('stale rows are served at once where that is wanted, with their age, and read anew behind', async (t) => {
  const { pipeline, url } = await pipelineOf(t, SETUP, { staleMs: 30_000 });
  await query(pipeline);
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  await admin(url, 'delete from t where i > 4');
  let stale = await ask(pipeline);
  await eventually('they are stale', async () => {
    stale = await ask(pipeline);
    return /may have changed since/.test(stale.notice);
  });
  assert.deepEqual(stale.rows, [[10]]);
  assert.match(stale.notice, /These rows are \d+ seconds old/);
  await eventually('they were read anew', async () => {
    const { rows, notice } = await ask(pipeline);
    return JSON.stringify(rows) === '[[4]]' && !/may have changed/.test(notice);
  });
  await admin(url, 'delete from t where i > 2');
  const fresh = await ask(pipeline, 0);
  assert.deepEqual([fresh.rows, fresh.source], [[[2]], 'database']);
});

test('rows are kept as long as they may be served as stale ones', async (t) => {
  const clock = { now: Date.now() };
  const { pipeline } = await pipelineOf(t, SETUP, { staleMs: 3_600_000, now: () => clock.now });
  await query(pipeline);
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  clock.now += 50 * 60_000;
  const { notice, source } = await ask(pipeline);
  assert.notEqual(source, 'database');
  assert.match(notice, /These rows are 300\d seconds old/);
});

test('rows that a role may read no more are not served as stale ones', async (t) => {
  const { pipeline, url, readerUrl } = await pipelineOf(t, SETUP, { staleMs: 3_600_000 });
  await query(pipeline);
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  const reader = decodeURIComponent(new URL(readerUrl).username);
  await admin(url, `revoke select on t from ${reader}`);
  await eventually('it is seen', () =>
    ask(pipeline).then(
      () => false,
      (error: unknown) => isAppError(error, 'QUERY_REJECTED'),
    ),
  );
});

test('a write to one table hides no right to another that is gone', async (t) => {
  const { pipeline, url, readerUrl } = await pipelineOf(
    t,
    `${SETUP}; create table secrets as select 7 as s`,
    { staleMs: 3_600_000 },
  );
  await query(pipeline, 'select count(*), max(s) from t, secrets');
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  const reader = decodeURIComponent(new URL(readerUrl).username);
  await admin(url, `delete from t where i > 3; revoke select on secrets from ${reader}`);
  await eventually('it is refused', () =>
    ask(pipeline).then(
      () => false,
      (error: unknown) => isAppError(error, 'QUERY_REJECTED'),
    ),
  );
  for (let call = 0; call < 3; call += 1) {
    await admin(url, 'update t set i = i + 1');
    await assert.rejects(ask(pipeline), (error) => isAppError(error, 'QUERY_REJECTED'));
  }
});

test('rows past their time are stale ones only after a look at who may read them', async (t) => {
  const clock = { now: Date.now() };
  const { pipeline, url, readerUrl } = await pipelineOf(t, SETUP, {
    staleMs: 3_600_000,
    now: () => clock.now,
  });
  await query(pipeline);
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  const reader = decodeURIComponent(new URL(readerUrl).username);
  // Until nobody looks any more, and the last look is too old to tell.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await admin(url, `revoke select on t from ${reader}`);
  clock.now += TTL_MS + 5000;
  await assert.rejects(ask(pipeline), (error) => isAppError(error, 'QUERY_REJECTED'));
});

test('rows that the database has refused to one replica are served by no other that starts while it is away', async (t) => {
  const one = await pipelineOf(t, SETUP);
  await query(one.pipeline);
  await eventually('they are known', async () => (await ask(one.pipeline)).source === 'memory');
  const known = async (): Promise<unknown> => {
    const other = await pipelineOf(t, SETUP, { beside: one });
    other.relay.cut();
    return await query(other.pipeline).then(({ rows }) => rows, String);
  };
  await eventually('another one knows them', async () => Array.isArray(await known()));
  await admin(
    one.url,
    `revoke select on t from ${decodeURIComponent(new URL(one.readerUrl).username)}`,
  );
  await eventually('it is refused', () =>
    ask(one.pipeline).then(
      () => false,
      (error: unknown) => isAppError(error, 'QUERY_REJECTED'),
    ),
  );
  await eventually('no other knows them', async () =>
    /cannot be reached/.test(String(await known())),
  );
});

test('stale rows are not for a role that is let in no more', async (t) => {
  const { pipeline, url, readerUrl } = await pipelineOf(t, SETUP, { staleMs: 3_600_000 });
  await query(pipeline);
  await eventually('they are known', async () => (await ask(pipeline)).source === 'memory');
  const reader = decodeURIComponent(new URL(readerUrl).username);
  const [{ name }] = (await admin(url, 'select current_database() as name')) as [{ name: string }];
  await admin(url, `revoke connect on database ${name} from ${reader}`);
  await admin(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${reader}'`,
  );
  await eventually('it is locked out', () =>
    ask(pipeline).then(
      () => false,
      (error: unknown) => isAppError(error, 'DATABASE_UNAVAILABLE'),
    ),
  );
  for (let call = 0; call < 3; call += 1) {
    await assert.rejects(ask(pipeline), (error) => isAppError(error, 'DATABASE_UNAVAILABLE'));
  }
});

test('replicas see each other’s rows and neither serves those that were written over', async (t) => {
  const one = await pipelineOf(t, SETUP);
  const other = await pipelineOf(t, SETUP, { beside: one });
  await query(one.pipeline);
  await eventually('both know them', async () => (await query(other.pipeline)).source === 'memory');
  await admin(one.url, 'delete from t where i > 5');
  await eventually(
    'one has read them anew',
    async () => (await ask(one.pipeline)).rows[0]![0] === 5,
  );
  await eventually('the other finds those', async () => {
    const { rows, source } = await ask(other.pipeline);
    return rows[0]![0] === 5 && source !== 'database';
  });
});
