import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { findTable, overview, tableAnswer } from '../../../src/schema/answers.ts';
import { indexCatalog } from '../../../src/schema/relevance.ts';
import { catalog, column, shopTables, table } from './shop-catalog.ts';

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

test('the overview of a small database lists every table without its columns', async () => {
  const answer = overview(await indexCatalog(catalog(shopTables())));
  assert.equal(answer.tables_total, 6);
  assert.equal(answer.tables.length, 6);
  assert.equal(answer.schemas, undefined);
  assert.equal(answer.more_tables, undefined);
  assert.deepEqual(Object.keys(answer.tables[0] ?? {}), ['table', 'about', 'rows']);
});

test('the overview of a huge database is bounded and says how many more and how to narrow', async () => {
  const tables = Array.from({ length: 9_000 }, (_, index) =>
    table(`table_with_a_rather_long_name_${index}`, [column('id')], {
      schema: `tenant_${index % 900}`,
      sqlName: `tenant_${index % 900}.table_with_a_rather_long_name_${index}`,
      onSearchPath: false,
      comment: 'ü'.repeat(200),
    }),
  );
  const answer = overview(await indexCatalog(catalog(tables)));
  assert.ok(bytes(answer) <= 8_192, `${bytes(answer)} bytes`);
  assert.equal(answer.tables_total, 9_000);
  assert.equal(answer.more_tables, 9_000 - answer.tables.length);
  assert.match(answer.hint ?? '', /query/);
});

test('one table comes with all its columns and with what references it', async () => {
  const answer = tableAnswer(await indexCatalog(catalog(shopTables())), 'orders');
  assert.equal(answer.tables[0]?.columns?.length, 4);
  assert.deepEqual(answer.referenced_by, ['order_items.order_id']);
  assert.equal(answer.hint, undefined);
});

test('a table with too many columns and references is cut, and says so', async () => {
  const columns = Array.from({ length: 1_600 }, (_, index) => column(`some_column_${index}`));
  const hub = table('hub', [column('id', 'integer', { primaryKey: true }), ...columns]);
  const spokes = Array.from({ length: 500 }, (_, index) =>
    table(`spoke_${index}`, [column('hub_id', 'integer', { references: 'hub.id' })]),
  );
  const answer = tableAnswer(await indexCatalog(catalog([hub, ...spokes])), 'hub');
  assert.ok(bytes(answer) <= 8_192, `${bytes(answer)} bytes`);
  const shown = answer.tables[0];
  assert.equal((shown?.columns?.length ?? 0) + (shown?.more_columns ?? 0), 1_601);
  assert.equal((answer.referenced_by?.length ?? 0) + (answer.more_referenced_by ?? 0), 500);
  assert.ok(answer.hint);
});

test('a table is found as name, as schema.name, as written in SQL, and whatever the case', () => {
  const shop = catalog([
    ...shopTables(),
    table('Order Details', [column('id')]),
    table('regions', [], { schema: 'sales', sqlName: 'sales.regions', onSearchPath: false }),
  ]);
  const spelled = {
    orders: 'orders',
    'public.orders': 'orders',
    'ORDERS ': 'orders',
    'Order Details': 'Order Details',
    '"Order Details"': 'Order Details',
    'public.order details': 'Order Details',
    regions: 'regions',
    'Sales.Regions': 'regions',
  };
  for (const [given, name] of Object.entries(spelled)) {
    assert.equal(findTable(shop, given).name, name, given);
  }
});

test('an exact name wins over one that differs in case, a visible table over a hidden one', () => {
  const other = { schema: 'b', sqlName: 'b.t', onSearchPath: false };
  const tables = catalog([table('T', []), table('t', [], other), table('t', [])]);
  assert.equal(findTable(tables, 'T').sqlName, '"T"');
  assert.equal(findTable(tables, 't').sqlName, 't');
  assert.equal(findTable(tables, 'B.T').sqlName, 'b.t');
});

test('an ambiguous name is refused with the names to choose from', () => {
  const tables = catalog(
    ['a', 'b'].map((schema) =>
      table('t', [], { schema, sqlName: `${schema}.t`, onSearchPath: false }),
    ),
  );
  assert.throws(
    () => findTable(tables, 't'),
    (error) => isAppError(error, 'INPUT_INVALID') && /a\.t, b\.t/.test(error.hint ?? ''),
  );
});

test('an unknown table is answered with the nearest names', () => {
  assert.throws(
    () => findTable(catalog(shopTables()), 'custmers'),
    (error) => isAppError(error, 'NOT_FOUND') && (error.hint ?? '').includes(': customers'),
  );
});
