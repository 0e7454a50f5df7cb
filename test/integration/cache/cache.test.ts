import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { AnswerRecord } from '../../../src/cache/answer-log.ts';
import type { Cache } from '../../../src/cache/cache.ts';
import { isAppError } from '../../../src/errors.ts';
import { createNotices } from '../../../src/cache/notices.ts';
import { STATEMENT_KEY, headerOf, numbersIn, since } from '../../support/cache-samples.ts';
import { eventually } from '../../support/eventually.ts';
import { poolOf } from '../db/pools.ts';
import {
  LARGE,
  SCOPE,
  cacheDatabase,
  cacheOver,
  phrasingOf,
  range,
  rejectionOf,
  write,
} from './stores.ts';

function answerOf(given: Partial<AnswerRecord> = {}): AnswerRecord {
  return {
    id: `a_${randomUUID()}`,
    resultScope: 'alice',
    planScope: 'scope',
    question: 'how many',
    questionKey: 'ab'.repeat(32),
    source: 'database',
    planId: randomUUID(),
    phrasingId: randomUUID(),
    resultId: randomUUID(),
    similarity: 0.5,
    confidence: null,
    ...given,
  };
}

test('what is rejected on one replica is forgotten by the others within seconds', async (t) => {
  const { pool } = await cacheDatabase(t);
  const clock = { now: Date.now() };
  const [one, other] = [1, 2].map(() => cacheOver(t, pool, { now: () => clock.now }));
  const phrasing = phrasingOf('how many');
  one!.remember(SCOPE, { ...phrasing, embed: async () => null });
  await one!.drain();
  assert.equal((await other!.findQuestion(SCOPE.planScope, phrasing.questionKey))?.tier, 'store');
  assert.equal(
    (await other!.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'))?.tier,
    'memory',
  );
  await one!.reject(rejectionOf(phrasing));
  // Whoever asks soon is answered, and has it looked up again for those who come later.
  clock.now += 8000;
  const held = (): Promise<unknown> =>
    other!.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice');
  assert.ok(await held());
  await eventually('it is forgotten', async () => (await held()) === null);
  assert.equal(await other!.findQuestion(SCOPE.planScope, phrasing.questionKey), null);
});

test('what is rejected on one replica is forgotten by those that hear of it, at once', async (t) => {
  const { pool } = await cacheDatabase(t);
  const told: string[] = [];
  const notices = createNotices({
    ...pool,
    query: async (_sql, values) => (told.push(String(values?.[1])), []),
  });
  const one = cacheOver(t, pool, { notices });
  const heard = createNotices(pool);
  const other = cacheOver(t, pool, { notices: heard });
  const phrasing = phrasingOf('how many');
  one.remember(SCOPE, { ...phrasing, embed: async () => null });
  await one.drain();
  for (const { questionKey } of [phrasing]) {
    assert.ok(await other.findQuestion(SCOPE.planScope, questionKey));
    await one.reject(rejectionOf(phrasing));
    assert.equal(told.length, 1);
    assert.ok(
      await other.heldQuestion(SCOPE.planScope, questionKey, 'alice'),
      'it has not heard yet',
    );
    heard.heard(told[0]!);
    assert.equal(await other.heldQuestion(SCOPE.planScope, questionKey, 'alice'), null);
  }
});

test('what may have been told while nobody listened is looked up before it is answered', async (t) => {
  const { pool } = await cacheDatabase(t);
  const notices = createNotices(pool);
  const clock = { now: Date.now() };
  const cache = cacheOver(t, pool, { notices, now: () => clock.now });
  const phrasing = phrasingOf('how many');
  cache.remember(SCOPE, { ...phrasing, embed: async () => null });
  await cache.drain();
  await cacheOver(t, pool).reject(rejectionOf(phrasing));
  clock.now += 100;
  await sleep(5);
  assert.ok(await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'));
  clock.now += 100;
  await sleep(5);
  notices.missed();
  assert.equal(await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'), null);
});

test('a question that nobody has asked for a while is looked up before it is answered', async (t) => {
  const { pool } = await cacheDatabase(t);
  const clock = { now: Date.now() };
  const cache = cacheOver(t, pool, { now: () => clock.now });
  const phrasing = phrasingOf('how many');
  cache.remember(SCOPE, { ...phrasing, embed: async () => null });
  await cache.drain();
  clock.now += 11_000;
  assert.ok(await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'));
  await cacheOver(t, pool).reject(rejectionOf(phrasing));
  assert.ok(await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'));
  clock.now += 11_000;
  // The tier reads its clock once in a millisecond.
  await sleep(5);
  assert.equal(await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'), null);
});

test('a process that has just started holds what was used last, questions and rows', async (t) => {
  const { pool } = await cacheDatabase(t);
  const earlier = cacheOver(t, pool);
  const phrasing = phrasingOf('how many');
  earlier.remember(SCOPE, { ...phrasing, embed: async () => null });
  await write(earlier, headerOf());
  await earlier.drain();
  const cache = cacheOver(t, pool);
  assert.equal(await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'), null);
  await cache.warm(SCOPE);
  assert.equal(
    (await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'))?.phrasing.question,
    'how many',
  );
  const found = await cache.results.find('alice', STATEMENT_KEY, since(0));
  assert.equal(found?.tier, 'memory');
  assert.equal((await numbersIn(found.source)).length, 300);
});

test('a question is known at once here, and to a replica once it is written', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const phrasing = phrasingOf('how many');
  cache.remember(SCOPE, { ...phrasing, embed: async () => phrasing.embedding });
  assert.equal(
    (await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'))?.tier,
    'memory',
  );
  await cache.drain();
  const replica = cacheOver(t, poolOf(t, url));
  assert.equal((await replica.findQuestion(SCOPE.planScope, phrasing.questionKey))?.tier, 'store');
  assert.equal(
    (await replica.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'))?.tier,
    'memory',
  );
  const search = { questionKey: 'ff'.repeat(32), embedding: phrasing.embedding!, limit: 5 };
  assert.equal((await replica.nearest(SCOPE, search))?.[0]?.id, phrasing.id);
});

test('a rejected question is unknown at once, even while its plan still waits to be written', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const phrasing = phrasingOf('how many');
  cache.remember(SCOPE, { ...phrasing, embed: async () => phrasing.embedding });
  await cache.reject(rejectionOf(phrasing));
  assert.equal(await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'), null);
  assert.equal(await cache.findQuestion(SCOPE.planScope, phrasing.questionKey), null);
  const search = { embedding: phrasing.embedding!, limit: 5 };
  const { questionKey } = phrasing;
  assert.deepEqual(await cache.nearest(SCOPE, { ...search, questionKey }), []);
});

test('an answer is found by its scope alone: here at once, everywhere once it is written', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const replica = cacheOver(t, poolOf(t, url));
  const answers = Array.from({ length: 50 }, () => answerOf());
  const findAll = async (each: Cache): Promise<void> => {
    for (const answer of answers) {
      assert.deepEqual(await each.findAnswer('alice', answer.id), answer);
      assert.equal(await each.findAnswer('bob', answer.id), null);
    }
  };
  for (const answer of answers) cache.recordAnswer(answer);
  await findAll(cache);
  await cache.drain();
  await findAll(cache);
  await findAll(replica);
});

test('answers are written by themselves, many in one statement', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  for (let index = 0; index < 50; index += 1) cache.recordAnswer(answerOf());
  const written = async (): Promise<unknown> =>
    (
      await pool.query(
        'select count(*)::int as n, count(distinct xmin::text)::int as statements from askonce.answers',
      )
    )[0];
  while (((await written()) as { n: number }).n === 0) await sleep(5);
  assert.deepEqual(await written(), { n: 50, statements: 1 });
});

test('a report waits for no write but those that could undo it', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  await pool.query(
    "insert into askonce.plans select $1, $2, '', '', '', '[]', '{}', '{}', 'stable'",
    [phrasingOf('known').plan.id, SCOPE.planScope],
  );
  await poolOf(t, url).withClient(async (other) => {
    await other.query('begin; lock table askonce.results');
    await write(cache, headerOf());
    cache.remember(SCOPE, { ...phrasingOf('waits'), embed: async () => null });
    const answer = answerOf();
    cache.recordAnswer(answer);
    assert.deepEqual(await cache.findAnswer('alice', answer.id), answer);
    const verdict = { principal: 'alice', verdict: 'wrong', note: null } as const;
    await cache.report({ resultScope: 'alice', ...verdict, answerId: answer.id });
    await cache.reject(rejectionOf(phrasingOf('known')));
    const undone = cache.reject(rejectionOf(phrasingOf('waits'))).then(() => 'rejected');
    assert.equal(await Promise.race([undone, sleep(50, 'waiting')]), 'waiting');
    await other.query('rollback');
    await undone;
  });
  const rows = await pool.query('select count(*)::int as n from askonce.rejections');
  assert.deepEqual(rows, [{ n: 2 }]);
});

test('a report is one for each principal, the last word counts', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const report = { answerId: 'a_1', principal: 'alice', note: null } as const;
  await cache.report({ resultScope: 'alice', ...report, verdict: 'right' });
  await cache.report({ resultScope: 'alice', ...report, verdict: 'wrong', note: `it's "off"` });
  await cache.report({ resultScope: 'alice', ...report, principal: 'bob', verdict: 'right' });
  const rows = await pool.query('select principal, verdict from askonce.reports order by 1');
  assert.deepEqual(rows, [
    { principal: 'alice', verdict: 'wrong' },
    { principal: 'bob', verdict: 'right' },
  ]);
});

test('a sweep removes all that has expired, however much it is', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  await pool.query(
    `insert into askonce.results (id, result_scope, statement_key, status, columns, as_of, expires_at)
     select gen_random_uuid(), 'alice', '\\x00', 'complete', '[]', now(), now() - interval '1 second'
     from generate_series(1, 950)`,
  );
  assert.equal(await cache.sweep(), 950);
  assert.equal(await cache.sweep(), 0);
});

async function useAll(cache: Cache) {
  const phrasing = phrasingOf('how many');
  const search = { questionKey: phrasing.questionKey, embedding: phrasing.embedding!, limit: 5 };
  assert.equal(await cache.findQuestion(SCOPE.planScope, phrasing.questionKey), null);
  assert.equal(await cache.findPhrasing(SCOPE, phrasing.id), null);
  assert.equal(await cache.nearest(SCOPE, search), null);
  assert.equal(await cache.results.find('alice', STATEMENT_KEY, since(0)), null);
  assert.equal(await cache.results.byId('alice', randomUUID()), null);
  await cache.reject(rejectionOf(phrasing));
  cache.remember(SCOPE, { ...phrasing, embed: async () => phrasing.embedding });
  cache.recordAnswer(answerOf());
  assert.equal(await cache.sweep(), 0);
  await cache.drain();
  assert.ok(
    await cache.heldQuestion(SCOPE.planScope, phrasing.questionKey, 'alice'),
    'this process still knows it',
  );
}

test('a store that is down costs nothing but its memory', async (t) => {
  const pool = poolOf(t, 'postgres://a:b@127.0.0.1:1/c', { acquireTimeoutMs: 1500 });
  const cache = cacheOver(t, pool);
  await useAll(cache);
  assert.equal(cache.available, false);
  const small = headerOf();
  await write(cache, small);
  const found = await cache.results.find('alice', STATEMENT_KEY, since(0));
  assert.deepEqual(await numbersIn(found!.source), range(0, 300));
  assert.ok(await cache.results.byId('alice', small.id));
  const large = headerOf({ statementKey: 'cd'.repeat(32) });
  const writer = await write(cache, large, LARGE);
  assert.equal(writer.kept, false);
  assert.equal(await cache.results.byId('alice', large.id), null);
  for (const call of [
    () => cache.findAnswer('alice', 'a_1'),
    () =>
      cache.report({
        resultScope: 'alice',
        answerId: 'a',
        principal: 'p',
        verdict: 'right',
        note: null,
      }),
  ]) {
    await assert.rejects(call(), (error) => isAppError(error, 'OVERLOADED'));
  }
});

test('text that no UUID can be is unknown and does the cache no harm', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  for (const id of ['', 'x', `'; drop table askonce.plans; --`, '\u0000', 'a'.repeat(10_000)]) {
    assert.equal(await cache.findPhrasing(SCOPE, id), null);
    assert.equal(await cache.results.byId('alice', id), null);
    assert.equal(await cache.findAnswer('alice', id), null);
  }
  assert.equal(cache.available, true);
});
