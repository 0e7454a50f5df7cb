// docker/reader.sql as users run it: with psql, on a database that has tables already.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { admin, freshDatabase } from '../../support/database.ts';

const SCRIPT = fileURLToPath(new URL('../../../../docker/reader.sql', import.meta.url));
const run = promisify(execFile);
const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
);
const options = hasPsql ? {} : { skip: 'psql is not installed' };

const BEYOND_READING = [
  'INSERT INTO items VALUES (2)',
  'UPDATE items SET id = 2',
  'DELETE FROM items',
  'TRUNCATE items',
  'SELECT * FROM items FOR UPDATE',
  'CREATE TABLE mine (id int)',
  'CREATE TEMP TABLE mine (id int)',
  'CREATE SCHEMA mine',
  'SELECT * FROM hidden.secrets',
  'SELECT rolpassword FROM pg_authid',
  "SELECT pg_read_file('postgresql.conf')",
];

test(
  'reader.sql makes a role that reads the named schemas and can do nothing else',
  options,
  async (t) => {
    const { url } = await freshDatabase(t);
    // With blanks and capitals, as nobody should and somebody does.
    const role = `The Reader ${randomBytes(4).toString('hex')}`;
    t.after(() => admin(process.env['TEST_DATABASE_URL']!, `DROP ROLE "${role}"`));
    await admin(
      url,
      `CREATE TABLE items AS SELECT 1 AS id; CREATE SCHEMA "Sales EU"; CREATE SCHEMA hidden;
     CREATE TABLE hidden.secrets (id int);
     REVOKE EXECUTE ON FUNCTION lo_create(oid) FROM PUBLIC`,
    );
    const script = [
      '-X',
      '-v',
      `role=${role}`,
      '-v',
      'schemas=public, Sales EU',
      '-f',
      SCRIPT,
      url,
    ];
    const { stdout } = await run('psql', script);
    assert.match(stdout, /\(0 rows\)/, 'nothing but reading is reported');
    assert.equal((await run('psql', script)).stdout, stdout, 'it can be run again');

    await admin(url, 'CREATE TABLE "Sales EU".later AS SELECT 2 AS id');
    const asRole = (sql: string) => admin(url, `SET ROLE "${role}"; ${sql}`);
    await asRole('SELECT * FROM items');
    await asRole('SELECT * FROM "Sales EU".later');
    for (const sql of BEYOND_READING) {
      await assert.rejects(asRole(sql), { code: '42501' }, sql);
    }
  },
);

test('reader.sql leaves no role behind when a schema does not exist', options, async (t) => {
  const { url } = await freshDatabase(t);
  const role = `reader_${randomBytes(4).toString('hex')}`;
  await assert.rejects(
    run('psql', ['-X', '-v', `role=${role}`, '-v', 'schemas=nowhere', '-f', SCRIPT, url]),
    /schema "nowhere" does not exist/,
  );
  assert.deepEqual(await admin(url, 'SELECT 1 FROM pg_roles WHERE rolname = $1', [role]), []);
});
