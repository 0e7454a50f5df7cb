import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import type { RunQuery } from '../../../src/schema/catalog-reader.ts';
import { STATISTICS_SQL } from '../../../src/schema/catalog-sql.ts';
import { createSchemaIndex } from '../../../src/schema/schema-index.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { readerOf } from './reader.ts';

const logger = createLogger('silent');
const embed = null;

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function hasCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => isAppError(error, code);
}

/** Counts what is run, and lets it fail on demand. */
function watched(runQuery: RunQuery) {
  const state = { statements: 0, broken: false };
  const run: RunQuery = async (sql, params, signal) => {
    state.statements += 1;
    return runQuery(state.broken ? 'this is no SQL' : sql, params, signal);
  };
  return { state, run };
}

test('a question gets the tables, keys and values that its SQL needs', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    `create table countries (code text primary key, name text);
     create table customers (id integer primary key, country text references countries);
     create table orders (id integer primary key, customer_id integer references customers);
     insert into countries values ('DE', 'Germany'), ('FR', 'France');
     insert into customers select i, 'DE' from generate_series(1, 100) i;
     analyze;`,
  );
  const index = createSchemaIndex({ runQuery: readerOf(t, readerUrl), embed, logger });
  assert.equal(index.current(), null);
  const excerpt = await index.relevant('how many customers are there per country?');
  assert.deepEqual(
    excerpt.map((document) => document.table),
    ['customers', 'countries', 'orders'].slice(0, excerpt.length),
  );
  assert.deepEqual(excerpt[0], {
    table: 'customers',
    about: null,
    rows: 100,
    columns: [
      { name: 'id', type: 'integer', key: 'primary' },
      { name: 'country', type: 'text', references: 'countries.code', values: ['DE'] },
    ],
  });
  assert.ok(index.current());
});

test('a schema of 3,000 tables never floods an answer', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    `do $$ begin for i in 1..3000 loop
       execute format('create table metric_%s (id bigint, customer_name text, created_at timestamptz,
         order_total numeric, status text, region_code text, note text)', i);
     end loop; end $$`,
  );
  await admin(
    url,
    `create table invoices (id integer primary key, due date);
     comment on table metric_77 is 'Warehouse humidity';`,
  );
  const index = createSchemaIndex({ runQuery: readerOf(t, readerUrl), embed, logger });
  assert.equal((await index.refresh()).tables.length, 3_001);

  const overview = await index.search({});
  assert.ok(bytes(overview) <= 8_192, `${bytes(overview)} bytes`);
  assert.equal(overview.tables_total, 3_001);
  assert.equal(overview.more_tables, 3_001 - overview.tables.length);

  const found = await index.search({ query: 'customer orders by region and status' });
  assert.ok(bytes(found) <= 8_192, `${bytes(found)} bytes`);
  const humidity = await index.search({ query: 'humidity in the warehouse' });
  assert.equal(humidity.tables[0]?.table, 'metric_77');

  const excerpt = await index.relevant('invoices that are due');
  assert.equal(excerpt[0]?.table, 'invoices');
  assert.ok(bytes(await index.relevant('customer order total')) <= 6_000);
  const named = await index.search({ table: 'METRIC_2999' });
  assert.equal(named.tables[0]?.columns?.length, 7);
});

test('one table is found by name; an unknown one is answered with the nearest', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    `create schema sales;
     create table sales.regions (id integer primary key, label text);
     create table sales.shops (id integer, region_id integer references sales.regions);`,
  );
  const index = createSchemaIndex({ runQuery: readerOf(t, readerUrl), embed, logger });
  const answer = await index.search({ table: 'regions' });
  assert.equal(answer.tables[0]?.table, 'sales.regions');
  assert.deepEqual(answer.referenced_by, ['sales.shops.region_id']);
  const shops = await index.search({ table: 'Sales.Shops' });
  assert.equal(shops.tables[0]?.columns?.[1]?.references, 'sales.regions.id');
  await assert.rejects(
    index.search({ table: 'sales.region' }),
    (error) => isAppError(error, 'NOT_FOUND') && (error.hint ?? '').includes('sales.regions'),
  );
});

test('empty, oversized and non-text arguments are refused', async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const index = createSchemaIndex({ runQuery: readerOf(t, readerUrl), embed, logger });
  const wrong = ['', '  \n', 'x'.repeat(1_000_000), 7, null, ['orders'], {}];
  for (const value of wrong) {
    for (const name of ['query', 'table']) {
      const request = { [name]: value } as { query: string };
      await assert.rejects(
        index.search(request),
        hasCode('INPUT_INVALID'),
        `${name} ${typeof value}`,
      );
    }
  }
  assert.deepEqual((await index.search({})).tables, []);
  assert.deepEqual(await index.relevant('anything at all'), []);
});

test('callers at the same time share one refresh, and one that leaves does not stop it', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, 'create table t (id integer)');
  const { state, run } = watched(readerOf(t, readerUrl));
  const index = createSchemaIndex({ runQuery: run, embed, logger });
  const leaving = new AbortController();
  const left = index.refresh(leaving.signal);
  const others = Promise.all([index.refresh(), index.relevant('t'), index.search({})]);
  leaving.abort();
  await assert.rejects(left, hasCode('QUERY_CANCELLED'));
  await others;
  assert.equal(state.statements, 3);
});

test('a failed refresh is thrown and leaves the last good catalog in use', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, 'create table t (id integer)');
  const { state, run } = watched(readerOf(t, readerUrl));
  const index = createSchemaIndex({ runQuery: run, embed, logger });
  const good = await index.refresh();
  state.broken = true;
  await assert.rejects(index.refresh(), hasCode('QUERY_INVALID'));
  assert.equal(index.current(), good);
  assert.equal((await index.search({})).tables_total, 1);
});

test('an old catalog is read anew first, and answers where that fails', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, 'create table before (id integer)');
  let now = 0;
  const { state, run } = watched(readerOf(t, readerUrl));
  const index = createSchemaIndex({ runQuery: run, embed, logger, clock: () => now });
  await index.refresh();
  await admin(url, 'create table later (id integer)');

  now = 59_000;
  assert.equal((await index.search({})).tables_total, 1);
  assert.equal(state.statements, 3, 'young enough');

  now = 61_000;
  const both = await Promise.all([index.search({}), index.search({})]);
  assert.deepEqual(
    both.map(({ tables_total: total }) => total),
    [2, 2],
  );
  assert.equal(state.statements, 6, 'both waited for one refresh');

  now = 200_000;
  state.broken = true;
  assert.equal((await index.search({})).tables_total, 2, 'a failure there reaches no caller');
  await assert.rejects(index.refresh(), hasCode('QUERY_INVALID'));
});

test('sample values that cannot be read cost only themselves', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    `create table t (state text);
     insert into t select 'on' from generate_series(1, 100);
     analyze t;
     create table forbidden (document text);
     do $$ begin
       execute format('revoke select on forbidden from %I', current_database() || '_reader');
     end $$;`,
  );
  const read = readerOf(t, readerUrl);
  const runQuery: RunQuery = (sql, params) =>
    sql === STATISTICS_SQL ? read('select document from forbidden', []) : read(sql, params);
  const index = createSchemaIndex({ runQuery, embed, logger });
  const answer = await index.search({ table: 't' });
  assert.deepEqual(answer.tables[0]?.columns, [{ name: 'state', type: 'text' }]);
});
