// Which tables and columns the operator lets agents see, against a real server: no way to a name leads around it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';
import { createServerCatalog } from '../../../src/guard/server-catalog.ts';
import type { PolicyRules } from '../../../src/guard/table-policy.ts';
import { createLogger } from '../../../src/logger.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { poolOf } from '../db/pools.ts';

const SETUP = `
  create domain email as text check (value like '%@%') not null;
  create table customers (id int primary key, name text, email email, phone varchar(20), "Odd ""Name" int);
  insert into customers values (1, 'Ann', 'ann@x.test', '12345', 7), (2, 'Bob', 'bob@x.test', '67890', 8);
  create table orders (id int, customer_id int, total numeric);
  insert into orders values (1, 1, 10), (2, 2, 20);
  create table events (id int, secret text) partition by range (id);
  create table events_1 partition of events for values from (0) to (10);
  insert into events values (1, 'hidden');
  create schema hr;
  create table hr.salaries (id int, amount int, password text);
  insert into hr.salaries values (1, 999, 'pw');
  create table plain (id int, note text);
  create table heir (token text) inherits (plain);
  insert into heir values (1, 'n', 'tok');
  create view contacts as select id, email from customers;
  grant usage on schema hr to public; grant select on all tables in schema hr, public to public`;

async function ruled(t: TestContext, rules: Partial<PolicyRules>) {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, SETUP);
  const pool = poolOf(t, readerUrl);
  const tables = { allowed: [], denied: [], masked: [], ...rules };
  const catalog = createServerCatalog({
    runQuery: (sql, params) => pool.query(sql, params),
    wants: { relations: true, columns: tables.masked.length > 0 },
    logger: createLogger('silent'),
    now: () => 0,
  });
  await catalog.fresh();
  const guard = await createStatementGuard({ catalog: () => catalog.current(), tables });
  const rows = async (sql: string): Promise<string> => {
    const { sql: checked } = guard.check(sql);
    return JSON.stringify(await pool.query(guard.masked(checked)));
  };
  return { guard, rows };
}

const isRefused = (guard: StatementGuard, sql: string): void =>
  assert.throws(
    () => guard.masked(guard.check(sql).sql),
    (error) => isAppError(error, 'QUERY_REJECTED'),
    sql,
  );

test('a denied table is read by no name, alone, joined, below another or above its parts', async (t) => {
  const { guard, rows } = await ruled(t, { denied: ['hr.*', 'events', 'heir'] });
  for (const sql of [
    'select * from hr.salaries',
    'table hr.salaries',
    'select (select max(amount) from hr.salaries) from orders',
    'with s as (select * from hr.salaries) select * from s',
    'select * from orders where exists (select from hr.salaries)',
    'select * from events',
    'select * from public.events_1',
    'select * from events_1',
    'select * from heir',
    'select * from plain',
    'explain select * from hr.salaries',
    'select most_common_vals from pg_stats',
    'select * from pg_catalog.pg_statistic',
    'select * from pg_toast.pg_toast_1',
    'select * from made_just_now',
  ])
    isRefused(guard, sql);
  assert.match(await rows('select count(*)::int as n from only plain'), /"n":0/);
  assert.match(await rows('with events as (select 5 as n) select * from events'), /"n":5/);
  assert.throws(
    () => guard.check('select 1 from orders o, hr.salaries s'),
    /"hr\.salaries" may not be read here \(line 1:25/,
  );
});

test('only allowed tables are read, and the system’s catalogs are none of them', async (t) => {
  const { guard, rows } = await ruled(t, { allowed: ['orders', 'public.event*', 'contacts'] });
  assert.match(await rows('select total::text from orders where id = 1'), /"10"/);
  assert.match(await rows('select secret from events_1'), /hidden/);
  assert.match(await rows('select email from contacts where id = 1'), /ann@/);
  for (const sql of [
    'select * from customers',
    'select * from hr.salaries',
    'select * from pg_class',
    'select * from information_schema.tables',
    'select * from nowhere',
    'select * from hr.orders',
  ])
    isRefused(guard, sql);
  assert.equal(guard.isShown('public', 'orders'), true);
  assert.equal(guard.isShown('public', 'customers'), false);
});

const MASKED = [
  'customers.email',
  'public.customers.phone',
  '*.password',
  'heir.token',
  'events.secret',
];
/** Each of these would tell the value if anything could. */
const REACHING = [
  'select * from customers',
  'select c.* from customers c',
  'select customers from customers',
  'select row_to_json(c) from customers as c',
  'select to_jsonb(customers.*) from customers',
  'select c from (select * from customers) c',
  'table customers',
  'select email from public.customers',
  'select "email", phone from "customers"',
  'select (c).email from customers c',
  "select id from customers where email like 'ann%' or phone like '1%'",
  'select id from customers order by email',
  'select max(email), min(phone) from customers',
  'select count(*) from customers where email is not null',
  'select a.email from customers a join customers b using (email)',
  'select * from customers natural join contacts',
  'with recursive x as (select * from customers union select * from customers) select * from x',
  'select x.y from customers x(a, b, y, d, e)',
  'select l.email from orders o, lateral (select * from customers where id = o.customer_id) l',
  'select array_agg(c) from customers c',
  'select string_agg(email, $$,$$) over () from customers',
  'select (select email from customers where id = 1)',
  'select secret from events_1',
  'select secret from events union all select secret from public.events',
  'select password from hr.salaries',
  'select token from heir',
  'select * from customers /* a */ -- b\n c',
  'select * from "public" . "customers"',
  'select * from public /* x */ . customers',
  'select * from only customers',
  'select * from customers *',
  'select * from customers tablesample system (100)',
  'select * from U&"c\\0075stomers"',
  'select * from U&"c!0075stomers" uescape \'!\'',
  'select * from only (customers)',
  'select public.customers.email from public.customers',
];

test('a masked column reads as NULL wherever it stands, or the statement is refused', async (t) => {
  const { guard, rows } = await ruled(t, { masked: MASKED });
  for (const sql of REACHING) {
    const said = await rows(sql).catch((error: unknown) => {
      // Refused by the guard, or by the database for what the column is no more.
      assert.ok(isAppError(error), `${sql}: ${String(error)}`);
      return '';
    });
    assert.doesNotMatch(said, /@x\.test|12345|67890|hidden|"pw"|"tok"/, sql);
    assert.ok(!/"count":"[12]"/.test(said), sql);
  }
  assert.equal(guard.isMasked('public', 'customers', 'email'), true);
  assert.equal(guard.isMasked('public', 'events_1', 'secret'), true);
  assert.equal(guard.isMasked('public', 'customers', 'name'), false);
});

test('beside its masked columns a table reads as it is', async (t) => {
  const { guard, rows } = await ruled(t, { masked: MASKED });
  const found = await rows(
    'select c.id, name, email, "Odd ""Name" as odd, total::text from customers c join orders o on o.customer_id = c.id where c.id = 2',
  );
  assert.deepEqual(JSON.parse(found), [{ id: 2, name: 'Bob', email: null, odd: 8, total: '20' }]);
  assert.equal(guard.masked('select total from orders'), 'select total from orders');
  assert.match(
    guard.masked('explain select * from customers'),
    /^explain select \* from \(SELECT id, /,
  );
  assert.match(
    await rows('select email from contacts where id = 1'),
    /ann@/,
    'a view is one of its own',
  );
  isRefused(guard, 'select * from made_just_now');
  assert.match(
    await rows('select id, email from customers -- the people\nwhere id = 1'),
    /"email":null/,
  );
});
