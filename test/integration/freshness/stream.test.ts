// The stream of changes: what it tells, and to whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPublication, uninstallPublication } from '../../../src/freshness/publication.ts';
import { admin } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { poolOf } from '../db/pools.ts';
import { holdsSoon } from './stamps.ts';
import { skip, streamed } from './streams.ts';

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
    const { boundMs, lagMs } = await other.freshness.status();
    assert.equal(boundMs, 61_000, 'some are watched by statistics');
    assert.ok(lagMs !== null && lagMs >= 0 && lagMs < 15_000, 'it is being read');
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
  assert.equal((await one.freshness.status()).lagMs, Infinity);
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

test(
  'a role that may connect and replicate, and nothing else, is enough to read it',
  { skip },
  async (t) => {
    const { url, replica, isLogical, run } = await streamed(t);
    const name = new URL(url).pathname.slice(1);
    await admin(
      url,
      `create role stream_reader login replication password 'secret';
     grant connect on database ${name} to stream_reader`,
    );
    const streamUrl = new URL(url);
    streamUrl.username = 'stream_reader';
    streamUrl.password = 'secret';
    const one = replica(streamUrl.href);
    await isLogical(one);
    const stamped = await run(one, 'select * from orders');
    await admin(url, 'delete from orders where id = 7');
    assert.equal(await holdsSoon(one.freshness, stamped!, 2500), false);
    assert.equal((await one.freshness.status()).fault, null);
  },
);
