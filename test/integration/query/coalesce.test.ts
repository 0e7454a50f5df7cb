// One statement in flight for all who ask it at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import type { AnswerLimits } from '../../../src/query/answer.ts';
import { runningWith } from '../../support/backends.ts';
import { eventually } from '../../support/eventually.ts';
import { napView } from '../../support/naps.ts';
import { caller, documentOf, pipelineOf } from './pipelines.ts';

const SETUP = `
  create table t as select i, repeat('x', 1000) as text from generate_series(1, 4000) i;
  create function slowly(i int) returns text immutable language plpgsql as
    'begin perform pg_sleep(0.0002); return i; end';
  create view trickle as select i, text, slowly(i) as done from t;
  ${napView('nap', 0.5)}
  ${napView('sleep', 30)}`;
const LIMITS: AnswerLimits = { maxRows: 100, maxBytes: 50_000, format: 'table' };
const SLOW = 'select count(*) from t, nap';
const request = (sql = SLOW, question = 'how many rows has t') => ({
  question,
  sql,
  params: [],
  limits: LIMITS,
});

test('who asks the same at once shares one run and its moment', async (t) => {
  const { pipeline, coalesced } = await pipelineOf(t, SETUP);
  const calls = Array.from({ length: 20 }, () => pipeline.query(request(), caller().context));
  const documents = await Promise.all((await Promise.all(calls)).map(documentOf));
  assert.equal(coalesced.count, 19);
  assert.equal(new Set(documents.map((document) => document.as_of)).size, 1);
  for (const { rows, source } of documents)
    assert.deepEqual([rows, source], [[[4000]], 'database']);
  assert.equal(new Set(documents.map((document) => document.answer_id)).size, 20);
});

test('other questions of the same statement share it, other principals do not', async (t) => {
  const { pipeline, coalesced } = await pipelineOf(t, SETUP);
  await Promise.all([
    pipeline.query(request(SLOW, 'how many rows has t'), caller('alice').context),
    pipeline.query(request(SLOW, 'size of t'), caller('alice').context),
    pipeline.query(request(SLOW, 'size of t'), caller('bob').context),
  ]);
  assert.equal(coalesced.count, 1);
});

test('rows of this very moment, and rows that differ at every run, are not shared', async (t) => {
  const { pipeline, coalesced } = await pipelineOf(t, SETUP);
  const volatile = 'select random() from nap';
  await Promise.all([
    pipeline.query(request(), caller().context),
    pipeline.query({ ...request(), maxAgeSeconds: 0 }, caller().context),
    pipeline.query(request(volatile), caller().context),
  ]);
  await pipeline.query(request(volatile), caller().context);
  assert.equal(coalesced.count, 0);
});

test('whoever wants rows younger than the run in flight has his own', async (t) => {
  const { pipeline, coalesced } = await pipelineOf(t, SETUP);
  const first = pipeline.query(request(), caller().context);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const young = { ...request(), maxAgeSeconds: 0.1 };
  const second = await documentOf(await pipeline.query(young, caller().context));
  assert.ok(Date.parse(second.as_of) > Date.parse((await documentOf(await first)).as_of));
  assert.equal(coalesced.count, 0);
});

test('a large result is read by all while it is still made', async (t) => {
  const { pipeline, coalesced } = await pipelineOf(t, SETUP);
  const limits = { ...LIMITS, maxRows: 500, maxBytes: 100_000 };
  const large = { ...request('select i, text from t order by i'), limits };
  const calls = Array.from({ length: 5 }, () => pipeline.query(large, caller().context));
  const pages = await Promise.all((await Promise.all(calls)).map(documentOf));
  assert.equal(coalesced.count, 4);
  const first = JSON.stringify(pages[0]!.rows);
  for (const page of pages) assert.equal(JSON.stringify(page.rows), first);
  let page = pages[4]!;
  let seen = page.rows.length;
  while (page.next_cursor !== null) {
    page = await documentOf(await pipeline.fetchRows(page.next_cursor, caller().context));
    seen += page.rows.length;
  }
  assert.equal(seen, 4000);
});

test('what fails fails all alike', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const wrong = 'select 1 / (count(*) - 4000) from t, nap';
  const calls = [1, 2, 3, 4].map(() => pipeline.query(request(wrong), caller().context));
  const reasons = (await Promise.allSettled(calls)).map((outcome) => {
    assert.ok(outcome.status === 'rejected' && isAppError(outcome.reason, 'QUERY_INVALID'));
    return outcome.reason.message;
  });
  assert.equal(new Set(reasons).size, 1);
});

test('the statement goes on for those who stay, and is stopped when the last one leaves', async (t) => {
  const { pipeline, url, coalesced } = await pipelineOf(t, SETUP);
  const mark = 'last one leaves';
  const sql = `select count(*) as "${mark}" from t, sleep`;
  const callers = [caller(), caller(), caller()];
  const [first, ...others] = callers;
  const calls = [pipeline.query(request(sql), first!.context)];
  await eventually('it runs', async () => (await runningWith(url, mark)) === 1);
  calls.push(...others.map(({ context }) => pipeline.query(request(sql), context)));
  const outcomes = Promise.allSettled(calls);
  await eventually('the others wait', () => coalesced.count === 2);
  callers[1]!.leave();
  callers[0]!.leave();
  await assert.rejects(calls[1]!, (error) => isAppError(error, 'QUERY_CANCELLED'));
  assert.equal(await runningWith(url, mark), 1);
  callers[2]!.leave();
  await eventually('it is stopped', async () => (await runningWith(url, mark)) === 0);
  await outcomes;
});

test('those who wait get the rows though the one who asked first is gone', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const [first, second] = [caller(), caller()];
  const gone = pipeline.query(request(), first.context);
  gone.catch(() => undefined);
  const stays = pipeline.query(request(), second.context);
  first.leave();
  assert.deepEqual((await documentOf(await stays)).rows, [[4000]]);
});

test('a large result is kept to its end though the one who asked first is gone', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const [first, second] = [caller(), caller()];
  const sql = 'select i, text from t order by i';
  const gone = pipeline.query(request(sql), first.context);
  gone.catch(() => undefined);
  const stays = pipeline.query(request(sql), second.context);
  await gone.then(first.leave, first.leave);
  let page = await documentOf(await stays);
  let seen = page.rows.length;
  while (page.next_cursor !== null) {
    page = await documentOf(await pipeline.fetchRows(page.next_cursor, caller().context));
    seen += page.rows.length;
  }
  assert.equal(seen, 4000);
});

test('who asks while the rest of an answer is still read shares its run and its moment', async (t) => {
  const { pipeline, coalesced } = await pipelineOf(t, SETUP);
  const first = caller();
  const trickle = request('select i, text, done from trickle');
  const page = await documentOf(await pipeline.query(trickle, first.context));
  assert.equal(page.truncated, true);
  first.leave();
  for (let count = 1; count <= 2; count += 1) {
    const { context, leave } = caller();
    const later = await documentOf(await pipeline.query(trickle, context));
    assert.deepEqual([later.as_of, later.rows], [page.as_of, page.rows]);
    // On a busy machine the run is too old to be joined at once: then it is waited for by its lease as well.
    assert.ok(coalesced.count >= count);
    leave();
  }
});

test('a result longer than what is kept of it is served as far as it is', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP, { spoolMaxBytes: 1_000_000 });
  const long = request('select i, text from t order by i');
  const page = await documentOf(await pipeline.query(long, caller().context));
  let again = page;
  await eventually('its rows are served from the store', async () => {
    again = await documentOf(await pipeline.query(long, caller().context));
    return again.source === 'store';
  });
  assert.deepEqual([again.as_of, again.rows], [page.as_of, page.rows]);
  assert.ok(again.truncated && again.next_cursor !== null);
  const all = { ...long, limits: { ...LIMITS, maxRows: 4000, maxBytes: 6_000_000 } };
  const whole = await documentOf(await pipeline.query(all, caller().context));
  assert.deepEqual([whole.source, whole.row_count, whole.truncated], ['database', 4000, false]);
});

test('a long result whose first row no page can hold is run again where a page needs more of it', async (t) => {
  const wide = `create table wide as
    select i, case i when 1 then repeat('w', 800000) else 'small' end as w from generate_series(1, 30000) i`;
  const { pipeline } = await pipelineOf(t, wide, { spoolMaxBytes: 1_000_000 });
  const few = { ...LIMITS, maxRows: 3 };
  const ask = async (limits: AnswerLimits) => {
    const asked = { ...request('select i, w from wide order by i'), limits };
    return await documentOf(await pipeline.query(asked, caller().context));
  };
  assert.equal((await ask(few)).rows.length, 3);
  await eventually('its rows are stored', async () => (await ask(few)).source === 'store');
  const page = await ask({ ...LIMITS, maxRows: 20_000, maxBytes: 150_000 });
  assert.equal(page.source, 'database');
  assert.ok(page.rows.length > 1000 && page.next_cursor !== null);
});

test('a question whose rows are under way for another caller waits for them, in its very words', async (t) => {
  const { pipeline, coalesced } = await pipelineOf(t, SETUP);
  const { question } = request();
  const run = pipeline.query(request(), caller().context);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const asked = await pipeline.ask({ question, limits: LIMITS }, caller().context);
  assert.ok(asked.kind === 'answer');
  assert.deepEqual((await documentOf(asked.answer)).rows, [[4000]]);
  assert.equal(coalesced.count, 1);
  await run;
});

test('whoever waits for a statement that turns out wrong is asked for one of its own', async (t) => {
  const { pipeline } = await pipelineOf(t, SETUP);
  const wrong = request('select 1 / (count(*) - 4000) from t, nap');
  const run = pipeline.query(wrong, caller().context);
  run.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { question } = wrong;
  const asked = await pipeline.ask({ question, limits: LIMITS }, caller().context);
  assert.ok(asked.kind === 'document');
  assert.equal(asked.document.status, 'needs_sql');
  await assert.rejects(run, (error) => isAppError(error, 'QUERY_INVALID'));
});

test('large results wait for one another, small ones for none of them', async (t) => {
  const { pipeline, large } = await pipelineOf(t, SETUP);
  const limits = { ...LIMITS, maxRows: 100_000 };
  const sqlOf = (number: number): string => `select i, text, ${number} from t, nap`;
  const calls = [1, 2, 3].map((number) =>
    pipeline.query({ ...request(sqlOf(number)), limits }, caller().context),
  );
  await eventually('two wait', () => large.stats().waiting === 2);
  await assert.rejects(
    pipeline.query({ ...request(sqlOf(4)), limits }, caller().context),
    (error) => isAppError(error, 'OVERLOADED'),
  );
  const small = await pipeline.query(request('select 1 as small'), caller().context);
  assert.deepEqual((await documentOf(small)).rows, [[1]]);
  assert.equal(large.stats().inside, 1);
  for (const call of calls) await documentOf(await call);
  await eventually('all have left', () => large.stats().inside === 0);
});
