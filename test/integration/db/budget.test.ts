import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { createReplicas } from '../../../src/cache/replicas.ts';
import { createBudget } from '../../../src/db/budget.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { createLogger } from '../../../src/logger.ts';
import { watchDuring } from '../../support/backends.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { cacheDatabase } from '../cache/stores.ts';
import { poolOf } from './pools.ts';

const logger = createLogger('silent');
const ROLE_LIMIT = 12;

async function scarceDatabase(t: TestContext): Promise<{ url: string; readerUrl: string }> {
  const database = await freshDatabase(t);
  const role = decodeURIComponent(new URL(database.readerUrl).username);
  await admin(database.url, `alter role ${role} connection limit ${ROLE_LIMIT}`);
  return database;
}

interface ReplicaGiven {
  readonly readerUrl: string;
  readonly cachePool: Pool;
  readonly acquireTimeoutMs?: number;
}

function replicaOf(
  t: TestContext,
  { readerUrl, cachePool, acquireTimeoutMs = 3000 }: ReplicaGiven,
) {
  const data = poolOf(t, readerUrl, { max: 10, acquireTimeoutMs });
  const replicas = createReplicas(cachePool);
  const budget = createBudget({
    data,
    dataMax: 50,
    cache: null,
    replicas: (server) => replicas.beat(server),
    logger,
  });
  return { data, replicas, budget };
}

test('replicas that share a cache divide what the server gives, and take over from one that leaves', async (t) => {
  const { readerUrl } = await scarceDatabase(t);
  const { pool: cachePool } = await cacheDatabase(t);
  const start = () => replicaOf(t, { readerUrl, cachePool });
  const all = [start(), start(), start()];
  const limits = async (): Promise<number[]> => {
    for (const { budget } of [...all, ...all]) await budget.refresh();
    return all.map(({ data }) => data.stats().max);
  };
  assert.deepEqual(await limits(), [3, 3, 3]);
  const [gone] = all.splice(0, 1);
  await gone!.replicas.leave();
  assert.deepEqual(await limits(), [5, 5]);
  await cachePool.query(
    "update askonce.replicas set seen_at = now() - interval '1 minute' where id in (select id from askonce.replicas limit 1)",
  );
  await all[0]!.budget.refresh();
  await all[1]!.budget.refresh();
  assert.deepEqual(await limits(), [5, 5], 'both live, one was late');
});

test('a burst on three replicas at once is served within the limit of the role', async (t) => {
  const { url, readerUrl } = await scarceDatabase(t);
  const { pool: cachePool } = await cacheDatabase(t);
  const pools: Pool[] = [];
  for (let at = 0; at < 3; at += 1) {
    const { data, budget } = replicaOf(t, { readerUrl, cachePool, acquireTimeoutMs: 20_000 });
    await budget.refresh();
    pools.push(data);
  }
  let most = 0;
  const look = async (): Promise<void> => {
    const [row] = await admin(
      url,
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and usename like '%_reader'`,
    );
    most = Math.max(most, row!['n'] as number);
  };
  const calls = pools.flatMap((pool) =>
    Array.from({ length: 100 }, () => pool.query('select pg_sleep(0.01)')),
  );
  await watchDuring(Promise.all(calls), look);
  assert.ok(most >= 1 && most <= ROLE_LIMIT, String(most));
});

test('a server of both leaves the cache its part, and a cache that is away changes nothing', async (t) => {
  const { url } = await freshDatabase(t);
  const data = poolOf(t, url, { max: 10 });
  const cache = poolOf(t, url, { max: 10 });
  let live = 4;
  const budget = createBudget({
    data,
    dataMax: 500,
    cache: { pool: cache, max: 10 },
    replicas: () => (live > 0 ? Promise.resolve(live) : Promise.reject(new Error('away'))),
    logger,
  });
  await budget.refresh();
  const shared = data.stats().max + cache.stats().max;
  const [row] = await data.query<{ max: number }>(
    "select current_setting('max_connections')::int as max",
  );
  assert.ok(cache.stats().max < 10 || row!.max > 150);
  assert.ok(shared * 4 < row!.max, `${shared} of ${row!.max}`);
  const before = data.stats().max;
  live = 0;
  await budget.refresh();
  assert.equal(data.stats().max, before);
});
