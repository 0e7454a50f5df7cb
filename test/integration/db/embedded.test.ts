// One embedded backend behind many connections: each finds it as it would find a server.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { Client } from 'pg';
import type { Pool } from 'pg';
import Cursor from 'pg-cursor';

import type { EmbeddedDatabase } from '../../../src/db/embedded.ts';
import { answers, createScratch, eventually } from './embedded-scratch.ts';
import type { Scratch } from './embedded-scratch.ts';

let scratch: Scratch;
let database: EmbeddedDatabase;
let pool: Pool;

before(async () => {
  scratch = await createScratch();
  database = await scratch.start();
  pool = scratch.pool(database.url, 4);
  await pool.query('CREATE TABLE counters (name text PRIMARY KEY, value integer NOT NULL)');
  await pool.query(`INSERT INTO counters VALUES ('shared', 0), ('abandoned', 0)`);
});
after(() => scratch.close());

async function connect(url = database.url): Promise<Client> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

test('vectors are stored and compared', async () => {
  await pool.query('CREATE EXTENSION IF NOT EXISTS vector');
  const { rows } = await pool.query(`SELECT '[1,2,3]'::vector <-> '[1,2,5]' AS distance`);
  assert.deepEqual(rows, [{ distance: 2 }]);
});

test('transactions of several connections do not mix', async () => {
  const add = async (): Promise<void> => {
    const client = await pool.connect();
    await client.query('BEGIN');
    const { rows } = await client.query(`SELECT value FROM counters WHERE name = 'shared'`);
    await client.query(`UPDATE counters SET value = $1 WHERE name = 'shared'`, [rows[0].value + 1]);
    await client.query('COMMIT');
    client.release();
  };
  await Promise.all(Array.from({ length: 40 }, add));
  const { rows } = await pool.query(`SELECT value FROM counters WHERE name = 'shared'`);
  assert.deepEqual(rows, [{ value: 40 }]);
});

test('answers reach whoever asked, however the parameters are cut into packets', async () => {
  const padding = 'x'.repeat(200_000);
  const ask = async (number: number): Promise<void> => {
    const { rows } = await pool.query('SELECT $1::integer AS number, length($2) AS length', [
      number,
      number % 2 === 0 ? padding : '',
    ]);
    assert.deepEqual(rows, [{ number, length: number % 2 === 0 ? padding.length : 0 }]);
  };
  await Promise.all(Array.from({ length: 60 }, (_, number) => ask(number)));
});

test('a cursor outside of a transaction is not disturbed by other connections', async () => {
  const reader = await connect();
  const cursor = reader.query(new Cursor<{ n: number }>('SELECT n FROM generate_series(1, 9) n'));
  const first = await cursor.read(4);
  const other = pool.query('SELECT 1');
  const rest = await cursor.read(100);
  assert.deepEqual(
    [...first, ...rest].map(({ n }) => n),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  await cursor.close();
  await other;
  await reader.end();
});

for (const [how, leave] of [
  ['cut off', (client: Client) => client.connection.stream.destroy()],
  ['closed', (client: Client) => client.end()],
] as const) {
  test(`a transaction whose connection is ${how} is rolled back and blocks nobody`, async () => {
    const client = await connect();
    await client.query('BEGIN');
    await client.query(`UPDATE counters SET value = 99 WHERE name = 'abandoned'`);
    const waiting = pool.query(`SELECT value FROM counters WHERE name = 'abandoned'`);
    await leave(client);
    assert.deepEqual((await waiting).rows, [{ value: 0 }]);
  });
}

test('a connection that is cut off behind an error leaves the backend usable', async () => {
  const client = await connect();
  await client.query('BEGIN');
  await assert.rejects(client.query('SELECT 1 / 0'));
  const cursor = client.query(new Cursor('SELECT no_such_column'));
  await assert.rejects(cursor.read(1));
  client.connection.stream.destroy();
  assert.ok(await answers(pool));
});

test('nothing of one connection’s session is found by the next', async () => {
  const first = await connect();
  await first.query({ name: 'same', text: 'SELECT 1 AS n' });
  await first.query(`SET search_path = nowhere; SET TimeZone = 'Asia/Tokyo'`);
  await first.query('CREATE TEMP TABLE private_notes (n integer)');
  await first.query('SELECT pg_advisory_lock(7)');
  const second = await connect();
  assert.deepEqual((await second.query({ name: 'same', text: 'SELECT 2 AS n' })).rows, [{ n: 2 }]);
  const { rows } = await second.query(`SELECT current_setting('search_path') AS path,
    current_setting('TimeZone') AS zone, to_regclass('private_notes') AS notes,
    (SELECT count(*)::integer FROM pg_locks WHERE locktype = 'advisory') AS locks`);
  assert.deepEqual(rows, [{ path: 'public', zone: 'UTC', notes: null, locks: 0 }]);
  await first.end();
  await second.end();
});

test('a connection that is alone keeps its session', async () => {
  await pool.end();
  const alone = await connect();
  await alone.query(`SET TimeZone = 'Asia/Tokyo'`);
  await alone.query({ name: 'kept', text: 'SELECT $1::integer AS n', values: [1] });
  const again = await alone.query({ name: 'kept', text: 'SELECT $1::integer AS n', values: [2] });
  assert.deepEqual(again.rows, [{ n: 2 }]);
  assert.deepEqual((await alone.query('SHOW TimeZone')).rows, [{ TimeZone: 'Asia/Tokyo' }]);
  await alone.end();
  pool = scratch.pool(database.url, 4);
});

test('the reader may read what the owner makes, and nothing else', async () => {
  await pool.query('CREATE TABLE visible AS SELECT 1 AS n');
  const reader = await connect(database.readerUrl);
  assert.deepEqual((await reader.query('SELECT n FROM visible')).rows, [{ n: 1 }]);
  for (const refused of [
    'DELETE FROM visible',
    'CREATE TABLE mine (n integer)',
    `SELECT pg_read_file('PG_VERSION')`,
    'SET ROLE postgres',
  ]) {
    await assert.rejects(reader.query(refused), { code: '42501' }, refused);
  }
  await reader.end();
  assert.deepEqual((await pool.query('SELECT current_user AS who')).rows, [{ who: 'postgres' }]);
});

test('a role that is not known is refused', async () => {
  await assert.rejects(connect(database.url.replace('postgres@', 'somebody@')), { code: '28000' });
});

test('rows leave by COPY', async () => {
  const { rowCount } = await pool.query('COPY (SELECT generate_series(1, 3)) TO STDOUT');
  assert.equal(rowCount, 3);
});

test('what breaks the backend ends the engine, which comes back with its data', async () => {
  await pool.query(`CREATE OR REPLACE FUNCTION endless(n integer) RETURNS integer
    LANGUAGE plpgsql AS 'BEGIN RETURN endless(n + 1); END'`);
  const engine = database.pid;
  await assert.rejects(pool.query('SELECT endless(1)'));
  await eventually(() => answers(pool));
  assert.notEqual(database.pid, engine);
  assert.equal((await pool.query('SELECT * FROM counters')).rowCount, 2);
});
