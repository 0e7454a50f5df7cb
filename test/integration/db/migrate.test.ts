import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { migrate } from '../../../src/db/migrate.ts';
import { isAppError } from '../../../src/errors.ts';
import { freshDatabase } from '../../support/database.ts';
import { poolOf } from './pools.ts';

/** compiled to dist/test/integration/db, four folders below the package */
const MIGRATIONS = fileURLToPath(new URL('../../../../migrations', import.meta.url));
const SHIPPED = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));

/** The migrations that ship, and some more. */
function folderWith(t: TestContext, more: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'askonce-migrations-'));
  t.after(() => rmSync(dir, { recursive: true }));
  cpSync(MIGRATIONS, dir, { recursive: true });
  for (const [name, text] of Object.entries(more)) writeFileSync(join(dir, name), text);
  return dir;
}

test('an empty database is brought up to date, and a second time nothing happens', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  assert.deepEqual(await migrate(pool, MIGRATIONS), SHIPPED.toSorted());
  assert.deepEqual(await migrate(pool, MIGRATIONS), []);
  const [row] = await pool.query('select count(*)::int as n from askonce.migrations');
  assert.equal(row?.['n'], SHIPPED.length);
});

test('replicas that start together apply each file once', async (t) => {
  const { url } = await freshDatabase(t);
  const pools = [1, 2, 3, 4].map(() => poolOf(t, url));
  const applied = await Promise.all(pools.map((pool) => migrate(pool, MIGRATIONS)));
  assert.deepEqual(applied.flat().sort(), SHIPPED.toSorted());
});

const ADDED = {
  '900001_added.sql': `-- More.
    ALTER TABLE askonce.plans ADD COLUMN future text NOT NULL DEFAULT 'x';
    CREATE TABLE askonce.future (n int)`,
};

test('a database that a newer askonce has added to is used as it is', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  const dir = folderWith(t, ADDED);
  assert.equal((await migrate(pool, dir)).at(-1), '900001_added.sql');
  const told: number[] = [];
  assert.deepEqual(await migrate(pool, MIGRATIONS, (version) => told.push(version)), []);
  assert.deepEqual(told, [900_001]);
  assert.deepEqual(await migrate(pool, dir, (version) => told.push(version)), []);
  assert.deepEqual(told, [900_001], 'who knows it all is told nothing');
});

test('a database that lacks what an older askonce needs is refused to it, and left alone', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  const dir = folderWith(t, {
    ...ADDED,
    '900002_taken.sql': `-- Nobody reads it since 900001.
-- needs: 900001
ALTER TABLE askonce.plans DROP COLUMN facts`,
    '900003_more.sql': 'CREATE TABLE askonce.more (n int)',
  });
  const between = folderWith(t, ADDED);
  assert.equal((await migrate(pool, dir)).at(-1), '900003_more.sql');
  await assert.rejects(migrate(pool, MIGRATIONS), (error) => {
    assert.ok(isAppError(error, 'CONFIG_INVALID'));
    assert.match(error.message, /newer askonce.*900002.*lacks/);
    assert.match(error.hint ?? '', /CACHE_DATABASE_URL/);
    return true;
  });
  assert.deepEqual(await migrate(pool, between), [], 'the release between goes on');
  assert.deepEqual(await migrate(pool, dir), []);
});

test('a migration does not hold up those who use the tables for long, and is tried again', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  await migrate(pool, MIGRATIONS);
  const dir = folderWith(t, ADDED);
  await pool.withClient(async (reader) => {
    await reader.query('BEGIN');
    await reader.query('SELECT FROM askonce.plans');
    await assert.rejects(migrate(pool, dir), /lock/);
    await reader.query('COMMIT');
  });
  assert.deepEqual(await migrate(pool, dir), ['900001_added.sql']);
});

test('a migration that fails leaves nothing behind, not even the ones before it', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  const dir = folderWith(t, {
    '900001_good.sql': 'create table askonce.good (n int)',
    '900002_bad.sql': 'create table askonce.bad (n no_such_type)',
  });
  await assert.rejects(migrate(pool, dir), (error) => isAppError(error, 'QUERY_INVALID'));
  assert.deepEqual(await pool.query(`select to_regnamespace('askonce') as schema`), [
    { schema: null },
  ]);
  assert.deepEqual(await migrate(pool, MIGRATIONS), SHIPPED.toSorted());
});

test('only files with a number and a name are migrations, and none at all is a fault', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  const dir = folderWith(t, {
    'README.md': 'x',
    '1_short.sql': 'boom',
    '900001_x.sql.bak': 'boom',
  });
  assert.deepEqual(await migrate(pool, dir), SHIPPED.toSorted());
  const empty = mkdtempSync(join(tmpdir(), 'askonce-empty-'));
  t.after(() => rmSync(empty, { recursive: true }));
  await assert.rejects(migrate(pool, empty), (error) => isAppError(error, 'CONFIG_INVALID'));
});
