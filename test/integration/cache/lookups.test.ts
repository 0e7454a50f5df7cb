import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Cache } from '../../../src/cache/cache.ts';
import type { ResultHeader } from '../../../src/cache/entities.ts';
import { createMetrics } from '../../../src/metrics.ts';
import type { Metrics } from '../../../src/metrics.ts';
import { STATEMENT_KEY, VALID, chunkOf, headerOf, since } from '../../support/cache-samples.ts';
import { admin } from '../../support/database.ts';
import { poolOf } from '../db/pools.ts';
import { SCOPE, cacheDatabase, cacheOver, phrasingOf } from './stores.ts';

const COUNTED = /^askonce_cache_lookups_total\{tier="(\w+)",outcome="(\w+)"\} (\d+)$/gm;

/** Such as { 'memory hit': 2 }. */
async function lookupsIn(metrics: Metrics): Promise<Record<string, number>> {
  const counted = (await metrics.render()).text.matchAll(COUNTED);
  return Object.fromEntries(
    [...counted].map(([, tier, outcome, count]) => [`${tier} ${outcome}`, Number(count)]),
  );
}

async function write(cache: Cache, header: ResultHeader): Promise<void> {
  const writer = cache.results.writer(header);
  await writer.append(chunkOf(0, 3));
  await writer.finish({ wasCut: false, validity: VALID, runMs: 1 });
}

const PHRASING = phrasingOf('how many');

async function lookUpQuestion(cache: Cache): Promise<void> {
  if (!(await cache.heldQuestion(SCOPE.planScope, PHRASING.questionKey, 'alice')))
    await cache.findQuestion(SCOPE.planScope, PHRASING.questionKey);
}

test('look-ups of questions are counted by tier: missed, found in the store, then in memory', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const metrics = createMetrics();
  const cache = cacheOver(t, pool, { metrics });
  await lookUpQuestion(cache);
  assert.deepEqual(await lookupsIn(metrics), { 'memory miss': 1, 'store miss': 1 });
  const replica = cacheOver(t, poolOf(t, url));
  replica.remember(SCOPE, { ...PHRASING, embed: async () => null });
  await replica.drain();
  for (let index = 0; index < 3; index += 1) await lookUpQuestion(cache);
  assert.deepEqual(await lookupsIn(metrics), {
    'memory miss': 2,
    'store miss': 1,
    'store hit': 1,
    'memory hit': 2,
  });
});

test('look-ups of rows are counted by tier, those too old as stale', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const asOf = Date.now() - 5000;
  const writer = cacheOver(t, pool);
  await write(writer, headerOf({ asOf }));
  await writer.drain();
  const metrics = createMetrics();
  const cache = cacheOver(t, poolOf(t, url), { metrics });
  const find = (statementKey: string, oldestAsOf: number) =>
    cache.results.find('alice', statementKey, since(oldestAsOf));
  await find('cd'.repeat(32), 0);
  await find(STATEMENT_KEY, asOf + 1000);
  assert.deepEqual(await lookupsIn(metrics), {
    'memory miss': 2,
    'store miss': 1,
    'store stale': 1,
  });
  await find(STATEMENT_KEY, 0);
  await find(STATEMENT_KEY, 0);
  await find(STATEMENT_KEY, asOf + 1000);
  assert.deepEqual(await lookupsIn(metrics), {
    'memory miss': 3,
    'store miss': 1,
    'store stale': 2,
    'store hit': 1,
    'memory hit': 1,
    'memory stale': 1,
  });
});

test('a store that cannot answer is an error, not a miss', async (t) => {
  const { url, pool } = await cacheDatabase(t);
  const metrics = createMetrics();
  const cache = cacheOver(t, pool, { metrics });
  await admin(url, 'alter table askonce.phrasings rename to gone');
  await lookUpQuestion(cache);
  await admin(url, 'alter table askonce.results rename to gone_too');
  await cache.results.find('alice', STATEMENT_KEY, since(0));
  assert.deepEqual(await lookupsIn(metrics), { 'memory miss': 2, 'store error': 2 });
});
