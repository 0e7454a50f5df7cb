// Upgrades and the way back: servers over one cache database, of which a newer one has changed the schema. Queries are
// answered whatever it did; where it only added, everything is kept and known as before.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { migrate } from '../../src/db/migrate.ts';
import { createPool } from '../../src/db/pool.ts';
import { createLogger } from '../../src/logger.ts';
import { ROOT, call, connect, startAskonce } from '../support/askonce.ts';
import type { Askonce, Document } from '../support/askonce.ts';
import { admin } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf } from '../support/gauges.ts';
import { startSmallShop } from '../support/small-shop.ts';

/** As a later release might add: to every table that rows are written to. */
const ADDS = `
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'askonce' AND tablename <> 'migrations' LOOP
      EXECUTE format('ALTER TABLE askonce.%I ADD COLUMN future text NOT NULL DEFAULT ''x''', name);
    END LOOP;
  END $$;
  CREATE TABLE askonce.future (n integer PRIMARY KEY);
  CREATE INDEX plans_future ON askonce.plans (future)`;
/** What no release could take away while this one may run beside it, or again. */
const TAKES = `-- needs: 900000
  ALTER TABLE askonce.results DROP COLUMN stamp;
  ALTER TABLE askonce.phrasings RENAME COLUMN question TO asked`;

/** What the start of a newer server does to the cache database. */
async function migrateAhead(t: TestContext, cacheUrl: string, sql: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'askonce-newer-'));
  t.after(() => rm(dir, { recursive: true }));
  await cp(join(ROOT, 'migrations'), dir, { recursive: true });
  await writeFile(join(dir, '900001_newer.sql'), sql);
  const logger = createLogger('silent');
  const pool = createPool({ url: cacheUrl, min: 0, max: 1, acquireTimeoutMs: 3000, logger });
  try {
    // A replica at work may hold a table just then.
    await eventually('the newer server has migrated', async () =>
      migrate(pool, dir).then(
        (names) => names.length > 0,
        (error: unknown) => {
          assert.match(String(error), /lock/i);
          return false;
        },
      ),
    );
  } finally {
    await pool.close();
  }
}

const answered = (document: Document): Document => {
  assert.equal(document.status, 'answered', JSON.stringify(document));
  return document;
};

const countOver = (id: number) => ({
  question: `how many orders have an id over ${id}?`,
  sql: `SELECT count(*)::int AS n FROM orders WHERE id > ${id}`,
});

async function failuresOf(server: Askonce): Promise<string[]> {
  const gauges = await gaugesOf(server.origin);
  return [...gauges]
    .filter(([name, value]) => /^askonce_cache_(failures|dropped)_total/.test(name) && value > 0)
    .map(([name]) => name);
}

const isStored = async (cacheUrl: string, question: string): Promise<boolean> => {
  const rows = await admin(cacheUrl, 'SELECT FROM askonce.phrasings WHERE question = $1', [
    question,
  ]);
  return rows.length === 1;
};

test('older servers go on beside a newer one, and start again behind it, with all that is known', async (t) => {
  const { client, server, settings, cacheUrl } = await startSmallShop(t);
  const [known, next, last] = [countOver(10), countOver(20), countOver(30)];
  answered(await call(client, 'query', known));
  await eventually('it is stored', () => isStored(cacheUrl, known.question));

  await migrateAhead(t, cacheUrl, ADDS);
  assert.deepEqual(answered(await call(client, 'query', next)).rows, [[1480]]);
  await eventually('what is asked now is kept', () => isStored(cacheUrl, next.question));

  // As after a way back: the release of before, over the schema of the newer one.
  const again = await startAskonce(t, settings);
  assert.match(again.log(), /newer schema/);
  const back = await connect(t, again.url);
  for (const [{ question }, count] of [[known, 1490] as const, [next, 1480] as const]) {
    const answer = answered(await call(back, 'ask', { question }));
    assert.deepEqual(answer.rows, [[count]]);
    assert.notEqual(answer.source, 'database', 'its rows were kept');
  }
  assert.deepEqual(answered(await call(back, 'query', last)).rows, [[1470]]);
  await eventually('it keeps, too', () => isStored(cacheUrl, last.question));
  // Reports, and what operators see, go through the tables of the newer one, too.
  const { answer_id } = answered(await call(back, 'ask', { question: known.question }));
  const report = await back.callTool({
    name: 'report',
    arguments: { answer_id, verdict: 'right' },
  });
  assert.ok(!report.isError, JSON.stringify(report));
  for (const name of ['cache_stats', 'cache_review', 'cache_export', 'server_status']) {
    const told = await back.callTool({ name, arguments: {} });
    assert.ok(!told.isError, `${name}: ${JSON.stringify(told)}`);
  }
  for (const one of [server, again]) assert.deepEqual(await failuresOf(one), []);
});

test('where a newer server took away what an older one needs, that one answers without a cache', async (t) => {
  const { client, server, settings, cacheUrl } = await startSmallShop(t);
  const known = countOver(10);
  answered(await call(client, 'query', known));
  await eventually('it is stored', () => isStored(cacheUrl, known.question));

  await migrateAhead(t, cacheUrl, TAKES);
  for (const id of [10, 20, 30]) {
    const answer = answered(await call(client, 'query', countOver(id)));
    assert.deepEqual(answer.rows, [[1500 - id]]);
  }

  const again = await startAskonce(t, settings);
  assert.match(again.log(), /newer askonce.*lacks what this one needs/);
  const back = await connect(t, again.url);
  for (const id of [10, 40]) {
    const answer = answered(await call(back, 'query', countOver(id)));
    assert.deepEqual([answer.source, answer.rows], ['database', [[1500 - id]]]);
  }
  const ready = await fetch(`${again.origin}/readyz`);
  const { checks } = (await ready.json()) as { readonly checks: Record<string, string> };
  assert.equal(ready.status, 200);
  assert.match(checks['cache'] ?? '', /unavailable/);
  assert.ok(server.pid !== again.pid);
  const rows = await admin(
    cacheUrl,
    'SELECT version FROM askonce.migrations WHERE version > 900000',
  );
  assert.equal(rows.length, 1, 'it has undone nothing');
});
