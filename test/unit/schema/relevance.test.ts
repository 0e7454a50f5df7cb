import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createMeaningIndex } from '../../../src/schema/meaning-index.ts';
import { chooseTables, indexCatalog } from '../../../src/schema/relevance.ts';
import type { Choice } from '../../../src/schema/relevance.ts';
import { createLogger } from '../../../src/logger.ts';
import { catalog, column, shopTables, table } from './shop-catalog.ts';

const NO_MEANING = createMeaningIndex({ embed: null, logger: createLogger('silent') });

async function choose(question: string, tables = shopTables(), maxTables = 6): Promise<Choice> {
  const indexed = await indexCatalog(catalog(tables));
  return chooseTables(indexed, NO_MEANING, { question, maxTables });
}

function names(choice: Choice): string[] {
  return choice.tables.map((one) => one.name);
}

test('a table is found by its name, singular or plural, and its parts', async () => {
  assert.equal(names(await choose('How many customers do we have?'))[0], 'customers');
  assert.equal(names(await choose('list every category'))[0], 'categories');
  assert.equal(names(await choose('items of an order'))[0], 'order_items');
  assert.equal(names(await choose('orders'))[0], 'orders');
});

test('a value that only data tells finds its column, and is shown as the database spells it', async () => {
  const choice = await choose('how many people live in GERMANY');
  assert.equal(names(choice)[0], 'customers');
  const country = choice.tables[0]?.columns.find((one) => one.name === 'country');
  assert.ok(country);
  const values = choice.columnValues(country);
  assert.equal(values[0], 'Germany');
  assert.equal(values.length, 8);
  assert.ok(choice.columnScore(country) > 0);
});

test('an everyday synonym finds a table, but never before one of that very name', async () => {
  assert.equal(names(await choose('our best clients'))[0], 'customers');
  assert.equal(names(await choose('merchandise'))[0], 'products');
  const both = await choose('our best clients', [...shopTables(), table('clients', [])]);
  assert.equal(names(both)[0], 'clients');
});

test('a comment finds its table', async () => {
  assert.equal(names(await choose('revenue by month'))[0], 'orders');
});

test('tables needed to join the chosen ones come with them', async () => {
  const chosen = names(await choose('which product titles did each customer buy'));
  for (const name of ['products', 'customers', 'orders', 'order_items']) {
    assert.ok(chosen.includes(name), `${name} in ${chosen.join()}`);
  }
  assert.ok(!chosen.includes('audit_log'));
});

test('free places go to what the chosen tables reference, never past the limit', async () => {
  assert.ok(names(await choose('order status')).includes('customers'));
  assert.deepEqual(names(await choose('order status', shopTables(), 1)), ['orders']);
});

test('a question that names nothing still gets the tables that others hang on', async () => {
  const chosen = names(await choose('こんにちは'));
  assert.equal(chosen.length, 6);
  assert.ok(chosen.indexOf('audit_log') > chosen.indexOf('orders'));
  assert.deepEqual(names(await choose('anything', [])), []);
});

test('of tables with equal names the one on the search_path comes first', async () => {
  const copies = ['tenant_a', 'tenant_b'].map((schema) =>
    table('invoices', [column('id')], {
      schema,
      sqlName: `${schema}.invoices`,
      onSearchPath: false,
      estimatedRows: 1_000_000,
    }),
  );
  const chosen = await choose('invoices', [...copies, table('invoices', [column('id')])]);
  assert.equal(chosen.tables[0]?.sqlName, 'invoices');
});

test('a word in every table weighs less than one that tells tables apart', async () => {
  const tables = Array.from({ length: 50 }, (_, index) =>
    table(`thing_${index}`, [column('name'), column('created_at')]),
  );
  const chosen = await choose('name and created time of shipments', [
    ...tables,
    table('shipments', [column('reference')]),
  ]);
  assert.equal(chosen.tables[0]?.name, 'shipments');
});
