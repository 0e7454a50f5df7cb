// Owns a data database with a stream of its changes for tests, and replicas that read it.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createFreshness } from '../../../src/freshness/freshness.ts';
import type { Freshness, Stamped } from '../../../src/freshness/freshness.ts';
import { installPublication } from '../../../src/freshness/publication.ts';
import { openChangeStream } from '../../../src/freshness/stream.ts';
import type { ChangeStream } from '../../../src/freshness/stream.ts';
import { createLogger } from '../../../src/logger.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { noOwnCluster, ownCluster } from '../../support/own-cluster.ts';
import { cacheDatabase } from '../cache/stores.ts';
import { poolOf } from '../db/pools.ts';
import { runOver } from './stamps.ts';

export const skip = noOwnCluster;
const LOGICAL = ["wal_level = 'logical'", "max_slot_wal_keep_size = '64MB'"];
export const SETUP = `
  create table orders (id int primary key, total int);
  insert into orders select i, i from generate_series(1, 10) i;
  create table keyless (i int);
  create table days (day int primary key) partition by range (day);
  create table monday partition of days for values from (0) to (10);
  create view above as select count(*) from orders where total > 5;`;

export interface Replica {
  readonly stream: ChangeStream;
  readonly freshness: Freshness;
}

export async function streamed(t: TestContext) {
  const cluster = await ownCluster(t, LOGICAL);
  const { url, readerUrl } = await freshDatabase(t, cluster.url);
  await admin(url, SETUP);
  const owner = poolOf(t, url, { max: 1 });
  const report = await installPublication({ pool: owner, onProgress: () => undefined });
  const cache = await cacheDatabase(t);
  const replica = (streamUrl = url, dataUrl = readerUrl): Replica => {
    const logger = createLogger('silent');
    const stream = openChangeStream({
      url: streamUrl,
      pool: poolOf(t, streamUrl, { max: 1 }),
      cachePool: poolOf(t, cache.url),
      cacheReady: Promise.resolve(true),
      logger,
    });
    t.after(() => stream.close());
    const freshness = createFreshness({
      pool: poolOf(t, dataUrl, { max: 1 }),
      stream,
      volatilityOf: () => 'stable',
      onChange: () => undefined,
      logger,
    });
    t.after(() => freshness.close());
    return { stream, freshness };
  };
  const isLogical = async ({ freshness }: Replica): Promise<void> =>
    eventually('it reads the stream', async () => {
      await freshness.holds({ surroundings: '', relations: {} });
      return (await freshness.status()).source === 'logical';
    });
  const reader = poolOf(t, readerUrl);
  const run = (at: Replica, sql: string) => runOver(at.freshness, reader, sql);
  return { cluster, url, readerUrl, owner, report, cache, replica, isLogical, run };
}

/** Within the bound it may still hold. */
export async function ended({ freshness }: Replica, stamped: Stamped | null): Promise<void> {
  assert.ok(stamped);
  await eventually('it ends', async () => !(await freshness.holds(stamped.stamp)));
}
