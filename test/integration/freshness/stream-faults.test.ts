// The stream of changes: what it survives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPublication, uninstallPublication } from '../../../src/freshness/publication.ts';
import { createStreamStore } from '../../../src/freshness/stream-store.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { cacheDatabase } from '../cache/stores.ts';
import { poolOf } from '../db/pools.ts';
import { holdsSoon } from './stamps.ts';
import { SETUP, ended, skip, streamed } from './streams.ts';

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

test('whoever reads a slot whose publication is taken away lets it go', { skip }, async (t) => {
  const { url, owner, replica, isLogical } = await streamed(t);
  const one = replica();
  await isLogical(one);
  assert.deepEqual(await uninstallPublication(owner), { dropped: 1, left: [] });
  await eventually('it says why it reads no more', () =>
    /publication/.test(one.stream.fault ?? ''),
  );
  assert.deepEqual(await admin(url, 'select slot_name from pg_replication_slots'), []);
});

test(
  'a slot that cannot be taken away is named, and so is why; the publication goes',
  { skip },
  async (t) => {
    const { url, replica, isLogical } = await streamed(t);
    const one = replica();
    await isLogical(one);
    await one.stream.close();
    await admin(
      url,
      `create role keeper login password 'x'; alter publication askonce owner to keeper;
       do $$ begin execute format('grant connect on database %I to keeper', current_database()); end $$`,
    );
    const keeper = new URL(url);
    keeper.username = 'keeper';
    keeper.password = 'x';
    const { dropped, left } = await uninstallPublication(poolOf(t, keeper.href, { max: 1 }));
    assert.equal(dropped, 0);
    assert.match(left.map(({ reason }) => reason).join(), /replication/i);
    assert.deepEqual(await admin(url, 'select from pg_publication'), []);
    assert.equal((await uninstallPublication(poolOf(t, url, { max: 1 }))).dropped, 1);
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
    // Until it is too old, the last word of the one before is believed.
    await ended(other, stamped);
    let again = stamped;
    await eventually('it reads anew', async () => {
      again = await run(other, 'select * from orders');
      return other.stream.leads && (await other.freshness.holds(again?.stamp));
    });
    await admin(url, 'delete from orders where id = 4');
    await ended(other, again);
  },
);

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
    const told = { relations: ['1'], seenAt: 0, fromLsn: toldLsn, toLsn: toldLsn, version };
    const next = await store.publish(epoch, told);
    assert.ok(next !== null && next !== version);
    assert.equal(await store.publish(epoch, told), null, 'it is behind that');
    assert.equal(await store.publish(epoch, { ...told, version: next, fromLsn: '0/1' }), null);
    assert.ok(await store.publish(epoch, { ...told, version: next }));
  },
);

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
