import assert from 'node:assert/strict';
import { test } from 'node:test';

import { catalogVersion } from '../../../src/schema/catalog.ts';
import { column, shopTables, table } from './shop-catalog.ts';

test('the version is short and the same for the same schema', () => {
  assert.match(catalogVersion(shopTables()), /^[0-9a-f]{16}$/);
  assert.equal(catalogVersion(shopTables()), catalogVersion(shopTables()));
});

test('the version does not follow data: row estimates, sample values, comments', () => {
  const later = shopTables().map((one) => ({
    ...one,
    estimatedRows: 12_345,
    comment: 'new words',
    columns: one.columns.map((each) => ({ ...each, samples: ['other'], comment: 'new words' })),
  }));
  assert.equal(catalogVersion(later), catalogVersion(shopTables()));
});

test('the version follows names, types, keys, kinds, visibility and view definitions', () => {
  const base = [table('t', [column('a'), column('b')])];
  const changed = [
    [table('u', [column('a'), column('b')])],
    [table('t', [column('a')])],
    [table('t', [column('b'), column('a')])],
    [table('t', [column('a'), column('b', 'integer')])],
    [table('t', [column('a'), column('b', 'text', { primaryKey: true })])],
    [table('t', [column('a'), column('b', 'text', { references: 'u.id' })])],
    [table('t', [column('a'), column('b', 'text', { nullable: false })])],
    [table('t', [column('a'), column('b')], { kind: 'view' })],
    [table('t', [column('a'), column('b')], { onSearchPath: false })],
    [table('t', [column('a'), column('b')], { schema: 'other' })],
    [],
  ];
  const versions = [base, ...changed].map((tables) => catalogVersion(tables));
  versions.push(catalogVersion(base, ['select 1']), catalogVersion(base, ['select 2']));
  assert.equal(new Set(versions).size, versions.length);
});
