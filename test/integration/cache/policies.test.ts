import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { createNotices } from '../../../src/cache/notices.ts';
import type { Policies } from '../../../src/cache/policies.ts';
import { cacheDatabase, cacheOver } from './stores.ts';

async function replicas(t: TestContext) {
  const { pool } = await cacheDatabase(t);
  const [notices, theirs] = [createNotices(pool), createNotices(pool)];
  const { policies: one } = cacheOver(t, pool, { notices });
  const { policies: other } = cacheOver(t, pool, { notices: theirs });
  // The other deployment's scopes are none of ours, whatever stands beside them.
  await pool.query(
    `INSERT INTO askonce.scopes (result_scope, plan_scope, deployment, principal, settings, schema_version, model_id)
     VALUES ('r', 'scope', 'test', 'ann', '[]', '1', 'mini')`,
  );
  return { pool, one, other };
}

const set = (
  policies: Policies,
  level: string | null,
  values: Parameters<Policies['set']>[1]['values'],
  after = 0,
) => policies.set(level, { values, setBy: 'ann', note: null, undoes: null, after });

test('a scope follows its own policy, then that of all, then the settings', async (t) => {
  const { one } = await replicas(t);
  assert.deepEqual(one.of('scope'), one.settings);
  await set(one, null, { ttlSeconds: 7, maxRows: 5 });
  await set(one, 'scope', { ttlSeconds: 9 });
  const { ttlSeconds, maxRows, targetErrorRate } = one.of('scope');
  assert.deepEqual([ttlSeconds, maxRows, targetErrorRate], [9, 5, one.settings.targetErrorRate]);
  assert.equal(one.of('another').ttlSeconds, 7);
});

test('another replica follows once it has looked', async (t) => {
  const { one, other } = await replicas(t);
  await other.refresh();
  await set(one, null, { templateHits: 'off' });
  await set(one, 'scope', { ttlSeconds: 9 });
  assert.equal(other.of('scope').templateHits, 'on');
  await other.refresh();
  const { templateHits, ttlSeconds } = other.of('scope');
  assert.deepEqual([templateHits, ttlSeconds], ['off', 9]);
});

test('of two that change the same version one is told that it came late', async (t) => {
  const { one, other } = await replicas(t);
  const both = await Promise.all([
    set(one, null, { ttlSeconds: 1 }),
    set(other, null, { ttlSeconds: 2 }),
  ]);
  assert.equal(both.filter((change) => change === null).length, 1);
  const [latest, ...before] = await one.history(null);
  assert.deepEqual([latest!.version, before.length], [1, 0]);
});

test('a policy that nobody with the secret has set is not followed', async (t) => {
  const { pool, one } = await replicas(t);
  await set(one, null, { targetErrorRate: 0.02 });
  await pool.query(`UPDATE askonce.policies SET policy = '{"targetErrorRate":0.5}'`);
  await one.refresh();
  assert.deepEqual(one.of('scope'), one.settings);
  assert.deepEqual(await one.history(null), []);
  await pool.query(
    `UPDATE askonce.policies SET level = 'scope', policy = '{"targetErrorRate":0.02}'`,
  );
  await one.refresh();
  assert.deepEqual(one.of('scope'), one.settings);
});

test('a forged policy stands in the way of no other, and an author is sealed with what was set', async (t) => {
  const { pool, one } = await replicas(t);
  await set(one, null, { ttlSeconds: 5 });
  await pool.query(
    `INSERT INTO askonce.policies (level, version, policy, set_by, seal)
     SELECT level, 9, '{"ttlSeconds":9}', 'mallory', seal FROM askonce.policies`,
  );
  await one.refresh();
  assert.equal(one.of('scope').ttlSeconds, 5);
  const next = await set(one, null, { ttlSeconds: 6 }, 1);
  assert.equal(next?.version, 2);
  await pool.query(`UPDATE askonce.policies SET set_by = 'mallory' WHERE version = 2`);
  assert.deepEqual(
    (await one.history(null)).map(({ version }) => version),
    [1],
  );
});
