// What a server promises of safety, seen from outside: what it refuses, and what it says of the role it runs as.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { call, connect, runAskonce, startAskonce } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const MORE = 'can do more than read: see the log, or server_status';

const roleCheck = async (origin: string): Promise<string> => {
  const response = await fetch(`${origin}/readyz`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return checks['role'] ?? '';
};

test('what costs too much, and functions of somebody’s own, are refused before they run', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    `create table orders (id int primary key);
     insert into orders select generate_series(1, 3000);
     create schema tools;
     create function tools.double(int) returns int language sql immutable as 'select $1 * 2';
     create function purge() returns int language sql as 'delete from orders returning 1';
     analyze`,
  );
  const server = await startAskonce(t, {
    DATABASE_URL: readerUrl,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
    MAX_PLAN_COST: '50000',
    FUNCTION_SCHEMAS: 'tools',
  });
  const client = await connect(t, server.url);
  const query = (sql: string) => call(client, 'query', { question: `what does ${sql} say?`, sql });
  const costly = await query('select count(*) from orders a, orders b');
  assert.equal(costly.error?.code, 'QUERY_REJECTED');
  assert.match(costly.error?.message ?? '', /would cost about \d+ planner units/);
  assert.deepEqual((await query('select tools.double(id) from orders where id = 4')).rows, [[8]]);
  const refused = await query('select purge()');
  assert.match(refused.error?.message ?? '', /public\.purge, which is volatile.*line 1:8/);
});

test('a role that can write is told of loudly, one that can only read is well', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    `create table orders (id int);
     create function tainted(int) returns bool language plpgsql as 'begin return true; end';
     create view doubtful as select id from orders where tainted(id)`,
  );
  const role = decodeURIComponent(new URL(readerUrl).username);
  const cache = await freshDatabase(t);
  const asReader = { DATABASE_URL: readerUrl, CACHE_DATABASE_URL: cache.url };
  const first = await startAskonce(t, asReader);
  await eventually(
    'it was looked at',
    async () => !/not looked/.test(await roleCheck(first.origin)),
  );
  assert.equal(await roleCheck(first.origin), MORE);
  await eventually('the log says what', () =>
    /run volatile functions [^"]*public\.tainted"[^]*reader-role/.test(first.log()),
  );

  await admin(
    url,
    `revoke execute on function tainted(int) from public; grant insert (id) on orders to ${role};
     grant pg_signal_backend to ${role}`,
  );
  const writer = await startAskonce(t, asReader);
  await eventually(
    'it was looked at',
    async () => !/not looked/.test(await roleCheck(writer.origin)),
  );
  assert.equal(await roleCheck(writer.origin), MORE);
  await eventually('the log says what', () =>
    /act as pg_signal_backend"[^]*write to public\.orders"/.test(writer.log()),
  );
  const status = await call(await connect(t, writer.url), 'server_status', {});
  assert.match(JSON.stringify(status['role_can']), /act as pg_signal_backend","harmful":true/);

  await admin(
    url,
    `revoke insert (id) on orders from ${role}; revoke pg_signal_backend from ${role}`,
  );
  const reader = await startAskonce(t, asReader);
  await eventually('it is well', async () => (await roleCheck(reader.origin)) === 'ok');
});

test('a superuser is told of as one, and the script for a better role is at hand', async (t) => {
  const { url } = await freshDatabase(t);
  const server = await startAskonce(t, {
    DATABASE_URL: url,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
  });
  await eventually('it is told of', () => /do everything: it is a superuser/.test(server.log()));
  assert.match((await runAskonce(['reader-role'])).stdout, /^-- [^]*GRANT SELECT ON ALL TABLES/);
});

test('tables and columns that agents may not see are neither read nor told of', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(
    url,
    `create table customers (id int primary key, country text, email text);
     insert into customers select i, 'Germany', 'ann' || i % 3 || '@x.test' from generate_series(1, 30) i;
     create table salaries (customer_id int references customers, amount int);
     analyze`,
  );
  const asReader = {
    DATABASE_URL: readerUrl,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
  };
  const question = 'who are our customers?';
  const sql = 'SELECT id, email FROM customers ORDER BY id LIMIT 1';
  const open = await startAskonce(t, asReader);
  const before = await call(await connect(t, open.url), 'query', { question, sql });
  assert.deepEqual(before.rows, [[1, 'ann1@x.test']]);

  const server = await startAskonce(t, {
    ...asReader,
    DENIED_TABLES: 'salaries',
    MASKED_COLUMNS: 'customers.email',
  });
  const client = await connect(t, server.url);
  const known = await call(client, 'query', { question, sql });
  assert.deepEqual(known.rows, [[1, null]], 'rows that were read before are not served');
  assert.equal(known.sql, sql);
  const old = await fetch(`${server.origin}/results/${before.answer_id}`);
  assert.equal(old.status, 404, 'nor are they by their id');
  const denied = await call(client, 'query', {
    question: 'what do we pay?',
    sql: 'SELECT * FROM salaries',
  });
  assert.equal(denied.error?.code, 'QUERY_REJECTED');
  assert.match(denied.error?.message ?? '', /"salaries" may not be read here \(line 1:15/);
  const explained = await call(client, 'explain', { sql: 'SELECT count(*) FROM salaries' });
  assert.equal((explained as { allowed?: boolean }).allowed, false);
  const schema = JSON.stringify([
    await call(client, 'search_schema', {}),
    await call(client, 'search_schema', { table: 'customers' }),
    await call(client, 'search_schema', { query: 'salaries of customers' }),
  ]);
  assert.doesNotMatch(schema, /salaries \(|"salaries"|@x\.test/);
  assert.match(schema, /masked here: it reads as NULL/);
});
