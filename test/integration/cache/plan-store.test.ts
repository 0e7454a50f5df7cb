import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createPlanStore } from '../../../src/cache/plan-store.ts';
import type { PlanScope } from '../../../src/cache/plan-store.ts';
import { poolOf } from '../db/pools.ts';
import { SCOPE, SEAL, cacheDatabase, phrasingOf } from './stores.ts';

const NEAR = { questionKey: 'ff'.repeat(32), embedding: Float32Array.of(1, 0, 0), limit: 10 };

test('a question is found by its exact key, with its whole plan', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  const phrasing = phrasingOf(`how many "ä" 😀 'quoted'?`, { sql: `select E'\\n', '€'` });
  await store.save(SCOPE, phrasing);
  const found = await store.find(SCOPE.planScope, phrasing.questionKey);
  assert.deepEqual(found, {
    id: phrasing.id,
    question: phrasing.question,
    madeBy: 'alice',
    plan: phrasing.plan,
  });
  assert.equal(await store.find(SCOPE.planScope, '00'.repeat(32)), null);
});

test('parameters keep their types and order', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  const phrasing = phrasingOf('with params');
  const params = ['a', 1, null, true, [1, 'x'], 0.1, '', '{"x"}'];
  await store.save(SCOPE, { ...phrasing, plan: { ...phrasing.plan, params } });
  assert.deepEqual((await store.find(SCOPE.planScope, phrasing.questionKey))?.plan.params, params);
});

test('the nearest come first, no more than asked for', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  for (const [question, embedding] of [
    ['far', [0, 1, 0]],
    ['near', [0.9, 0.1, 0]],
    ['same', [2, 0, 0]],
    ['opposite', [-1, 0, 0]],
    ['without', null],
  ] as const) {
    await store.save(SCOPE, phrasingOf(question, { embedding }));
  }
  const found = await store.nearest(SCOPE, NEAR);
  assert.deepEqual(
    found.map((each) => each.question),
    ['same', 'near', 'far', 'opposite'],
  );
  assert.ok(Math.abs(found[0]!.similarity - 1) < 1e-6);
  assert.ok(Math.abs(found[2]!.similarity) < 1e-6);
  const two = await store.nearest(SCOPE, { ...NEAR, limit: 2 });
  assert.deepEqual(
    two.map((each) => each.question),
    ['same', 'near'],
  );
});

const OTHER_SCOPES: readonly PlanScope[] = [
  { ...SCOPE, planScope: 'other' },
  { ...SCOPE, schemaVersion: '2' },
  { ...SCOPE, modelId: 'large' },
];

test('plan scopes, schema versions and models never mix', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  for (const scope of [SCOPE, ...OTHER_SCOPES]) {
    await store.save(scope, phrasingOf('how many', { scope, sql: 'select 1' }));
  }
  const own = phrasingOf('how many', { sql: 'select 1' });
  assert.deepEqual(
    (await store.nearest(SCOPE, NEAR)).map((each) => each.id),
    [own.id],
  );
  for (const scope of OTHER_SCOPES) {
    const [found, ...more] = await store.nearest(scope, NEAR);
    assert.deepEqual([found?.id, more], [phrasingOf('how many', { scope }).id, []]);
  }
  for (const scope of OTHER_SCOPES.slice(0, 2)) {
    assert.equal(await store.findById(scope, own.id), null);
  }
  assert.equal((await store.findById(SCOPE, own.id))?.id, own.id);
});

test('vectors of another size in another model are no obstacle', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  const large = { ...SCOPE, modelId: 'large' };
  await store.save(large, phrasingOf('how many', { scope: large, embedding: [1, 2, 3, 4, 5] }));
  await store.save(SCOPE, phrasingOf('how many'));
  assert.equal((await store.nearest(SCOPE, NEAR)).length, 1);
});

test('the nearest of a small scope are found among 20,000 phrasings of other scopes', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  // All of them nearer than any of the small scope's.
  await pool.query(`
    with plan as (
      insert into askonce.plans
      select gen_random_uuid(), 'large ' || n, '\\x00', '1', 'select 1', '[]', '{}', '{}', 'stable'
      from generate_series(0, 4) n returning id, plan_scope)
    insert into askonce.phrasings
      (id, plan_id, plan_scope, model_id, schema_version, question, question_key, origin, embedding)
    select gen_random_uuid(), plan.id, plan_scope, 'mini', '1', 'q' || n, '\\x00', 'asked',
      array[1, random() / 10, random() / 10]::vector
    from plan, generate_series(1, 4000) n`);
  for (let index = 0; index < 30; index += 1) {
    await store.save(SCOPE, phrasingOf(`question ${index}`, { embedding: [index + 1, 30, 0] }));
  }
  const found = await store.nearest(SCOPE, { ...NEAR, limit: 20 });
  assert.deepEqual(
    found.map(({ question }) => question),
    Array.from({ length: 20 }, (_, index) => `question ${29 - index}`),
  );
});

test('a question that is asked with other SQL moves to the new plan', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  await store.save(SCOPE, phrasingOf('how many', { sql: 'select 1' }));
  await store.save(SCOPE, phrasingOf('how many', { sql: 'select 2', embedding: null }));
  const { questionKey } = phrasingOf('how many');
  assert.equal((await store.find(SCOPE.planScope, questionKey))?.plan.sql, 'select 2');
  const found = await store.nearest(SCOPE, NEAR);
  assert.deepEqual(
    found.map((each) => each.plan.sql),
    ['select 2'],
  );
});

test('a rejection hides a plan for that question alone', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  const rejected = phrasingOf('orders in 2023', { sql: 'select 1' });
  const alias = phrasingOf('2023 orders', { sql: 'select 1' });
  const other = phrasingOf('all orders', { sql: 'select 2', embedding: [0.5, 0.5, 0] });
  for (const phrasing of [rejected, alias, other]) await store.save(SCOPE, phrasing);
  await store.reject({
    planScope: SCOPE.planScope,
    questionKey: rejected.questionKey,
    planId: rejected.plan.id,
    by: 'alice',
  });
  assert.equal(await store.find(SCOPE.planScope, rejected.questionKey), null);
  assert.ok(await store.find(SCOPE.planScope, alias.questionKey), 'the alias is still known');
  const forIt = await store.nearest(SCOPE, { ...NEAR, questionKey: rejected.questionKey });
  assert.deepEqual(
    forIt.map((each) => each.question),
    ['all orders'],
  );
  const forOthers = await store.nearest(SCOPE, NEAR);
  assert.deepEqual(
    forOthers.map((each) => each.question),
    ['2023 orders', 'all orders'],
  );
});

test('a rejection of an unknown plan is nothing, twice the same is once', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  const phrasing = phrasingOf('how many');
  await store.reject({
    planScope: SCOPE.planScope,
    questionKey: phrasing.questionKey,
    planId: phrasing.plan.id,
    by: 'alice',
  });
  await store.save(SCOPE, phrasing);
  await store.reject({
    planScope: SCOPE.planScope,
    questionKey: phrasing.questionKey,
    planId: phrasing.plan.id,
    by: 'alice',
  });
  await store.reject({
    planScope: SCOPE.planScope,
    questionKey: phrasing.questionKey,
    planId: phrasing.plan.id,
    by: 'alice',
  });
  assert.deepEqual(await pool.query('select count(*)::int as n from askonce.rejections'), [
    { n: 1 },
  ]);
});

test('whoever brings the same SQL again forgives the plan', async (t) => {
  const { pool } = await cacheDatabase(t);
  const store = createPlanStore(pool, { seal: SEAL });
  const phrasing = phrasingOf('how many');
  await store.save(SCOPE, phrasing);
  await store.reject({
    planScope: SCOPE.planScope,
    questionKey: phrasing.questionKey,
    planId: phrasing.plan.id,
    by: 'alice',
  });
  await store.save(SCOPE, phrasing);
  assert.ok(await store.find(SCOPE.planScope, phrasing.questionKey));
  const near = await store.nearest(SCOPE, { ...NEAR, questionKey: phrasing.questionKey });
  assert.equal(near.length, 1);
});

test('replicas that save the same question at once all succeed and store it once', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const replica = createPlanStore(poolOf(t, url, { max: 20 }), { seal: SEAL });
  const twenty = Array.from({ length: 20 });
  await Promise.all(twenty.map(() => replica.find(SCOPE.planScope, '00'.repeat(32))));
  for (let round = 0; round < 40; round += 1) {
    const phrasing = phrasingOf(`question ${round}`);
    await Promise.all(twenty.map(() => replica.save(SCOPE, phrasing)));
  }
  const [row] = await pool.query(
    `select (select count(*) from askonce.plans)::int as plans,
       (select count(*) from askonce.phrasings)::int as phrasings`,
  );
  assert.deepEqual(row, { plans: 40, phrasings: 40 });
});
