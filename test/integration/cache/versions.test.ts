// Replicas of two versions over one store: what the older one has stored, and what becomes of it beside the newer.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { migrate } from '../../../src/db/migrate.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { STATEMENT_KEY, chunkOf, numbersIn, since } from '../../support/cache-samples.ts';
import { freshDatabase } from '../../support/database.ts';
import { poolOf } from '../db/pools.ts';
import { MIGRATIONS, SCOPE, cacheOver, range } from './stores.ts';

const PLAN = '00000000-0000-4000-8000-000000000001';
const RESULT = '00000000-0000-4000-8000-000000000002';
const KEY = Buffer.from(STATEMENT_KEY, 'hex');

/** As version 9 of the schema was written to. */
async function storeAsBefore(pool: Pool): Promise<void> {
  await pool.query(
    `WITH plan AS (
       INSERT INTO askonce.plans (id, plan_scope, statement_key, schema_version, sql, params, tables, facts, volatility)
       VALUES ($1, 'scope', '', '1', 'select 1', '[]', '{}', '{}', 'stable')
       ON CONFLICT (id) DO UPDATE SET last_used_at = now() RETURNING id)
     INSERT INTO askonce.phrasings
       (id, plan_id, plan_scope, model_id, schema_version, question, question_key, origin, embedding)
     SELECT gen_random_uuid(), plan.id, 'scope', 'mini', '1', 'how many', $2, 'asked', '[1,0,0]' FROM plan`,
    [PLAN, KEY],
  );
  await pool.query(
    `INSERT INTO askonce.results
       (id, result_scope, statement_key, status, columns, row_count, is_current, as_of, expires_at, stamp)
     VALUES ($1, 'alice', $2, 'complete', '[{"name":"n","type":"int4"}]', 3, true, now(), now() + interval '1 minute', '{}')`,
    [RESULT, KEY],
  );
  await pool.query(
    `INSERT INTO askonce.result_chunks (result_id, first_row, row_count, body) VALUES ($1, 0, 3, $2)`,
    [RESULT, chunkOf(0, 3).body.toString()],
  );
}

async function databaseOfBefore(t: TestContext): Promise<Pool> {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url);
  const before = await mkdtemp(join(tmpdir(), 'migrations-'));
  t.after(() => rm(before, { recursive: true }));
  const names = (await readdir(MIGRATIONS)).filter((name) => name < '000010');
  for (const name of names) await copyFile(join(MIGRATIONS, name), join(before, name));
  await migrate(pool, before);
  return pool;
}

test('rows and answers of an older version are served by the newer one, plans that nobody sealed are not', async (t) => {
  const pool = await databaseOfBefore(t);
  await storeAsBefore(pool);
  await pool.query('INSERT INTO askonce.rejections (question_key, plan_id) VALUES ($1, $2)', [
    Buffer.from('00', 'hex'),
    PLAN,
  ]);
  await pool.query(
    `INSERT INTO askonce.answers (id, result_scope, plan_scope, source) VALUES ('a', 'alice', 'scope', 'memory')`,
  );
  await pool.query(
    `INSERT INTO askonce.reports (answer_id, principal, verdict) VALUES ('a', 'alice', 'right'), ('gone', 'bob', 'wrong')`,
  );
  await migrate(pool, MIGRATIONS);
  const cache = cacheOver(t, pool);
  const found = await cache.results.find('alice', STATEMENT_KEY, since(0));
  assert.deepEqual(await numbersIn(found!.source), range(0, 3));
  assert.equal(await cache.findQuestion(SCOPE.planScope, STATEMENT_KEY), null);
  assert.equal((await cache.findAnswer('alice', 'a'))?.source, 'memory');
  const reports = await pool.query('SELECT result_scope, verdict FROM askonce.reports ORDER BY 1');
  assert.deepEqual(reports, [
    { result_scope: '', verdict: 'wrong' },
    { result_scope: 'alice', verdict: 'right' },
  ]);
});

test('an older replica beside the newer one stores nothing that the newer would misread', async (t) => {
  const pool = await databaseOfBefore(t);
  await migrate(pool, MIGRATIONS);
  await assert.rejects(storeAsBefore(pool));
  const cache = cacheOver(t, pool);
  assert.equal(await cache.findQuestion(SCOPE.planScope, STATEMENT_KEY), null);
});
