// What ends rows that were read once, and what does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { uninstallTriggers } from '../../../src/freshness/triggers.ts';
import { admin } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { holdsSoon, installAll, watched } from './stamps.ts';

const SETUP = `
  create table orders (id int primary key, total int);
  create table other (id int);
  insert into orders select i, i from generate_series(1, 10) i;
  create table days (day int, n int) partition by range (day);
  create table monday partition of days for values from (0) to (10);
  create table tuesday partition of days for values from (10) to (20);
  create table loose (day int, n int);
  create table animal (name text);
  create table dog () inherits (animal);
  create function doubled(i int) returns int immutable language sql as 'select 2 * i';
  create view totals as select id, doubled(total) as total from orders;
  create view above as select count(*) from totals where total > 5;
  create materialized view daily as select count(*) as n from orders;`;

const BY_TRIGGERS = { source: 'triggers', lagMs: null, fault: null };

const WRITES: ReadonlyArray<readonly [reads: string, writes: string]> = [
  ['select * from orders', 'insert into orders values (11, 11)'],
  ['select * from orders', 'update orders set total = 0 where id = 1'],
  ['select * from orders', 'delete from orders where id = 2'],
  ['select * from above', 'update orders set total = 1 where id = 3'],
  ['select (select total from totals where id = 4)', 'delete from orders where id = 5'],
  ['select * from days', 'insert into days values (1, 1)'],
  ['select * from days', 'insert into tuesday values (11, 1)'],
  ['select * from monday', 'insert into days values (2, 1)'],
  ['select * from animal', "insert into dog values ('rex')"],
  ['select * from dog', "update animal set name = 'max'"],
  ['select * from orders', 'truncate orders'],
  ['select * from daily', 'refresh materialized view daily'],
];

for (const withTriggers of [false, true]) {
  const source = withTriggers ? 'triggers' : 'statistics';

  test(`by ${source} rows end with a write to what they were read from, however it was reached`, async (t) => {
    const { endsBy, causes } = await watched(t, SETUP, { withTriggers });
    for (const [reads, writes] of WRITES) {
      causes.length = 0;
      assert.ok(await endsBy(reads, writes), `${reads}, ${writes}`);
      assert.ok(['write', 'definition'].includes(causes[0]!), causes.join());
    }
  });

  test(`by ${source} rows hold whatever is written elsewhere, analyzed and vacuumed`, async (t) => {
    const { run, freshness, url } = await watched(t, SETUP, { withTriggers });
    const stamped = await run('select * from above, monday');
    assert.ok(stamped);
    await admin(url, 'insert into other values (1); insert into tuesday values (12, 1)');
    await admin(url, 'analyze');
    await admin(url, 'vacuum orders');
    await admin(url, 'create index on orders (total)');
    assert.ok(await holdsSoon(freshness, stamped));
    assert.equal((await freshness.status()).source, source);
    assert.ok(freshness.holdsNow(stamped.stamp), 'and this is known at once');
  });
}

test('rows end when what they were read from, or who may read it, is changed', async (t) => {
  const { endsBy, readerUrl, url } = await watched(
    t,
    `${SETUP}
     create type mood as enum ('glad', 'sad');
     create table moods (i int, mood mood);
     create type spot as (x int);
     create table spots (i int, at spot);`,
  );
  const reader = decodeURIComponent(new URL(readerUrl).username);
  const name = new URL(url).pathname.slice(1);
  await roles(t, url, [`${name}_group`, `${name}_owner`]);
  await admin(
    url,
    `grant ${name}_group to ${name}_owner; grant create on schema public to ${name}_owner;
     grant select on totals to ${name}_group; alter view above owner to ${name}_owner`,
  );
  const changes = [
    ['select * from orders', 'alter table orders add column note text'],
    ['select id from orders', 'alter table orders rename column total to sum'],
    ['select * from above', 'alter table orders rename column sum to total'],
    ['select * from above', 'create or replace view above as select count(*) from totals'],
    [
      'select * from above',
      `create or replace function doubled(i int) returns int immutable language sql as 'select 3 * i'`,
    ],
    ['select * from days', 'alter table days attach partition loose for values from (20) to (30)'],
    ['select * from days', 'alter table days detach partition loose'],
    ['select * from orders', 'alter table orders enable row level security'],
    ['select * from orders', 'create policy few on orders using (id < 3)'],
    ['select * from orders', 'alter policy few on orders using (id < 4)'],
    ['select * from orders', `grant insert on orders to ${reader}`],
    ['select * from moods', "alter type mood rename value 'glad' to 'merry'"],
    ['select * from spots', 'alter type spot rename attribute x to y'],
    ['select * from above', `revoke ${name}_group from ${name}_owner`],
    ['select * from totals', `revoke select on totals from ${reader}`],
    ['select * from orders', `alter role ${reader} bypassrls`],
    ['select * from orders', `grant ${name}_group to ${reader} with inherit true`],
    ['select * from other', `revoke usage on schema public from ${reader}`],
  ] as const;
  for (const [reads, change] of changes) {
    assert.ok(await endsBy(reads, change), `${reads}, ${change}`);
  }
});

/** They belong to the server: dropped behind the database, or kept with it. */
async function roles(t: TestContext, url: string, names: readonly string[]): Promise<void> {
  await admin(url, names.map((name) => `create role ${name}`).join(';'));
  const server = new URL(url);
  server.pathname = '/postgres';
  const dropped = `drop role ${names.join(', ')}`;
  t.after(() => admin(server.href, dropped).catch(() => undefined));
}

test('rows end when the name they were asked by means another table', async (t) => {
  const { endsBy } = await watched(
    t,
    `${SETUP}
     create schema first;
     do $$ begin
       execute format('alter database %I set search_path = first, public', current_database());
     end $$`,
  );
  assert.ok(await endsBy('select * from other', 'create table first.other (id int)'));
});

test('rows end when the settings of the role or of the database change', async (t) => {
  const { run, freshness, url } = await watched(t, SETUP);
  const stamped = await run('select * from orders');
  assert.ok(stamped && (await freshness.holds(stamped.stamp)));
  const name = new URL(url).pathname.slice(1);
  await admin(url, `alter database ${name} set timezone = 'Asia/Tokyo'`);
  assert.equal(await holdsSoon(freshness, stamped), false);
});

test('what nobody can see a write to is never served again', async (t) => {
  const { run, url, readerUrl } = await watched(
    t,
    `create extension file_fdw;
     create server files foreign data wrapper file_fdw;
     create foreign table far (line text) server files options (filename '/etc/hostname');
     create view near as select count(*) as n from far;
     create sequence numbers;`,
  );
  const reader = decodeURIComponent(new URL(readerUrl).username);
  await admin(url, `grant select on numbers to ${reader}; grant pg_read_server_files to postgres`);
  for (const sql of ['select * from near', 'select last_value from numbers']) {
    assert.equal(await run(sql), null, sql);
  }
});

test('a view or a policy that follows the clock, chance or the session is known by its text', async (t) => {
  const { run } = await watched(
    t,
    `create table t (i int, owner text);
     create table mine (i int, owner text);
     create function lucky() returns int language sql volatile as 'select 7';
     create view stable_view as select i, lower(owner) as owner from t where owner = current_user;
     create view day_view as select * from t where i > extract(year from current_date);
     create view clock_view as select i, now() from t;
     create view chance_view as select i, random() from t;
     create view lucky_view as select i, lucky() from t;
     create view catalog_view as select count(*) from pg_class, t;
     create view over as select * from (select * from clock_view) x;
     alter table mine enable row level security;
     create policy own on mine using (owner = current_user);
     create table theirs (i int, owner text);
     alter table theirs enable row level security;
     create policy set on theirs using (owner = current_setting('app.user', true));
     create table told (i int, owner text);
     create function lower(told) returns text language sql stable as 'select current_setting(''app.user'', true)';
     create view disguised_view as select lower(told) from told;
     create function near(a int, b int) returns boolean language sql volatile as 'select random() < 0.5';
     create operator === (leftarg = int, rightarg = int, function = near);
     create function same(a int, b int) returns boolean language sql immutable as 'select a = b';
     create operator ~== (leftarg = int, rightarg = int, function = same);
     create view operator_view as select 1 === i as is_near from t;
     create function pure(i int) returns int language sql immutable as 'select i';
     create view pure_view as select pure(i) from t;
     create view chosen_view as select i from t where i ~== 1;`,
  );
  const expected = {
    stable_view: 'stable',
    day_view: 'day',
    clock_view: 'clock',
    over: 'clock',
    chance_view: 'volatile',
    lucky_view: 'volatile',
    catalog_view: 'volatile',
    t: 'stable',
    mine: 'stable',
    theirs: 'volatile',
    disguised_view: 'volatile',
    operator_view: 'volatile',
    pure_view: 'stable',
    chosen_view: 'stable',
  };
  for (const [name, volatility] of Object.entries(expected)) {
    assert.equal((await run(`select * from ${name}`))?.volatility, volatility, name);
  }
});

test('what is written as a column and is a function is not known, however it is spelled', async (t) => {
  const { run, url } = await watched(t, SETUP);
  assert.ok(await run('select o.total from orders o'), 'no function is there');
  await admin(
    url,
    `create function overdue(orders) returns boolean language sql volatile as 'select random() < 0.5';
     create function "Late One"(anyelement) returns int language sql volatile as 'select 1'`,
  );
  assert.ok(await run('select o.total from orders o'));
  for (const sql of [
    'select o.overdue from orders o',
    'select (o).OVERDUE from orders o',
    'select o."Late One" from orders o',
    'select o.U&"over\\0064ue" from orders o',
  ]) {
    assert.equal(await run(sql), null, sql);
  }
});

test('the day that is left is that of the session', async (t) => {
  const hours: number[] = [];
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Midway']) {
    const { run } = await watched(t, SETUP, { zone });
    const left = (await run('select 1'))!.dayLeftMs / 3_600_000;
    assert.ok(left > 0 && left <= 24, String(left));
    hours.push(left);
  }
  // They are 25 hours apart.
  const [first, second] = hours as [number, number];
  assert.ok(Math.abs(((second - first + 48) % 24) - 1) < 0.1, hours.join());
});

test('triggers count what commits, not what is undone, and each transaction once', async (t) => {
  const { owner, url } = await watched(t, SETUP, { withTriggers: true });
  const writes = async (): Promise<number> => {
    const [row] = await admin(
      url,
      "select count(*)::int as n from askonce_changes.log where relid = 'orders'::regclass",
    );
    return row!['n'] as number;
  };
  await owner.withClient(async (client) => {
    await client.query('begin');
    await client.query('update orders set total = 1');
    await client.query('rollback');
    assert.equal(await writes(), 0);
    await client.query('begin');
    await client.query('savepoint s');
    await client.query('update orders set total = 2');
    await client.query('rollback to s');
    await client.query('commit');
    assert.equal(await writes(), 0);
    await client.query('begin');
    await client.query('savepoint s');
    await client.query('update orders set total = 3');
    await client.query('rollback to s');
    await client.query('update orders set total = 4');
    await client.query('update orders set total = 5');
    await client.query('commit');
  });
  assert.ok((await writes()) <= 1, 'one, unless it was merged');
});

test('writers of one table do not wait for one another, and the log stays short', async (t) => {
  const { url, owner } = await watched(t, SETUP, { withTriggers: true });
  await owner.withClient(async (client) => {
    await client.query('begin');
    await client.query('update orders set total = 1 where id = 1');
    await client.query('update other set id = 1');
    for (let id = 0; id < 600; id += 1) {
      await admin(
        url,
        `set lock_timeout = '1s'; insert into other values (${id}); update orders set total = 7 where id = 2`,
      );
    }
    await client.query('commit');
  });
  const [row] = await admin(url, 'select count(*)::int as n from askonce_changes.log');
  assert.ok((row!['n'] as number) < 500, String(row!['n']));
});

test('a table without the trigger is watched by its statistics, and the status says so', async (t) => {
  const { run, endsBy, freshness, url } = await watched(t, SETUP, { withTriggers: true });
  assert.ok(await run('select * from orders'));
  await freshness.holds((await run('select * from orders'))!.stamp);
  assert.deepEqual(await freshness.status(), { ...BY_TRIGGERS, boundMs: 1000, unlogged: 0 });
  await admin(url, 'create table late (i int)');
  await eventually('it is seen', async () => (await run('select * from late')) !== null);
  assert.ok(await endsBy('select * from late, orders', 'insert into late values (1)'));
  assert.deepEqual(await freshness.status(), { ...BY_TRIGGERS, boundMs: 61_000, unlogged: 1 });
  await admin(url, 'alter table orders disable trigger askonce_changes');
  assert.ok(await endsBy('select * from orders', 'update orders set total = 9'));
});

test('installing and leaving out triggers is noticed while it serves', async (t) => {
  const { run, endsBy, freshness, owner } = await watched(t, SETUP);
  assert.ok(await endsBy('select * from orders', 'update orders set total = 1'));
  assert.equal((await freshness.status()).source, 'statistics');
  await installAll(owner);
  await eventually('triggers', async () => {
    await freshness.holds((await run('select * from orders'))?.stamp);
    return (await freshness.status()).source === 'triggers';
  });
  assert.ok(await endsBy('select * from orders', 'update orders set total = 2'));
  await uninstallTriggers({ pool: owner, onProgress: () => undefined });
  await eventually('statistics', async () => {
    await freshness.holds((await run('select * from orders'))?.stamp);
    return (await freshness.status()).source === 'statistics';
  });
  assert.ok(await endsBy('select * from orders', 'update orders set total = 3'));
});

test('where the server counts no writes only the time of rows and their definition end them', async (t) => {
  const { run, freshness, endsBy, url } = await watched(
    t,
    `${SETUP}
     do $$ begin execute format('alter database %I set track_counts = off', current_database()); end $$`,
  );
  const stamped = await run('select * from orders');
  assert.ok(stamped);
  await admin(url, 'insert into orders values (11, 11)');
  assert.ok(await holdsSoon(freshness, stamped), 'nothing tells');
  assert.deepEqual(await freshness.status(), {
    source: 'ttl',
    boundMs: null,
    lagMs: null,
    unlogged: 0,
    fault: null,
  });
  assert.ok(await endsBy('select * from orders', 'alter table orders add column note text'));
});

test('a stamp that nobody here has written is none', async (t) => {
  const { freshness, run } = await watched(t, SETUP);
  await run('select * from orders');
  for (const forged of [
    null,
    1,
    'x',
    {},
    { surroundings: 1, relations: {} },
    { surroundings: '', relations: { 1: null } },
    { surroundings: '', relations: { 'no oid': { definition: '', content: '' } } },
    { surroundings: '', relations: { 4294967296: { definition: '', content: '' } } },
  ]) {
    assert.equal(await freshness.holds(forged), false);
    assert.equal(freshness.holdsNow(forged), false);
  }
});

test('a table is logged only where every way to write to it is', async (t) => {
  const { run, freshness, owner } = await watched(t, SETUP, { withTriggers: true });
  const contentsOf = async (sql: string): Promise<string[]> => {
    const stamped = await run(sql);
    return Object.values(stamped?.stamp?.relations ?? {}).map(
      ({ content }) => content.split(' ')[0]!,
    );
  };
  assert.deepEqual(await contentsOf('select * from monday'), ['log']);
  await owner.query('alter table days disable trigger askonce_changes');
  assert.deepEqual(await contentsOf('select * from monday'), ['statistics'], 'through its parent');
  await owner.query('alter table days enable trigger askonce_changes');
  assert.deepEqual(await contentsOf('select * from monday'), ['statistics'], 'not from replicas');
  await owner.query('alter table days enable always trigger askonce_changes');
  const stamped = await run('select * from monday');
  assert.ok(stamped && (await freshness.holds(stamped.stamp)));
  await owner.query(
    `begin; alter table days disable trigger askonce_changes; insert into days values (1, 1);
     alter table days enable always trigger askonce_changes; commit`,
  );
  assert.equal(
    await holdsSoon(freshness, stamped),
    false,
    'what was written meanwhile is not logged',
  );
});

test('a transaction that says it has told of its writes tells of them all the same', async (t) => {
  const { run, freshness, owner } = await watched(t, SETUP, { withTriggers: true });
  const stamped = await run('select * from orders');
  assert.ok(stamped && (await freshness.holds(stamped.stamp)));
  const [row] = await owner.query<{ id: string }>("select 'orders'::regclass::oid::text as id");
  await owner.query(
    `begin; set askonce_changes.told = ' ${row!.id} '; update orders set total = 1; commit`,
  );
  assert.equal(await holdsSoon(freshness, stamped), false);
});

test('triggers are not installed on what somebody else has laid out', async (t) => {
  const { url, owner } = await watched(t, SETUP);
  const stranger = `${new URL(url).pathname.slice(1)}_stranger`;
  await roles(t, url, [stranger]);
  const traps = [
    `create schema askonce_changes authorization ${stranger}`,
    `create schema askonce_changes;
     create function askonce_changes.record() returns trigger language plpgsql as 'begin return null; end';
     alter function askonce_changes.record() owner to ${stranger}`,
    `create schema askonce_changes; create table askonce_changes.log (relid oid, writes numeric);
     alter table askonce_changes.log owner to ${stranger}`,
    `create schema askonce_changes; create table askonce_changes.log (relid oid, writes numeric);
     create rule trap as on insert to askonce_changes.log do also notify trap`,
  ];
  for (const trap of traps) {
    await owner.query(trap);
    await assert.rejects(installAll(owner), { code: 'CONFIG_INVALID' }, trap);
    const [found] = await owner.query<{ n: number }>(
      "select count(*)::int as n from pg_trigger where tgname = 'askonce_changes'",
    );
    assert.equal(found!.n, 0);
    await owner.query('drop schema askonce_changes cascade');
  }
  await installAll(owner);
  await installAll(owner);
});
