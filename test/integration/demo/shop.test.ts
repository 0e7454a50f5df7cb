// The demo shop on the embedded database: whole or not there, and the same bytes every time.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { Client } from 'pg';

import type { EmbeddedDatabase } from '../../../src/db/embedded.ts';
import { TABLES } from '../../../src/demo/shop-tables.ts';
import { buildDemoShop } from '../../../src/demo/shop.ts';
import { createScratch } from '../db/embedded-scratch.ts';
import type { Scratch } from '../db/embedded-scratch.ts';
import { SHOP_CHECKSUM, SHOP_ROWS, checksum, countRows } from './shop-checksum.ts';

let scratch: Scratch;
let database: EmbeddedDatabase;

before(async () => {
  scratch = await createScratch();
  database = await scratch.start('shop');
});
after(() => scratch.close());

async function withOwner<T>(work: (client: Client) => Promise<T>, url = database.url) {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function build(client: Client): Promise<string[]> {
  const lines: string[] = [];
  await buildDemoShop(client, (line) => lines.push(line));
  return lines;
}

const tableCount = `SELECT count(*)::integer AS n FROM pg_tables WHERE schemaname = 'public'`;

test('a build that is killed half-way leaves nothing behind', async () => {
  await withOwner(async (client) => {
    let runaway: Promise<void> | undefined;
    const building = buildDemoShop(client, (line) => {
      if (line.includes('5/8')) runaway = database.endRunaway();
    });
    await assert.rejects(building);
    await runaway;
  });
  const { rows } = await withOwner((client) => client.query(tableCount));
  assert.deepEqual(rows, [{ n: 0 }]);
});

test('a build tells each step, and gives the bytes that it always gives', async () => {
  await withOwner(async (client) => {
    const lines = await build(client);
    assert.equal(lines.length, 8);
    assert.equal(await countRows(client), SHOP_ROWS);
    assert.ok(SHOP_ROWS > 100_000);
    assert.equal(await checksum(client), SHOP_CHECKSUM);
  });
});

test('a shop that is there is left alone', async () => {
  assert.deepEqual(await withOwner(build), []);
});

test('a shop of an older edition is replaced by the same bytes again', async () => {
  await withOwner(async (client) => {
    const note = `SELECT obj_description('public'::regnamespace) AS note`;
    const current = (await client.query(note)).rows[0].note as string;
    await client.query(
      `COMMENT ON SCHEMA public IS '${current.replace(/Edition \d+/, 'Edition 0')}'`,
    );
    assert.equal((await build(client)).length, 8);
    assert.equal((await client.query(note)).rows[0].note, current);
    assert.equal(await checksum(client), SHOP_CHECKSUM);
  });
});

test('every table and every relation can be found and understood', async () => {
  await withOwner(async (client) => {
    const described = await client.query(`
      SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND obj_description(oid, 'pg_class') IS NOT NULL`);
    assert.deepEqual(
      new Set(described.rows.map(({ relname }) => relname as string)),
      new Set(TABLES),
    );
    const keys = await client.query(`
      SELECT count(*) FILTER (WHERE contype = 'p')::integer AS primary,
        count(*) FILTER (WHERE contype = 'f')::integer AS foreign
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace`);
    assert.deepEqual(keys.rows, [{ primary: 13, foreign: 19 }]);
    const unseen = await client.query(`SELECT count(*)::integer AS n FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reltuples < 1`);
    assert.deepEqual(unseen.rows, [{ n: 0 }], 'the planner knows every table');
  });
});

test('the figures hold together', async () => {
  await withOwner(async (client) => {
    const { rows } = await client.query(`SELECT
      (SELECT count(*)::integer FROM orders o WHERE total_amount <> shipping_fee +
        (SELECT sum(line_total) FROM order_items i WHERE i.order_id = o.id)) AS wrong_totals,
      (SELECT count(*)::integer FROM orders o JOIN customers c ON c.id = customer_id
        WHERE ordered_at < registered_on) AS too_early,
      (SELECT count(*)::integer FROM shipments WHERE delivered_at <= shipped_at) AS too_fast,
      (SELECT count(*)::integer FROM products WHERE cost >= price) AS sold_at_a_loss,
      (SELECT min(ordered_at) >= '2023-01-01' AND max(ordered_at) < '2026-01-01' FROM orders) AS dated,
      (SELECT count(*)::integer FROM customers WHERE email !~ '^[a-z.]+[0-9]+@example[.]com$') AS odd_mail,
      (SELECT count(*)::integer > 1000 FROM customers JOIN countries ON code = country_code
        WHERE name = 'Germany') AS germans`);
    assert.deepEqual(rows, [
      {
        wrong_totals: 0,
        too_early: 0,
        too_fast: 0,
        sold_at_a_loss: 0,
        dated: true,
        odd_mail: 0,
        germans: true,
      },
    ]);
  });
});

test('the reader sees the shop', async () => {
  const rows = await withOwner(countRows, database.readerUrl);
  assert.equal(rows, SHOP_ROWS);
});
