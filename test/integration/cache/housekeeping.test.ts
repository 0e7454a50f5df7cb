// The store within its bounds: what goes first, and how large scopes are searched.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createPlanStore } from '../../../src/cache/plan-store.ts';
import { createSearchIndexes } from '../../../src/cache/search-indexes.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { headerOf } from '../../support/cache-samples.ts';
import { eventually } from '../../support/eventually.ts';
import { poolOf } from '../db/pools.ts';
import { SCOPE, TRUSTING, cacheDatabase, cacheOver, phrasingOf, write } from './stores.ts';

/** As if nobody had asked for so long. */
const rested = (pool: Pool): Promise<unknown> =>
  pool.query(
    "update askonce.results set last_used_at = now() - interval '1 hour', touched_at = now() - interval '1 hour'",
  );

const key = (at: number): string => at.toString(16).padStart(64, '0');

test('of too many rows those go that are worth least: large, quickly read again, seldom asked', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool, {
    limits: { maxResultBytes: 40_000, maxPlans: 1000, shareOfOne: 1 },
  });
  const results = [
    { name: 'slow', runMs: 5000, uses: 0, padChars: 10 },
    { name: 'asked', runMs: 5, uses: 900, padChars: 10 },
    { name: 'quick', runMs: 5, uses: 0, padChars: 10 },
    { name: 'large', runMs: 5, uses: 0, padChars: 100 },
  ];
  for (const [at, { runMs, uses, padChars }] of results.entries()) {
    const header = headerOf({ statementKey: key(at) });
    await write(cache, header, { padChars });
    await cache.drain();
    await pool.query('update askonce.results set run_ms = $2, uses = $3 where id = $1', [
      header.id,
      runMs,
      uses,
    ]);
  }
  await rested(pool);
  await cache.sweep();
  const left = await pool.query<{ statement_key: Buffer }>(
    'select statement_key from askonce.results',
  );
  const names = left.map((row) => results[row.statement_key.at(-1)!]!.name).sort();
  assert.ok(!names.includes('large'), names.join());
  assert.ok(names.includes('slow') && names.includes('asked'), names.join());
  const [chunks] = await pool.query<{ n: number }>(
    `select count(*)::int as n from askonce.result_chunks c
     where not exists (select from askonce.results r where r.id = c.result_id)`,
  );
  assert.equal(chunks!.n, 0);
});

test('rows that were asked for a moment ago stay, however many there are', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool, {
    limits: { maxResultBytes: 1000, maxPlans: 1000, shareOfOne: 1 },
  });
  await write(cache, headerOf());
  await cache.drain();
  assert.equal(await cache.sweep(), 0);
  await rested(pool);
  assert.equal(await cache.sweep(), 1);
});

test('of too many plans those go that nobody asked for, with their phrasings', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool, {
    limits: { maxResultBytes: 1e9, maxPlans: 10, shareOfOne: 1 },
  });
  for (let at = 0; at < 20; at += 1) {
    cache.remember(SCOPE, { ...phrasingOf(`question ${at}`), embed: async () => null });
  }
  await cache.drain();
  assert.ok(
    await cache.heldQuestion(SCOPE.planScope, phrasingOf('question 7').questionKey, 'alice'),
  );
  await pool.query("update askonce.plans set last_used_at = now() - interval '1 hour'");
  await cache.sweep();
  const left = await pool.query<{ question: string; uses: number }>(
    'select question, uses from askonce.phrasings join askonce.plans p on p.id = plan_id',
  );
  assert.equal(left.length, 9);
  const kept = left.find(({ question }) => question === 'question 7');
  assert.equal(kept?.uses, 1, 'it was asked since');
});

test('of too many plans those go first that no words lead to', async (t) => {
  const { pool } = await cacheDatabase(t);
  const cache = cacheOver(t, pool, {
    limits: { maxResultBytes: 1e9, maxPlans: 10, shareOfOne: 1 },
  });
  const learn = (question: string, sql: string): void =>
    cache.remember(SCOPE, { ...phrasingOf(question, { sql }), embed: async () => null });
  for (let at = 0; at < 8; at += 1) learn(`question ${at}`, `select ${at}`);
  await cache.drain();
  await pool.query("update askonce.plans set last_used_at = now() - interval '2 hours'");
  for (let at = 100; at < 112; at += 1) {
    learn('always the same', `select ${at}`);
    await cache.drain();
  }
  await pool.query(
    "update askonce.plans set last_used_at = now() - interval '1 hour' where last_used_at > now() - interval '1 hour'",
  );
  await cache.sweep();
  const [left] = await pool.query('select count(*)::int as n from askonce.phrasings');
  assert.deepEqual(left, { n: 9 }, 'nobody has lost a question');
  const [plans] = await pool.query<{ n: number }>('select count(*)::int as n from askonce.plans');
  assert.equal(plans?.n, 9);
});

async function fill(pool: Pool, planScope: string, count: number): Promise<void> {
  await pool.query(
    `with plan as (
       insert into askonce.plans (id, plan_scope, statement_key, schema_version, sql, params, tables, facts, volatility)
       select gen_random_uuid(), $1, '', '1', 'select 1', '[]', '{}', '{}', 'stable' returning id)
     insert into askonce.phrasings (id, plan_id, plan_scope, model_id, schema_version, question, question_key, origin, embedding)
     select gen_random_uuid(), plan.id, $1, 'mini', '1', i::text, i::text::bytea, 'asked',
       (select array_agg(sin(i * d * d * 12.9898 + d)) from generate_series(1, 64) d)::real[]::vector::halfvec
     from plan, generate_series(1, $2::int) i`,
    [planScope, count],
  );
}

test('a scope that has grown large gets an index of its own, finds the same, and loses it when it is small', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  await fill(pool, 'large', 12_000);
  await fill(pool, 'small', 300);
  const indexes = createSearchIndexes(pool);
  const [store, exact] = [
    createPlanStore(pool, { seal: TRUSTING, indexes }),
    createPlanStore(pool, { seal: TRUSTING }),
  ];
  const large = { ...SCOPE, planScope: 'large' };
  const builders = poolOf(t, url, { max: 1 });
  await Promise.all([
    indexes.maintain(builders),
    createSearchIndexes(pool).maintain(poolOf(t, url)),
  ]);
  await eventually('it is there', async () => {
    await indexes.refresh();
    return indexes.dimensions(large) === 64;
  });
  assert.equal(indexes.dimensions({ ...SCOPE, planScope: 'small' }), null);
  let same = 0;
  for (let at = 0; at < 100; at += 1) {
    // A little off what stands there.
    const embedding = Float32Array.from(
      { length: 64 },
      (_, d) => Math.sin((at + 1) * (d + 1) ** 2 * 12.9898 + d + 1) + 0.2 * Math.cos(at * d),
    );
    const search = { embedding, questionKey: key(at), limit: 5 };
    const [found, truth] = [await store.nearest(large, search), await exact.nearest(large, search)];
    assert.equal(found.length, 5);
    if (found[0]!.id === truth[0]!.id) same += 1;
    assert.ok(
      found.every(
        ({ similarity }, rank) => rank === 0 || similarity <= found[rank - 1]!.similarity,
      ),
    );
  }
  assert.ok(same >= 99, `${same} of 100`);
  await eventually('the index was read', async () => {
    await pool.query('select pg_stat_force_next_flush()');
    const read = await pool.query(
      "select from pg_stat_user_indexes where indexrelname like 'phrasings_near_%' and idx_scan >= 100",
    );
    return read.length === 1;
  });
  await pool.query(
    "delete from askonce.phrasings where plan_scope = 'large' and question::int > 2000",
  );
  await indexes.maintain(builders);
  assert.equal(indexes.dimensions(large), null);
});

test('an index whose building was interrupted is made anew', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  await fill(pool, 'large', 11_000);
  const indexes = createSearchIndexes(pool);
  const large = { ...SCOPE, planScope: 'large' };
  const builders = poolOf(t, url, { max: 1 });
  await indexes.maintain(builders);
  await pool.query(
    "update pg_index set indisvalid = false where indexrelid = (select oid from pg_class where relname like 'phrasings_near_%')",
  );
  await indexes.refresh();
  assert.equal(indexes.dimensions(large), null, 'it is not used');
  await indexes.maintain(builders);
  await indexes.maintain(builders);
  assert.equal(indexes.dimensions(large), 64);
});
