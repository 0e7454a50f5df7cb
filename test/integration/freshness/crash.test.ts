// What a crash of the data database takes: the log of the triggers, the counters, and none of the writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { noOwnCluster, ownCluster } from '../../support/own-cluster.ts';
import { poolOf } from '../db/pools.ts';
import { freshnessOf, holdsSoon, installAll, runOver } from './stamps.ts';

for (const withTriggers of [true, false]) {
  const source = withTriggers ? 'triggers' : 'statistics';

  test(
    `by ${source} rows end with a crash, and with what was prepared before it`,
    { skip: noOwnCluster },
    async (t) => {
      const cluster = await ownCluster(t, ['max_prepared_transactions = 5']);
      const { url, readerUrl } = await freshDatabase(t, cluster.url);
      await admin(url, 'create table orders (i int); create table other (i int)');
      if (withTriggers) await installAll(poolOf(t, url, { max: 1 }));
      const freshness = await freshnessOf(t, readerUrl);
      const reader = poolOf(t, readerUrl);
      const run = (sql: string) => runOver(freshness, reader, sql);
      const stamped = await run('select * from orders');
      assert.ok(stamped && (await freshness.holds(stamped.stamp)));
      await admin(url, 'insert into orders values (1)');
      await admin(url, "begin; insert into orders values (2); prepare transaction 'later'");
      await cluster.crash();
      await cluster.start();
      assert.equal(await holdsSoon(freshness, stamped), false, 'the first write');
      await eventually('it is looked at again', async () => {
        const again = await run('select * from orders').catch(() => null);
        return again !== null && (await freshness.holds(again.stamp));
      });
      const again = await run('select * from orders');
      assert.ok(again);
      await admin(url, "commit prepared 'later'");
      assert.equal(await holdsSoon(freshness, again), false, 'the second');
    },
  );
}
