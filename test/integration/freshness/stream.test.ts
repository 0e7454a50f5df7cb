// The stream of changes: what it tells, to whom, and what it survives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { createFreshness } from '../../../src/freshness/freshness.ts';
import type { Freshness, Stamped } from '../../../src/freshness/freshness.ts';
import { installPublication, uninstallPublication } from '../../../src/freshness/publication.ts';
import { createStreamStore } from '../../../src/freshness/stream-store.ts';
import { openChangeStream } from '../../../src/freshness/stream.ts';
import type { ChangeStream } from '../../../src/freshness/stream.ts';
import { createLogger } from '../../../src/logger.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { noOwnCluster, ownCluster } from '../../support/own-cluster.ts';
import { cacheDatabase } from '../cache/stores.ts';
import { poolOf } from '../db/pools.ts';
import { holdsSoon, runOver } from './stamps.ts';

const skip = noOwnCluster;
const LOGICAL = ["wal_level = 'logical'", "max_slot_wal_keep_size = '64MB'"];
const SETUP = `
  create table orders (id int primary key, total int);
  insert into orders select i, i from generate_series(1, 10) i;
  create table keyless (i int);
  create table days (day int primary key) partition by range (day);
  create table monday partition of days for values from (0) to (10);
  create view above as select count(*) from orders where total > 5;`;

interface Replica {
  readonly stream: ChangeStream;
  readonly freshness: Freshness;
}

async function streamed(t: TestContext) {
  const cluster = await ownCluster(t, LOGICAL);
  const { url, readerUrl } = await freshDatabase(t, cluster.url);
  await admin(url, SETUP);
  const owner = poolOf(t, url, { max: 1 });
  const report = await installPublication({ pool: owner, onProgress: () => undefined });
  const cache = await cacheDatabase(t);
  const replica = (streamUrl = url): Replica => {
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
      pool: poolOf(t, readerUrl, { max: 1 }),
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
  return { cluster, url, owner, report, cache, replica, isLogical, run };
}

/** Within the bound it may still hold. */
async function ended({ freshness }: Replica, stamped: Stamped | null): Promise<void> {
  assert.ok(stamped);
  await eventually('it ends', async () => !(await freshness.holds(stamped.stamp)));
}

test(
  'rows end with a write that the stream tells of, on every replica, and hold with others',
  { skip },
  async (t) => {
    const { url, report, replica, isLogical, run } = await streamed(t);
    assert.deepEqual(report.leftOut, ['public.keyless']);
    const [one, other] = [replica(), replica()];
    for (const each of [one, other]) await isLogical(each);
    assert.equal([one, other].filter(({ stream }) => stream.leads).length, 1);
    for (const [reads, writes] of [
      ['select * from orders', 'insert into orders values (11, 1)'],
      ['select * from above', 'update orders set total = 0 where id = 1'],
      ['select * from above', 'truncate orders'],
      ['select * from days', 'insert into monday values (1)'],
      ['select * from monday', 'insert into days values (2)'],
      ['select * from keyless', 'insert into keyless values (1)'],
      ['select * from orders', 'alter table orders add column note text'],
    ] as const) {
      const stamped = await run(one, reads);
      assert.ok(stamped && (await other.freshness.holds(stamped.stamp)), reads);
      await admin(url, writes);
      for (const { freshness } of [one, other]) {
        assert.equal(await holdsSoon(freshness, stamped, 2500), false, `${reads}, ${writes}`);
      }
    }
    const stamped = await run(one, 'select * from above');
    await admin(url, 'insert into keyless values (2); insert into days values (3)');
    assert.ok(stamped && (await holdsSoon(other.freshness, stamped, 2500)));
    assert.deepEqual(
      (await other.freshness.status()).boundMs,
      61_000,
      'some are watched by statistics',
    );
  },
);

test('what is committed but not yet shown counts when it shows', { skip }, async (t) => {
  const { url, owner, replica, isLogical, run } = await streamed(t);
  const one = replica();
  await isLogical(one);
  await owner.withClient(async (client) => {
    await client.query('begin');
    await client.query('update orders set total = 77 where id = 1');
    const stamped = await run(one, 'select * from orders');
    assert.ok(stamped && (await holdsSoon(one.freshness, stamped)), 'nothing is committed');
    await client.query('commit');
    assert.equal(await holdsSoon(one.freshness, stamped, 2500), false);
  });
  await admin(url, 'select 1');
});

test(
  'another replica goes on where the one that read has ended, and misses nothing',
  { skip },
  async (t) => {
    const { url, replica, isLogical, run } = await streamed(t);
    const one = replica();
    await isLogical(one);
    const other = replica();
    await isLogical(other);
    const stamped = await run(other, 'select * from orders');
    const kept = await run(other, 'select * from days');
    await one.stream.close();
    await admin(url, 'delete from orders where id = 3');
    await eventually('the other leads', () => other.stream.leads);
    await ended(other, stamped);
    assert.ok(await other.freshness.holds(kept?.stamp), 'of what nobody wrote to');
  },
);

test(
  'a slot that was dropped begins a new epoch: nothing that was known holds',
  { skip },
  async (t) => {
    const { url, replica, isLogical, run } = await streamed(t);
    const one = replica();
    await isLogical(one);
    const stamped = await run(one, 'select * from days');
    assert.ok(stamped && (await one.freshness.holds(stamped.stamp)));
    await eventually('it is dropped', async () => {
      await admin(
        url,
        'select pg_terminate_backend(active_pid) from pg_replication_slots where active',
      );
      return await admin(
        url,
        'select pg_drop_replication_slot(slot_name) from pg_replication_slots',
      ).then(
        () => true,
        () => false,
      );
    });
    await admin(url, 'insert into orders values (50, 50)');
    await ended(one, stamped);
    await eventually('it reads anew', async () => {
      const again = await run(one, 'select * from days');
      return one.stream.leads && (await one.freshness.holds(again?.stamp));
    });
    assert.equal(await one.freshness.holds(stamped.stamp), false);
  },
);

test(
  'a crash of the data database ends the stream for a moment, and no write is missed',
  { skip },
  async (t) => {
    const { cluster, url, replica, isLogical, run } = await streamed(t);
    const one = replica();
    await isLogical(one);
    const stamped = await run(one, 'select * from orders');
    await cluster.crash();
    await cluster.start();
    await admin(url, 'update orders set total = 5');
    await ended(one, stamped);
    await eventually('it reads again', () => one.stream.leads);
    await isLogical(one);
    const again = await run(one, 'select * from days');
    assert.ok(again && (await holdsSoon(one.freshness, again)));
  },
);

test('a store that went back begins a new epoch', { skip }, async (t) => {
  const { cache, replica, isLogical, run } = await streamed(t);
  const one = replica();
  await isLogical(one);
  const stamped = await run(one, 'select * from orders');
  assert.ok(stamped && (await one.freshness.holds(stamped.stamp)));
  // As behind a failover to a standby that had not received all.
  await cache.pool.query("update askonce.streams set told_lsn = '0/1'");
  await ended(one, stamped);
  await eventually('it goes on', async () => {
    const again = await run(one, 'select * from orders');
    return again !== null && (await one.freshness.holds(again.stamp));
  });
});

test(
  'a store that went back while nobody read the slot begins a new epoch',
  { skip },
  async (t) => {
    const { cache, replica, isLogical, run } = await streamed(t);
    const one = replica();
    await isLogical(one);
    const stamped = await run(one, 'select * from orders');
    await one.stream.close();
    await cache.pool.query("update askonce.streams set told_lsn = '0/1'");
    const other = replica();
    await eventually('it leads', () => other.stream.leads);
    await ended(other, stamped);
    await eventually('it goes on', async () => {
      const again = await run(other, 'select * from orders');
      return again !== null && (await other.freshness.holds(again.stamp));
    });
    assert.equal(await other.freshness.holds(stamped!.stamp), false);
  },
);

test('a publication that was dropped and made again is read again', { skip }, async (t) => {
  const { url, owner, replica, isLogical, run } = await streamed(t);
  const one = replica();
  await isLogical(one);
  const stamped = await run(one, 'select * from orders');
  await owner.query('drop publication askonce');
  await admin(url, 'insert into orders values (60, 60)');
  await eventually('it says why it reads no more', () =>
    /publication/.test(one.stream.fault ?? ''),
  );
  await installPublication({ pool: owner, onProgress: () => undefined });
  await eventually('it reads again', () => one.stream.leads && one.stream.fault === null);
  await ended(one, stamped);
  await isLogical(one);
  const again = await run(one, 'select * from orders');
  assert.ok(again && (await one.freshness.holds(again.stamp)));
  await admin(url, 'insert into orders values (61, 61)');
  await ended(one, again);
});

test('what waits for the slot of another leaves nothing behind each time', { skip }, async (t) => {
  const { replica, isLogical } = await streamed(t);
  const warned: string[] = [];
  const onWarning = (warning: Error): void => void warned.push(warning.message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const one = replica();
  await isLogical(one);
  replica();
  // Behind the eleventh a listener that is left is told of.
  await new Promise((resolve) => setTimeout(resolve, 13_000));
  assert.deepEqual(warned, []);
});

test(
  'a slot that is still read is named by the command that takes it away',
  { skip },
  async (t) => {
    const { owner, replica, isLogical } = await streamed(t);
    const one = replica();
    await isLogical(one);
    const { active } = await uninstallPublication(owner);
    assert.equal(active.length, 1);
    await one.stream.close();
    assert.deepEqual(await uninstallPublication(owner), { dropped: 1, active: [] });
  },
);

test(
  'a slot that has fallen too far behind begins a new epoch, and the server keeps its disk',
  { skip },
  async (t) => {
    const { url, replica, isLogical, run } = await streamed(t);
    const one = replica();
    await isLogical(one);
    const stamped = await run(one, 'select * from orders');
    await one.stream.close();
    await eventually('it is lost', async () => {
      await admin(
        url,
        "select pg_logical_emit_message(false, 'x', repeat('x', 8000000)), pg_switch_wal() from generate_series(1, 12)",
      );
      await admin(url, 'checkpoint');
      const [slot] = await admin(url, 'select wal_status from pg_replication_slots');
      return slot!['wal_status'] === 'lost';
    });
    await admin(url, 'delete from orders where id = 3');
    const other = replica();
    await isLogical(other);
    assert.equal(await other.freshness.holds(stamped?.stamp), false);
    const again = await run(other, 'select * from orders');
    assert.ok(again && (await other.freshness.holds(again.stamp)));
    await admin(url, 'delete from orders where id = 4');
    await ended(other, again);
  },
);

test('without its slot read by anybody the statistics tell', { skip }, async (t) => {
  const { url, owner, replica, isLogical, run } = await streamed(t);
  const one = replica();
  await isLogical(one);
  await one.stream.close();
  await uninstallPublication(owner);
  await eventually('by statistics', async () => {
    await run(one, 'select * from orders');
    return (await one.freshness.status()).source === 'statistics';
  });
  const stamped = await run(one, 'select * from orders');
  assert.ok(stamped && (await one.freshness.holds(stamped.stamp)));
  await admin(url, 'delete from orders where id = 1');
  assert.equal(await holdsSoon(one.freshness, stamped), false);
});

test('only tables of which PostgreSQL knows each row are published', { skip }, async (t) => {
  const { url, owner } = await streamed(t);
  await admin(
    url,
    `create table late (i int primary key deferrable);
     create table parent (i int primary key);
     create table child () inherits (parent);
     create table parts (i int primary key) partition by range (i);
     create table part partition of parts for values from (0) to (10);
     alter table part replica identity nothing;
     create table leaves (i int) partition by range (i);
     create table leaf partition of leaves for values from (0) to (10);
     alter table leaf add primary key (i);
     create unlogged table brief (i int primary key);
     create table told (i int primary key);
     create table full_rows (i int);
     alter table full_rows replica identity full`,
  );
  const install = () => installPublication({ pool: owner, onProgress: () => undefined });
  const published = async (): Promise<string[]> => {
    const rows = await owner.query<{ name: string }>(
      'select prrelid::regclass::text as name from pg_publication_rel order by 1',
    );
    return rows.map(({ name }) => name);
  };
  const report = await install();
  assert.deepEqual(report.failed, []);
  assert.deepEqual(await published(), ['days', 'full_rows', 'orders', 'parent', 'told']);
  await admin(
    url,
    `update child set i = 1; update part set i = 1; update leaf set i = 1; update late set i = 1`,
  );
  await owner.query('alter table told drop constraint told_pkey');
  assert.ok((await install()).leftOut.includes('public.told'));
  assert.ok(!(await published()).includes('told'));
  await admin(url, 'insert into told values (1); update told set i = 2');
});

test('a table that is written to is published only when that has ended', { skip }, async (t) => {
  const { url, owner } = await streamed(t);
  await admin(url, 'create table busy (i int primary key)');
  const writer = poolOf(t, url, { max: 1 });
  const report = await writer.withClient(async (client) => {
    await client.query('begin; insert into busy values (1)');
    const during = await installPublication({ pool: owner, onProgress: () => undefined });
    await client.query('commit');
    return during;
  });
  assert.match(report.failed.join(), /^public\.busy: .* is locked/);
  const again = await installPublication({ pool: owner, onProgress: () => undefined });
  assert.deepEqual(again.failed, []);
});

test('a publication that leaves writes out is not believed', { skip }, async (t) => {
  const { owner, replica, isLogical, run } = await streamed(t);
  const one = replica();
  await isLogical(one);
  const contentOf = async (sql: string): Promise<string | undefined> => {
    const stamped = await run(one, sql);
    return Object.values(stamped?.stamp?.relations ?? {})[0]?.content.split(' ')[0];
  };
  assert.equal(await contentOf('select * from orders'), 'stream');
  for (const [partial, whole] of [
    ["set (publish = 'insert')", "set (publish = 'insert, update, delete, truncate')"],
    ['set table orders where (id > 5)', 'set table orders'],
  ]) {
    await owner.query(`alter publication askonce ${partial}`);
    assert.equal(await contentOf('select * from orders'), 'statistics', partial);
    await owner.query(`alter publication askonce ${whole}`);
    assert.equal(await contentOf('select * from orders'), 'stream', whole);
  }
});

test('a store whose clock was set back says nothing until it is past', { skip }, async (t) => {
  const { cache, replica, isLogical } = await streamed(t);
  const one = replica();
  await isLogical(one);
  await one.stream.close();
  await cache.pool.query("update askonce.streams set seen_at = now() + interval '1 hour'");
  await eventually('it is not believed', async () => {
    await one.freshness.holds({ surroundings: '', relations: {} });
    return (await one.freshness.status()).source !== 'logical';
  });
  const other = replica();
  await isLogical(other);
  assert.ok(
    (await other.stream.state())!.seenAgoMs! >= 0,
    'whoever reads the slot next corrects it',
  );
});

test(
  'what is told of another state of the store than it was left in is not taken',
  { skip },
  async (t) => {
    const { pool } = await cacheDatabase(t);
    const store = createStreamStore(pool, 'some database');
    const { epoch, toldLsn, version } = await store.open();
    const told = { relations: ['1'], seenAgoMs: 0, fromLsn: toldLsn, toLsn: toldLsn, version };
    const next = await store.publish(epoch, told);
    assert.ok(next !== null && next !== version);
    assert.equal(await store.publish(epoch, told), null, 'it is behind that');
    assert.equal(await store.publish(epoch, { ...told, version: next, fromLsn: '0/1' }), null);
    assert.ok(await store.publish(epoch, { ...told, version: next }));
  },
);

test('a table that left the publication and came back is read anew', { skip }, async (t) => {
  const { owner, replica, isLogical, run } = await streamed(t);
  const one = replica();
  await isLogical(one);
  for (const [out, back] of [
    ['drop table orders', 'add table orders'],
    ["set (publish = 'insert')", "set (publish = 'insert, update, delete, truncate')"],
  ]) {
    const stamped = await run(one, 'select * from orders');
    assert.ok(stamped && (await one.freshness.holds(stamped.stamp)));
    await owner.query(`alter publication askonce ${out}`);
    await owner.query('update orders set total = total + 1');
    await owner.query(`alter publication askonce ${back}`);
    assert.equal(await holdsSoon(one.freshness, stamped, 2500), false, out);
  }
});

test('a stream of another database tells nothing, and the status says why', { skip }, async (t) => {
  const { cluster, owner, replica, run } = await streamed(t);
  const other = await freshDatabase(t, cluster.url);
  await admin(other.url, SETUP);
  await installPublication({ pool: poolOf(t, other.url, { max: 1 }), onProgress: () => undefined });
  const one = replica(other.url);
  await eventually('it leads', () => one.stream.leads);
  await eventually('it is seen', async () => {
    await run(one, 'select * from orders');
    return /another database/.test((await one.freshness.status()).fault ?? '');
  });
  assert.equal((await one.freshness.status()).source, 'statistics');
  const stamped = await run(one, 'select * from orders');
  await owner.query('update orders set total = 9');
  assert.ok(stamped);
});

test('a data server that went back has its slot made anew', { skip }, async (t) => {
  const { cache, url, replica, isLogical, run } = await streamed(t);
  const one = replica();
  await isLogical(one);
  const stamped = await run(one, 'select * from orders');
  await cache.pool.query("update askonce.streams set told_lsn = 'FF/0'");
  await ended(one, stamped);
  await eventually('it goes on', async () => {
    const again = await run(one, 'select * from orders');
    return one.stream.leads && again !== null && (await one.freshness.holds(again.stamp));
  });
  const [slot] = await admin(
    url,
    'select confirmed_flush_lsn <= pg_current_wal_insert_lsn() as is_sane from pg_replication_slots',
  );
  assert.equal(slot!['is_sane'], true);
  const again = await run(one, 'select * from orders');
  await admin(url, 'delete from orders where id = 5');
  await ended(one, again);
});

test(
  'whoever waits for a slot to be made ends at once when it is asked to',
  { skip },
  async (t) => {
    const { owner, url, replica } = await streamed(t);
    await owner.withClient(async (client) => {
      await client.query('begin; insert into orders values (70, 70)');
      const one = replica();
      await eventually('it waits', async () => {
        const waiting = await admin(
          url,
          "select from pg_stat_activity where query ~ 'create_logical' and state = 'active' and pid <> pg_backend_pid()",
        );
        return waiting.length > 0;
      });
      const late = new Promise((resolve) => setTimeout(resolve, 3000, 'late'));
      assert.notEqual(await Promise.race([one.stream.close(), late]), 'late');
      await client.query('rollback');
    });
  },
);
