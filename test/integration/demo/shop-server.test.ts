// The demo shop on a PostgreSQL server: the same bytes as on the embedded database.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Client } from 'pg';

import { buildDemoShop } from '../../../src/demo/shop.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { SHOP_CHECKSUM, checksum } from './shop-checksum.ts';

test('a server gives the bytes that the embedded database gives', async (t) => {
  const { url } = await freshDatabase(t);
  const client = new Client(url);
  await client.connect();
  await buildDemoShop(client, () => undefined);
  assert.equal(await checksum(client), SHOP_CHECKSUM);
  await client.end();
});

test('tables of the same names that are somebody else’s are not touched', async (t) => {
  const { url } = await freshDatabase(t);
  await admin(url, 'CREATE TABLE orders AS SELECT 1 AS precious');
  const client = new Client(url);
  await client.connect();
  await assert.rejects(
    buildDemoShop(client, () => undefined),
    { code: '42P07' },
  );
  assert.deepEqual((await client.query('SELECT * FROM orders')).rows, [{ precious: 1 }]);
  await client.end();
});
