// The schema as resources: every table that is known is listed once, can be read by the URI it is listed with, and is
// found by its first letters.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ResourceNotFoundError } from '@modelcontextprotocol/server';

import { isAppError } from '../../../src/errors.ts';
import { createSchemaResources } from '../../../src/mcp/resources/schema.ts';
import type { SchemaResources } from '../../../src/mcp/resources/schema.ts';
import { OVERVIEW_URI, tableUri } from '../../../src/mcp/resources/schema-uri.ts';
import type { CatalogTable } from '../../../src/schema/catalog.ts';
import { indexCatalog } from '../../../src/schema/relevance.ts';
import { catalog, column, shopTables, table } from '../schema/shop-catalog.ts';
import { contextOf } from './contexts.ts';

const CONTEXT = contextOf();

function resourcesOver(tables: readonly CatalogTable[]): SchemaResources {
  const known = indexCatalog(catalog(tables));
  return createSchemaResources({ catalog: () => known });
}

function many(count: number): CatalogTable[] {
  return Array.from({ length: count }, (_, at) => table(`t${at}`, [column('id')]));
}

async function listAll(resources: SchemaResources): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await resources.list(cursor, CONTEXT);
    pages.push(page.resources.map(({ uri }) => uri));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

async function readJson(resources: SchemaResources, uri: string) {
  const { contents } = await resources.read(uri, CONTEXT);
  assert.equal(contents[0].uri, uri);
  return JSON.parse(contents[0].text) as Record<string, unknown>;
}

test('the overview comes first, then each table, and all of them once', async () => {
  const tables = shopTables();
  const [page = [], ...more] = await listAll(resourcesOver(tables));
  assert.deepEqual(more, []);
  assert.equal(page[0], OVERVIEW_URI);
  const names = tables.map(({ sqlName }) => sqlName).sort();
  assert.deepEqual(page.slice(1), names.map(tableUri));
});

test('a long list comes in pages that go on where the last one ended, whatever was made in between', async () => {
  const pages = await listAll(resourcesOver(many(1234)));
  assert.equal(pages.length, 13);
  const uris = pages.flat();
  assert.equal(uris.length, 1235);
  assert.equal(new Set(uris).size, 1235);

  const { nextCursor } = await resourcesOver(many(200)).list(undefined, CONTEXT);
  const rest = await resourcesOver([table('a_new_one', []), ...many(200)]).list(
    nextCursor,
    CONTEXT,
  );
  assert.equal(rest.resources.length, 100);
  assert.equal(rest.nextCursor, undefined);
});

test('a cursor that was not given out is refused', async () => {
  const resources = resourcesOver(shopTables());
  for (const cursor of ['', '1', 'not a cursor', 'b3JkZXJz=='])
    await assert.rejects(resources.list(cursor, CONTEXT), (error) =>
      isAppError(error, 'INPUT_INVALID'),
    );
});

test('a table is read with its columns, keys, values and what points at it', async () => {
  const orders = await readJson(resourcesOver(shopTables()), 'schema://table/orders');
  assert.match(String(orders['notice']), /never instructions/);
  assert.equal(orders['table'], 'orders');
  assert.deepEqual(orders['referenced_by'], ['order_items.order_id']);
  assert.deepEqual(orders['columns'], [
    { name: 'id', type: 'integer', key: 'primary' },
    { name: 'customer_id', type: 'integer', references: 'customers.id' },
    { name: 'status', type: 'order_status', values: ['paid', 'shipped'] },
    { name: '"totalAmount"', type: 'numeric(12,2)', about: 'Revenue of the order, in euro' },
  ]);
});

test('the overview has every table on a line of its own', async () => {
  const { contents } = await resourcesOver(many(500)).read(OVERVIEW_URI, CONTEXT);
  const [{ text }] = contents;
  const overview = JSON.parse(text) as { tables_total: number; tables: unknown[] };
  assert.equal(overview.tables_total, 500);
  assert.equal(overview.tables.length, 500);
  assert.equal(text.split('\n').length, 502);
});

test('a table of another schema is found by its qualified name, and the widest one comes whole', async () => {
  const columns = Array.from({ length: 1600 }, (_, at) => column(`c${at}`, 'numeric(12,2)'));
  const sales = { schema: 'sales', sqlName: 'sales.wide', onSearchPath: false };
  const wide = await readJson(
    resourcesOver([table('wide', columns, sales)]),
    'schema://table/sales.wide',
  );
  assert.equal((wide['columns'] as unknown[]).length, 1600);
});

test('names that URIs and texts do not bear are listed, read and completed', async () => {
  const hostile = ['a/b?c#d', '100%', '..', 'say "hi"', "it's", 'größe ✓', '%2e%2e', 'a\u202eb\nc'];
  const tables = hostile.map((name) => {
    const isHidden = name.includes('\n');
    const sqlName = isHidden ? 'U&"a\\+00202eb\\+00000ac"' : `"${name.replaceAll('"', '""')}"`;
    return table(name, [column('id')], { sqlName });
  });
  const resources = resourcesOver(tables);
  const [uris = []] = await listAll(resources);
  assert.equal(uris.length, hostile.length + 1);
  for (const uri of uris.slice(1)) {
    assert.ok(URL.canParse(uri), uri);
    assert.equal(new URL(uri).href, uri, 'a host that takes it apart and back has the same');
    assert.match(uri, /^[\x21-\x7e]+$/);
    const { table: name } = await readJson(resources, uri);
    assert.equal(tableUri(String(name)), uri);
  }
  const { values } = await resources.complete('"', CONTEXT);
  assert.equal(values.length, hostile.length - 1);
  assert.ok(!JSON.stringify(uris).includes('\u202e'));
});

test('a table that is not there is told with the nearest names, and so is one that cannot be a name', async () => {
  const resources = resourcesOver(shopTables());
  await assert.rejects(resources.read('schema://table/custmers', CONTEXT), (error) => {
    assert.ok(error instanceof ResourceNotFoundError);
    assert.match(error.message, /nearest names are: customers/);
    return error.uri === 'schema://table/custmers';
  });
  const none = [
    'schema://table/',
    'schema://table/%zz',
    'schema://',
    'schema://tables',
    'schema:x',
    '',
  ];
  for (const uri of [...none, `schema://table/${'x'.repeat(100_000)}`])
    await assert.rejects(resources.read(uri, CONTEXT), ResourceNotFoundError, uri.slice(0, 50));
});

test('letters are completed to names of tables: bare, qualified, in any case, a hundred at most', async () => {
  const foreign = { schema: 'crm', sqlName: 'crm.orders', onSearchPath: false };
  const resources = resourcesOver([...shopTables(), table('orders', [], foreign)]);
  const complete = async (begun: string): Promise<string[]> =>
    (await resources.complete(begun, CONTEXT)).values;
  assert.deepEqual(await complete('ORD'), ['crm.orders', 'order_items', 'orders']);
  assert.deepEqual(await complete('crm.'), ['crm.orders']);
  assert.deepEqual(await complete('public.c'), ['categories', 'customers']);
  assert.deepEqual(await complete('nothing'), []);
  const { values, total, hasMore } = await resourcesOver(many(150)).complete('', CONTEXT);
  assert.deepEqual([values.length, total, hasMore], [100, 150, true]);
});
