import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { createLogger } from '../../../src/logger.ts';
import { createCatalogReader } from '../../../src/schema/catalog-reader.ts';
import type { Catalog, CatalogColumn, CatalogTable } from '../../../src/schema/catalog.ts';
import { renderTables, PLAIN_VIEW } from '../../../src/schema/render.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { readerOf } from './reader.ts';

const logger = createLogger('silent');

async function catalogOf(t: TestContext, setup: string) {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, setup);
  const runQuery = readerOf(t, readerUrl);
  const reader = createCatalogReader({ runQuery, logger });
  return { url, runQuery, reader, catalog: await reader.read() };
}

function tableOf(catalog: Catalog, name: string): CatalogTable {
  const found = catalog.tables.find((table) => table.name === name);
  assert.ok(found, `${name} in ${catalog.tables.map((table) => table.name).join()}`);
  return found;
}

function columnOf(catalog: Catalog, table: string, name: string): CatalogColumn {
  const found = tableOf(catalog, table).columns.find((column) => column.name === name);
  assert.ok(found, `${table}.${name}`);
  return found;
}

const SHOP = `
  create type order_status as enum ('pending', 'paid', 'shipped');
  create table customers (
    id integer primary key, country varchar(2) not null, note text, email text, password_kind text);
  comment on table customers is E'People\\u202E who\\n bought';
  create table orders (
    id bigint primary key, customer_id integer references customers, status order_status,
    placed_at timestamptz);
  create table order_lines (
    order_id bigint references orders, line smallint, sku text, primary key (order_id, line));
  create table shipments (
    order_id bigint, line smallint,
    foreign key (order_id, line) references order_lines (order_id, line));
  create view paid as select * from orders where status = 'paid';
  create materialized view totals as select count(*) as n from orders;
  create table events (at date not null, kind text) partition by range (at);
  create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
  insert into customers
    select i, case when i % 3 = 0 then 'DE' else 'FR' end, 'note ' || i, 'same@example.com', 'weak'
    from generate_series(1, 300) i;
  insert into events select '2024-05-01', 'click' from generate_series(1, 50);
  analyze;`;

test('tables, columns, types, keys, comments and sizes are read', async (t) => {
  const { catalog } = await catalogOf(t, SHOP);
  assert.deepEqual(
    catalog.tables.map((table) => `${table.kind} ${table.sqlName}`),
    [
      'table customers',
      'partitioned table events',
      'table order_lines',
      'table orders',
      'view paid',
      'table shipments',
      'materialized view totals',
    ],
  );
  assert.equal(tableOf(catalog, 'customers').comment, 'People who bought');
  assert.equal(tableOf(catalog, 'customers').estimatedRows, 300);
  assert.equal(tableOf(catalog, 'events').estimatedRows, 50);
  assert.equal(tableOf(catalog, 'paid').estimatedRows, null);
  assert.deepEqual(columnOf(catalog, 'orders', 'customer_id'), {
    name: 'customer_id',
    sqlName: 'customer_id',
    type: 'integer',
    nullable: true,
    comment: null,
    primaryKey: false,
    references: 'customers.id',
    samples: [],
  });
  assert.equal(columnOf(catalog, 'customers', 'country').type, 'character varying(2)');
  assert.equal(columnOf(catalog, 'customers', 'country').nullable, false);
  assert.ok(columnOf(catalog, 'order_lines', 'order_id').primaryKey);
  assert.equal(columnOf(catalog, 'order_lines', 'order_id').references, 'orders.id');
  assert.equal(columnOf(catalog, 'shipments', 'line').references, 'order_lines.line');
});

test('sample values come from statistics and enums, never from columns that look secret', async (t) => {
  const { catalog } = await catalogOf(t, SHOP);
  assert.deepEqual(columnOf(catalog, 'customers', 'country').samples, ['FR', 'DE']);
  assert.deepEqual(columnOf(catalog, 'orders', 'status').samples, ['pending', 'paid', 'shipped']);
  assert.deepEqual(columnOf(catalog, 'customers', 'email').samples, []);
  assert.deepEqual(columnOf(catalog, 'customers', 'password_kind').samples, []);
  assert.deepEqual(columnOf(catalog, 'customers', 'note').samples, []);
});

test('many values are capped, the rest is kept for matching; long and hidden ones are left out', async (t) => {
  const { catalog } = await catalogOf(
    t,
    `create table cities (name text);
     insert into cities select 'city ' || i % 20 from generate_series(1, 1000) i;
     insert into cities select repeat('x', 41) from generate_series(1, 100);
     insert into cities select E'hid\\u200Bden' from generate_series(1, 100);
     analyze cities;`,
  );
  const { samples, moreValues = [] } = columnOf(catalog, 'cities', 'name');
  assert.equal(samples.length, 8);
  assert.equal(new Set([...samples, ...moreValues]).size, 20);
  assert.ok([...samples, ...moreValues].every((value) => /^city \d+$/.test(value)));
});

test('only what the role may read is listed', async (t) => {
  const { catalog } = await catalogOf(
    t,
    `create table open (id integer primary key, hidden_id integer);
     create table hidden (id integer primary key, state text);
     alter table open add foreign key (hidden_id) references hidden;
     create table half (id integer, shown text, kept text);
     insert into half select 1, 'a', 'b' from generate_series(1, 100);
     create schema closed;
     create table closed.inner_table (id integer);
     analyze;
     do $$ declare reader text := current_database() || '_reader'; begin
       execute format('revoke select on hidden, half from %I', reader);
       execute format('grant select (id, shown) on half to %I', reader);
       execute format('revoke usage on schema closed from %I', reader);
     end $$;`,
  );
  assert.deepEqual(
    catalog.tables.map((table) => table.name),
    ['half', 'open'],
  );
  assert.deepEqual(
    tableOf(catalog, 'half').columns.map((column) => column.name),
    ['id', 'shown'],
  );
  assert.deepEqual(columnOf(catalog, 'half', 'shown').samples, ['a']);
  assert.equal(columnOf(catalog, 'open', 'hidden_id').references, null);
});

test('extension-owned relations are left out', async (t) => {
  const { catalog } = await catalogOf(
    t,
    `create table own (id integer);
     create table owned_by_extension (id integer);
     alter extension vector add table owned_by_extension;`,
  );
  assert.deepEqual(
    catalog.tables.map((table) => table.name),
    ['own'],
  );
});

test('the version stays through changes of data and moves with every DDL that matters', async (t) => {
  const { url, reader, catalog } = await catalogOf(t, SHOP);
  assert.equal(await reader.read(), catalog, 'nothing changed: the very same object');

  await admin(url, `insert into orders values (1, 1, 'paid', now()); analyze;`);
  const withData = await reader.read();
  assert.equal(withData.version, catalog.version);
  assert.equal(tableOf(withData, 'orders').estimatedRows, 1);

  const versions = [catalog.version];
  for (const ddl of [
    'alter table customers add column city text',
    'alter table customers rename column city to town',
    'alter table customers alter column town type varchar(50)',
    'alter table order_lines add constraint f foreign key (line) references customers (id) not valid',
    `create or replace view paid as select * from orders where status <> 'paid'`,
    'drop view paid',
  ]) {
    await admin(url, ddl);
    versions.push((await reader.read()).version);
  }
  assert.equal(new Set(versions).size, versions.length, versions.join());
});

test('odd names are rendered so that they can be pasted into SQL', async (t) => {
  const { catalog, runQuery } = await catalogOf(
    t,
    `create schema "My Sales";
     create table "Order Details" ("Order ID" integer primary key, "from" text);
     create table "select" ("Größe" text, "say ""hi""" text, d integer references "Order Details");
     create table "My Sales"."MixedCase" ("a.b" text);
     create table "Bestellung№1" ("x\u202Ey" text);
     create table "zero\u200Bwidth" (id integer);
     create table "back\\slash ""q""\u2066" (id integer)`,
  );
  const documents = renderTables(catalog.tables, PLAIN_VIEW, 100_000);
  assert.equal(documents.length, 6);
  assert.ok(!/[\u202E\u200B\u2066]/.test(JSON.stringify(documents)));
  for (const { table, columns } of documents) {
    const list = columns.map((column) => column.name).join(', ');
    assert.deepEqual(await runQuery(`select ${list} from ${table}`, []), [], table);
    for (const { references } of columns) {
      if (!references) continue;
      assert.deepEqual(await runQuery(`select ${references} from "Order Details"`, []), []);
    }
  }
  assert.ok(documents.some((document) => document.table === '"My Sales"."MixedCase"'));
});
