import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PLAIN_VIEW, renderTables } from '../../../src/schema/render.ts';
import { column, shopTables, table } from './shop-catalog.ts';

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

test('a table is a compact document with its keys in a fixed order', () => {
  const orders = shopTables().filter((one) => one.name === 'orders');
  assert.equal(
    JSON.stringify(renderTables(orders, PLAIN_VIEW, 6_000)),
    '[{"table":"orders","about":null,"rows":100,"columns":[' +
      '{"name":"id","type":"integer","key":"primary"},' +
      '{"name":"customer_id","type":"integer","references":"customers.id"},' +
      '{"name":"status","type":"order_status","values":["paid","shipped"]},' +
      '{"name":"\\"totalAmount\\"","type":"numeric(12,2)","about":"Revenue of the order, in euro"}' +
      ']}]',
  );
});

test('the standard names of types are shortened, and what is not a plain table says so', () => {
  const view = table(
    'v',
    [column('a', 'timestamp(3) with time zone'), column('b', 'character varying(20)[]')],
    { kind: 'view', estimatedRows: null },
  );
  assert.deepEqual(renderTables([view], PLAIN_VIEW, 6_000), [
    {
      table: 'v',
      kind: 'view',
      about: null,
      rows: null,
      columns: [
        { name: 'a', type: 'timestamptz(3)' },
        { name: 'b', type: 'varchar(20)[]' },
      ],
    },
  ]);
});

test('columns that matter least are left out first, and counted; keys and named ones stay', () => {
  const wide = table('wide', [
    column('id', 'integer', { primaryKey: true }),
    ...Array.from({ length: 300 }, (_, index) => column(`filler_${index}`)),
    column('wanted'),
    column('owner_id', 'integer', { references: 'owners.id' }),
  ]);
  const view = {
    ...PLAIN_VIEW,
    columnScore: (one: { name: string }) => Number(one.name === 'wanted'),
  };
  const small = table('small', [column('a'), column('b')]);
  const excerpt = renderTables([wide, small], view, 1_000);
  assert.ok(bytes(excerpt) <= 1_000, `${bytes(excerpt)} bytes`);
  const names = excerpt[0]?.columns.map((one) => one.name) ?? [];
  for (const name of ['id', 'filler_0', 'wanted', 'owner_id'])
    assert.ok(names.includes(name), name);
  assert.equal(excerpt[0]?.more_columns, 303 - names.length);
  assert.equal(excerpt[1]?.columns.length, 2, 'the rear of the wide table went before small ones');
  assert.equal(excerpt[1]?.more_columns, undefined);
});

test('the limit in bytes holds even where all columns are keys or names are long', () => {
  const keys = Array.from({ length: 500 }, (_, index) =>
    column(`key_${index}_${'ü'.repeat(20)}`, 'integer', { references: 'other.id' }),
  );
  const tables = Array.from({ length: 6 }, (_, index) =>
    table(`t${index}`, keys, { comment: 'ü'.repeat(200) }),
  );
  for (const limit of [300, 1_000, 6_000]) {
    const excerpt = renderTables(tables, PLAIN_VIEW, limit);
    assert.ok(bytes(excerpt) <= limit, `${bytes(excerpt)} of ${limit}`);
  }
});
