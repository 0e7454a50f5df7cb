// Whose plans are believed: those that a server of ours has sealed, for a question the one that came first; and how
// much of the store one principal may fill.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { createPlanStore } from '../../../src/cache/plan-store.ts';
import { createSeal } from '../../../src/cache/seal.ts';
import { headerOf } from '../../support/cache-samples.ts';
import { SCOPE, SEAL, cacheDatabase, cacheOver, phrasingOf, rejectionOf, write } from './stores.ts';

const NEAR = { questionKey: 'ff'.repeat(32), embedding: Float32Array.of(1, 0, 0), limit: 10 };
const key = (at: number): string => at.toString(16).padStart(64, '0');

async function storeOf(t: TestContext) {
  const { pool } = await cacheDatabase(t);
  let forged = 0;
  const onForged = (rows: number): void => void (forged += rows);
  return { pool, store: createPlanStore(pool, { seal: SEAL, onForged }), forged: () => forged };
}

const FORGERIES = {
  'another statement': `UPDATE askonce.plans SET sql = 'select secret from salaries'`,
  'another parameter': `UPDATE askonce.plans SET params = '["x"]'`,
  'other tables': `UPDATE askonce.plans SET tables = '{}'`,
  'other facts': `UPDATE askonce.plans SET facts = '{}'`,
  'another volatility': `UPDATE askonce.plans SET volatility = 'volatile'`,
  'another question': `UPDATE askonce.phrasings SET question = 'what did we earn?'`,
  'another maker': `UPDATE askonce.phrasings SET made_by = 'root'`,
  'a NULL for a table': `UPDATE askonce.plans SET tables = ARRAY[NULL]`,
  'lists for tables': `UPDATE askonce.plans SET tables = ARRAY[ARRAY['a'], ARRAY['b']]`,
  'no seal': `UPDATE askonce.plans SET seal = NULL`,
  'the seal of another thing': `UPDATE askonce.phrasings ph SET seal = pl.seal FROM askonce.plans pl`,
} as const;

for (const [what, sql] of Object.entries(FORGERIES)) {
  test(`what somebody else has written into the store is not used: ${what}`, async (t) => {
    const { pool, store, forged } = await storeOf(t);
    const phrasing = phrasingOf('how many');
    await store.save(SCOPE, phrasing);
    assert.ok(await store.find(SCOPE.planScope, phrasing.questionKey));
    await pool.query(sql);
    assert.equal(await store.find(SCOPE.planScope, phrasing.questionKey), null);
    assert.equal(forged(), 1);
    // It is gone, and stands in nobody's way.
    assert.equal((await pool.query('SELECT FROM askonce.phrasings')).length, 0);
    await store.save(SCOPE, phrasing);
    const found = await store.nearest(SCOPE, NEAR);
    assert.deepEqual(
      found.map(({ plan }) => plan.sql),
      [phrasing.plan.sql],
    );
  });
}

test('words whose vector is that of other words are not near to anything', async (t) => {
  const { pool, store, forged } = await storeOf(t);
  await store.save(SCOPE, phrasingOf('how many customers', { embedding: [0.6, 0.8, 0.1] }));
  await store.save(SCOPE, phrasingOf('how many orders', { embedding: [-0.3, 0.123456789, -1e-9] }));
  assert.equal((await store.nearest(SCOPE, NEAR)).length, 2);
  await pool.query(
    `UPDATE askonce.phrasings ph SET embedding = other.embedding, vector_seal = other.vector_seal
     FROM askonce.phrasings other WHERE ph.question = 'how many orders' AND other.question = 'how many customers'`,
  );
  const found = await store.nearest(SCOPE, NEAR);
  assert.deepEqual(
    found.map(({ question }) => question),
    ['how many customers'],
  );
  assert.equal(forged(), 1);
});

test('a question that is bound to the plan of another one is not used', async (t) => {
  const { pool, store } = await storeOf(t);
  const [harmless, wanted] = [phrasingOf('harmless'), phrasingOf('wanted')];
  await store.save(SCOPE, harmless);
  await store.save(SCOPE, wanted);
  await pool.query('UPDATE askonce.phrasings SET plan_id = $1 WHERE id = $2', [
    harmless.plan.id,
    wanted.id,
  ]);
  assert.equal(await store.findById(SCOPE, wanted.id), null);
  assert.ok(await store.findById(SCOPE, harmless.id), 'its neighbour is as it was');
});

test('a server with another secret believes nothing, and its own is believed by nobody else', async (t) => {
  const { pool, store } = await storeOf(t);
  const other = createPlanStore(pool, { seal: createSeal(Buffer.alloc(32, 7)) });
  await other.save(SCOPE, phrasingOf('of the other'));
  assert.deepEqual(await store.nearest(SCOPE, NEAR), []);
  await store.save(SCOPE, phrasingOf('of this one'));
  assert.deepEqual(await other.nearest(SCOPE, NEAR), []);
});

test('a question keeps the plan of who came first, until that one, an admin or a report moves it', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const bound = async (): Promise<string | undefined> => {
    await cache.drain();
    const stored = await cache.findQuestion(SCOPE.planScope, phrasingOf('revenue').questionKey);
    const held = await cache.peekQuestion(
      SCOPE.planScope,
      phrasingOf('revenue').questionKey,
      'alice',
    );
    assert.equal(held?.phrasing.plan.sql, stored?.phrasing.plan.sql);
    return stored?.phrasing.plan.sql;
  };
  const bring = (madeBy: string, sql: string, isByAdmin = false): void =>
    cache.remember(SCOPE, {
      ...phrasingOf('revenue', { madeBy, sql }),
      isByAdmin,
      embed: async () => Float32Array.of(1, 0, 0),
    });
  bring('alice', 'select 1');
  assert.equal(await bound(), 'select 1');
  bring('mallory', 'select 666');
  assert.equal(await bound(), 'select 1');
  bring('alice', 'select 2');
  assert.equal(await bound(), 'select 2');
  bring('root', 'select 3', true);
  assert.equal(await bound(), 'select 3');
  bring('alice', 'select 4');
  assert.equal(await bound(), 'select 3');
  await cache.reject(rejectionOf(phrasingOf('revenue', { sql: 'select 3' })));
  bring('alice', 'select 4');
  assert.equal(await bound(), 'select 4');
});

test('what one has reported wrong comes back by that one or an admin, and by nobody else', async (t) => {
  const { store } = await storeOf(t);
  const evil = (madeBy: string) => phrasingOf('revenue', { madeBy, sql: 'select 666' });
  const { questionKey, plan } = evil('mallory');
  const rejection = { planScope: SCOPE.planScope, questionKey, planId: plan.id };
  await store.save(SCOPE, evil('mallory'));
  await store.reject({ ...rejection, by: 'alice' });
  assert.equal(await store.save(SCOPE, evil('mallory')), false);
  assert.equal(await store.find(SCOPE.planScope, questionKey), null);
  assert.deepEqual([...(await store.rejected(SCOPE.planScope, questionKey))], [plan.id]);
  assert.equal(await store.save(SCOPE, { ...evil('root'), isByAdmin: true }), true);
  await store.reject({ ...rejection, by: 'alice' });
  await store.reject({ ...rejection, by: 'bob' });
  assert.equal(await store.save(SCOPE, evil('alice')), false, 'two have said so');
  assert.equal(await store.save(SCOPE, { ...evil('root'), isByAdmin: true }), true);
  assert.equal((await store.rejected(SCOPE.planScope, questionKey)).size, 0);
});

test('what is found by its likeness takes the place of nothing that somebody has bound', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool);
  const bound = phrasingOf('revenue', { sql: 'select 1' });
  const match = { id: 'x', question: 'income', similarity: 1, confidence: 1 };
  const guess = phrasingOf('income', { sql: 'select 2' });
  cache.note(SCOPE.planScope, bound.questionKey, { phrasing: guess, match });
  cache.remember(SCOPE, { ...bound, embed: async () => null });
  cache.note(SCOPE.planScope, bound.questionKey, { phrasing: guess, match });
  const held = await cache.peekQuestion(SCOPE.planScope, bound.questionKey, 'alice');
  assert.equal(held?.phrasing.plan.sql, 'select 1');
});

test('a process that does not know who came first learns it from the store', async (t) => {
  const { pool } = await cacheDatabase(t);
  const [first, second] = [cacheOver(t, pool), cacheOver(t, pool)];
  const embed = async () => null;
  const { questionKey } = phrasingOf('revenue');
  first.remember(SCOPE, { ...phrasingOf('revenue', { madeBy: 'alice', sql: 'select 1' }), embed });
  await first.drain();
  second.remember(SCOPE, { ...phrasingOf('revenue', { madeBy: 'eve', sql: 'select 2' }), embed });
  await second.drain();
  assert.equal(await second.peekQuestion(SCOPE.planScope, questionKey, 'alice'), null);
  const found = await second.findQuestion(SCOPE.planScope, questionKey);
  assert.deepEqual([found?.phrasing.plan.sql, found?.phrasing.madeBy], ['select 1', 'alice']);
});

test('who fills the store with questions makes room at its own cost', async (t) => {
  const { pool } = await cacheDatabase(t);
  const limits = { maxResultBytes: 1e9, maxPlans: 100, shareOfOne: 0.2 };
  const cache = cacheOver(t, pool, { limits });
  const learn = (madeBy: string, count: number): void => {
    for (let at = 0; at < count; at += 1) {
      const phrasing = phrasingOf(`${madeBy} asks ${at}`, { madeBy });
      cache.remember(SCOPE, { ...phrasing, embed: async () => null });
    }
  };
  learn('alice', 15);
  learn('mallory', 200);
  await cache.drain();
  await pool.query(
    `update askonce.plans set last_used_at = now() - interval '1 hour';
     update askonce.phrasings set created_at = now() - interval '1 hour'`,
  );
  await cache.sweep();
  const left = await pool.query(
    'select made_by, count(*)::int as n from askonce.phrasings group by 1 order by 1',
  );
  assert.deepEqual(left, [
    { made_by: 'alice', n: 15 },
    { made_by: 'mallory', n: 18 },
  ]);
  assert.equal((await pool.query('select from askonce.plans')).length, 33, 'with their plans');
});

test('who fills the store with rows makes room at its own cost', async (t) => {
  const { pool } = await cacheDatabase(t);
  const limits = { maxResultBytes: 100_000, maxPlans: 100, shareOfOne: 0.5 };
  const cache = cacheOver(t, pool, { limits });
  for (let at = 0; at < 12; at += 1) {
    const resultScope = at < 2 ? 'alice' : 'mallory';
    await write(cache, headerOf({ resultScope, statementKey: key(at) }), { padChars: 10 });
  }
  await cache.drain();
  // Hers are worth the least.
  await pool.query(
    `update askonce.results set touched_at = now() - interval '1 hour',
       last_used_at = now() - interval '1 hour' * (case result_scope when 'alice' then 9 else 1 end)`,
  );
  await cache.sweep();
  const [alice, mallory] = await pool.query<{ n: number; bytes: number }>(
    `select count(*)::int as n, sum(byte_count + 1024)::float8 as bytes from askonce.results
     group by result_scope order by result_scope`,
  );
  assert.equal(alice?.n, 2);
  assert.ok(mallory!.bytes <= 50_000 && mallory!.n > 0, `${mallory?.n} of ${mallory?.bytes}`);
});
