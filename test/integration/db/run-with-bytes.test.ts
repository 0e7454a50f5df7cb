import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runWithBytes } from '../../../src/db/run-with-bytes.ts';
import { isAppError } from '../../../src/errors.ts';
import { killConnections } from '../../support/backends.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { poolOf } from './pools.ts';

const INSERT =
  'INSERT INTO kept (id, body) VALUES ($1::integer, $2::text), ($3::integer, $4::text)';

async function keptIn(t: Parameters<typeof freshDatabase>[0]) {
  const { url } = await freshDatabase(t);
  await admin(url, 'CREATE TABLE kept (id integer PRIMARY KEY, body text NOT NULL)');
  return { url, pool: poolOf(t, url, { max: 1 }) };
}

test('bytes of any size arrive as they were, and the connection serves on', async (t) => {
  const { pool } = await keptIn(t);
  const large = Buffer.from('€ 😀 "\\\n'.repeat(300_000));
  await pool.withClient((client) =>
    runWithBytes(client, INSERT, ['1', large, '2', Buffer.alloc(0)]),
  );
  const rows = await pool.query('SELECT id, body FROM kept ORDER BY id');
  assert.deepEqual(rows, [
    { id: 1, body: large.toString() },
    { id: 2, body: '' },
  ]);
});

test('what the server refuses is an error, and the connection serves on', async (t) => {
  const { pool } = await keptIn(t);
  const [fine, broken] = [Buffer.from('fine'), Buffer.from([0xff, 0xfe])];
  await pool.withClient(async (client) => {
    for (const values of [
      ['1', fine, '1', fine],
      ['1', fine, '2', broken],
      ['one', fine, '2', fine],
    ]) {
      await assert.rejects(runWithBytes(client, INSERT, values), /duplicate|invalid/);
    }
    await assert.rejects(runWithBytes(client, 'INSERT INTO nowhere VALUES ($1::text)', [fine]));
    await runWithBytes(client, INSERT, ['1', fine, '2', fine]);
  });
  assert.equal((await pool.query('SELECT FROM kept')).length, 2);
});

test('a connection that goes in the midst is an unavailable database', async (t) => {
  const { url, pool } = await keptIn(t);
  const slow = 'INSERT INTO kept SELECT $1::integer, $2::text FROM pg_sleep(60)';
  const run = pool.withClient((client) => {
    setTimeout(() => void killConnections(url), 200);
    return runWithBytes(client, slow, ['1', Buffer.alloc(1024 * 1024, 'x')]);
  });
  await assert.rejects(run, (error) => isAppError(error, 'DATABASE_UNAVAILABLE'));
});
