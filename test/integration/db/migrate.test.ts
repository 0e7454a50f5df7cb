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

test('a database made by a newer askonce is refused and left alone', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  const dir = folderWith(t, { '900001_future.sql': 'create table askonce.future (n int)' });
  assert.equal((await migrate(pool, dir)).at(-1), '900001_future.sql');
  await assert.rejects(migrate(pool, MIGRATIONS), (error) => {
    assert.ok(isAppError(error, 'CONFIG_INVALID'));
    assert.match(error.message, /newer askonce.*900001/);
    assert.match(error.hint ?? '', /CACHE_DATABASE_URL/);
    return true;
  });
  assert.deepEqual(await migrate(pool, dir), []);
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
