// Every statement that a call sends to the store says whose rows it means; so the store can be distributed by that.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { migrate } from '../../src/db/migrate.ts';
import { createPool } from '../../src/db/pool.ts';
import { createLogger } from '../../src/logger.ts';
import { ROOT, call, connect, startAskonce } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { noOwnCluster, ownCluster } from '../support/own-cluster.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { createScopeReader } from '../support/statement-scopes.ts';

const SPANISH = 'list the customers of Spain';
const SQL = "SELECT id, name FROM customers WHERE country = 'Spain' ORDER BY id";
const SPLENDID = 'list the splendid customers of Spain';
const MANY = 'SELECT i, md5(i::text) FROM generate_series(1, 60000) i';

/** What keeps the store small and a new process warm, at its own pace: of any scope, and of one table. */
const HOUSEKEEPING = [
  /^DELETE FROM askonce\.(results|answers|decisions|plans) WHERE \(\w+_scope, id\) IN \(/,
  /^DELETE FROM askonce\.leases WHERE expires_at </,
  /FROM askonce\.results\s+WHERE is_current AND expires_at > now\(\) AND byte_count <=/,
  /^SELECT \(SELECT coalesce\(sum\(byte_count/,
  /FROM askonce\.phrasings GROUP BY 1, 2, 3 HAVING/,
];

/** By table, the column it is distributed by and the table whose rows of one scope stand beside its own. */
async function distributed() {
  const text = await readFile(join(ROOT, 'docs/citus.sql'), 'utf8');
  const calls = text.matchAll(
    /create_distributed_table\('askonce\.(\w+)', '(\w+)'(?:, colocate_with => 'askonce\.(\w+)')?\)/g,
  );
  return new Map(
    [...calls].map(([, table, column, beside]) => [
      table!,
      { column: column!, beside: beside ?? table! },
    ]),
  );
}

test('no statement of a call reaches across scopes', { skip: noOwnCluster }, async (t) => {
  const cluster = await ownCluster(t, ["shared_preload_libraries = 'pg_stat_statements'"]);
  const shop = await startSmallShop(t, {}, [], cluster.url);
  const { client, cacheUrl, server, settings } = shop;
  await admin(cacheUrl, 'CREATE EXTENSION pg_stat_statements; SELECT pg_stat_statements_reset()');
  await call(client, 'query', { question: SPANISH, sql: SQL });
  await call(client, 'ask', { question: SPANISH });
  const offered = await call(client, 'ask', { question: SPLENDID });
  await call(client, 'ask', { question: SPLENDID, accept: offered.candidates[0]!.id });
  const grand = 'list the grand customers of Spain';
  await call(client, 'ask', { question: grand });
  await call(client, 'query', { question: grand, sql: `${SQL} LIMIT 3` });
  const served = await call(client, 'ask', { question: 'show the customers of Spain' });
  await call(client, 'report', { answer_id: served.answer_id, verdict: 'wrong' });
  const large = await call(client, 'query', { question: 'many', sql: MANY, max_rows: 10 });
  await call(client, 'fetch_rows', { cursor: large.next_cursor });
  // What others have stored is found by a server that knows nothing yet.
  await server.stop('SIGTERM');
  const again = await startAskonce(t, settings);
  const other = await connect(t, again.url);
  await call(other, 'ask', { question: SPANISH });
  await call(other, 'ask', { question: 'show me the customers of Spain' });
  await call(other, 'ask', { question: 'list customers of Spain', max_age_seconds: 0 });
  await call(other, 'report', { answer_id: served.answer_id, verdict: 'right' });
  await call(other, 'fetch_rows', { cursor: large.next_cursor });
  await again.stop('SIGTERM');

  const tables = await distributed();
  const reader = await createScopeReader(
    new Map([...tables].map(([table, { column }]) => [table, column])),
  );
  const sent = await admin(
    cacheUrl,
    `SELECT query FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
       WHERE d.datname = current_database() AND query ~ 'askonce\\.'`,
  );
  const statements = sent.map(({ query }) => String(query));
  for (const table of tables.keys()) {
    assert.ok(
      statements.some((sql) => sql.includes(`askonce.${table}`)),
      `nothing was sent of ${table}`,
    );
  }
  const across = statements.filter((sql) => reader.unscoped(sql).length > 0);
  assert.deepEqual(
    across.filter((sql) => !HOUSEKEEPING.some((known) => known.test(sql))),
    [],
  );
});

test('a statement that leaves the scope out is found', async () => {
  const reader = await createScopeReader(
    new Map([
      ['results', 'result_scope'],
      ['plans', 'plan_scope'],
      ['phrasings', 'plan_scope'],
    ]),
  );
  const across = [
    'SELECT * FROM askonce.results WHERE id = $1',
    'SELECT * FROM askonce.results WHERE id = $1 OR result_scope = $2',
    'SELECT * FROM askonce.results WHERE result_scope <> $1',
    'UPDATE askonce.results SET uses = 1 WHERE id = $1',
    'WITH gone AS (DELETE FROM askonce.results WHERE id = $1 RETURNING id) SELECT * FROM gone',
    'SELECT 1 WHERE EXISTS (SELECT FROM askonce.results r WHERE r.id = $1)',
    'INSERT INTO askonce.results (id) VALUES ($1)',
    'SELECT * FROM askonce.phrasings ph JOIN askonce.plans pl ON pl.id = ph.plan_id WHERE ph.plan_scope = $1',
  ];
  for (const sql of across) assert.equal(reader.unscoped(sql).length, 1, sql);
  const within = [
    'SELECT * FROM askonce.results WHERE result_scope = $1 AND id = $2',
    'INSERT INTO askonce.results (result_scope, id) VALUES ($1, $2)',
    `SELECT * FROM askonce.phrasings ph JOIN askonce.plans pl ON pl.plan_scope = ph.plan_scope
     WHERE ph.plan_scope = $1`,
    'SELECT * FROM askonce.secrets',
  ];
  for (const sql of within) assert.deepEqual(reader.unscoped(sql), [], sql);
});

test('the tables that are distributed can be: every key begins with the scope, and references stay in it', async (t) => {
  const { url } = await freshDatabase(t);
  const pool = createPool({
    url,
    min: 0,
    max: 1,
    acquireTimeoutMs: 5000,
    logger: createLogger('silent'),
  });
  t.after(() => pool.close());
  await migrate(pool, join(ROOT, 'migrations'));
  const tables = await distributed();
  const [all] = await pool.query<{ names: string[] }>(
    "SELECT array_agg(relname::text) AS names FROM pg_class WHERE relnamespace = 'askonce'::regnamespace AND relkind = 'r'",
  );
  const small = ['migrations', 'secrets', 'replicas', 'streams', 'stream_versions'];
  const plain = [...small, 'scopes', 'served', 'policies', 'reviews'];
  assert.deepEqual(
    all!.names.sort(),
    [...tables.keys(), ...plain].sort(),
    'each is one or the other',
  );
  const keys = await pool.query<{ name: string; key: string; columns: string[] }>(
    `SELECT c.relname AS name, i.relname AS key, array_agg(a.attname::text) AS columns
     FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
     WHERE c.relnamespace = 'askonce'::regnamespace AND x.indisunique GROUP BY 1, 2`,
  );
  for (const { name, key, columns } of keys) {
    const distribution = tables.get(name);
    if (distribution) assert.ok(columns.includes(distribution.column), key);
  }
  const references = await pool.query<{
    name: string;
    target: string;
    own: string[];
    its: string[];
  }>(
    `SELECT c.relname AS name, f.relname AS target,
       ARRAY (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (k.conkey)) AS own,
       ARRAY (SELECT attname::text FROM pg_attribute WHERE attrelid = f.oid AND attnum = ANY (k.confkey)) AS its
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
     WHERE k.contype = 'f' AND c.relnamespace = 'askonce'::regnamespace`,
  );
  assert.ok(references.length >= 3);
  for (const { name, target, own, its } of references) {
    const [here, there] = [tables.get(name), tables.get(target)];
    assert.equal(here === undefined, there === undefined, `${name}, ${target}`);
    if (!here || !there) continue;
    assert.equal(here.beside, there.beside, `${name} stands beside ${target}`);
    assert.ok(own.includes(here.column) && its.includes(there.column), name);
  }
});
