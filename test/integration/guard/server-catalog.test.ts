// The guard with what a real server says of its functions: nothing that may write is called, whatever it is named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';
import { createPrepare } from '../../../src/guard/prepare.ts';
import { createServerCatalog } from '../../../src/guard/server-catalog.ts';
import type { ServerCatalogReader } from '../../../src/guard/server-catalog.ts';
import { createLogger } from '../../../src/logger.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { ELSEWHERE, EXTENSIONS } from '../../support/statement-tables.ts';
import { PERMITTED } from '../../unit/guard/statements-permitted.ts';
import { REJECTED } from '../../unit/guard/statements-rejected.ts';
import { poolOf } from '../db/pools.ts';

interface Connected {
  readonly guard: StatementGuard;
  readonly url: string;
  readonly clock: { now: number };
  readonly catalog: ServerCatalogReader;
}

async function connected(
  t: TestContext,
  setup: string,
  functionSchemas: readonly string[] = [],
): Promise<Connected> {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, setup);
  const pool = poolOf(t, readerUrl);
  const clock = { now: 0 };
  const catalog = createServerCatalog({
    runQuery: (sql, params) => pool.query(sql, params),
    logger: createLogger('silent'),
    now: () => clock.now,
  });
  await catalog.fresh();
  const guard = await createStatementGuard({ catalog: () => catalog.current(), functionSchemas });
  return { guard, url, clock, catalog };
}

function judged(guard: StatementGuard, sql: string): string {
  try {
    guard.check(sql);
    return 'permitted';
  } catch (error) {
    assert.ok(isAppError(error, 'QUERY_REJECTED'), `${sql}: ${String(error)}`);
    return `${error.message} | ${error.hint}`;
  }
}

const permits = (guard: StatementGuard, ...statements: readonly string[]): void => {
  for (const sql of statements) assert.equal(judged(guard, sql), 'permitted', sql);
};

const refuses = (guard: StatementGuard, rule: RegExp, ...statements: readonly string[]): void => {
  for (const sql of statements) assert.match(judged(guard, sql), rule, sql);
};

test('a real server permits what the lists permit and refuses what they refuse', async (t) => {
  const { guard } = await connected(
    t,
    EXTENSIONS.map((name) => `create extension if not exists ${name}`).join(';'),
  );
  const permitted = Object.values(PERMITTED).flat();
  permits(guard, ...permitted.filter((sql) => !ELSEWHERE.test(sql)));
  for (const sql of Object.values(REJECTED).flat()) {
    assert.notEqual(judged(guard, sql), 'permitted', sql);
  }
});

test('functions of the server that nobody has listed pass where they cannot write', async (t) => {
  const { guard } = await connected(t, 'select 1');
  permits(guard, "select cash_words('1'::money)", "select aclexplode('{}'::aclitem[])");
  refuses(
    guard,
    /not permitted/,
    'select int4pl(1, 2)',
    "select textin('x')",
    'select pg_config()',
    'select pg_current_xact_id()',
    "select database_to_xml(true, true, '')",
    'select lo_get(1)',
    'select pg_stat_get_activity(1)',
  );
});

const OWN = `
  create table orders (id int, total numeric);
  create function net(numeric) returns numeric language sql immutable as 'select $1 * 0.8';
  create function spent() returns numeric language sql stable as 'select sum(total) from orders';
  create function purge() returns int language sql as 'delete from orders returning 1';
  create function wipe(orders) returns int language sql as 'delete from orders returning 1';
  create function zap(text) returns int language sql as 'delete from orders returning 1';
  create function lower(int) returns text language sql as 'delete from orders returning $1::text';
  create function upper(int) returns text language sql immutable as 'select $1::text';
  create function step(int, int) returns int language plpgsql volatile as 'begin delete from orders; return 1; end';
  create aggregate tally (int) (sfunc = step, stype = int, initcond = '0');
  create function brand(int, int) returns int language sql as 'delete from orders returning 1';
  create operator <!> (leftarg = int, rightarg = int, function = brand);
  create schema tools;
  create function tools.gross(numeric) returns numeric language sql immutable as 'select $1 * 1.2';
  create function tools.purge() returns int language sql as 'delete from public.orders returning 1';
  create operator tools.<=+> (leftarg = numeric, rightarg = numeric, function = numeric_add);`;

test('functions of somebody’s own are refused, however they are called', async (t) => {
  const { guard } = await connected(t, OWN);
  refuses(
    guard,
    /public\.\w+, which is volatile: it may write/,
    'select purge()',
    'select public.purge()',
    'select * from purge()',
    'select o.wipe from orders o',
    'select (o).wipe from orders o',
    "select ('x'::text).zap",
    'select (1).tally',
    'select (id).tally from orders',
    'select tally(id) from orders',
    'select tally(id) over () from orders',
  );
  refuses(guard, /FUNCTION_SCHEMAS/, 'select net(total), spent() from orders', 'select (1.5).net');
  refuses(guard, /not on the list/, 'select gross(1)');
  refuses(
    guard,
    /operator .* is not permitted/,
    'select 1 <!> 2',
    'select 1 operator(public.<!>) 2',
  );
});

test('a function that could be called in the place of a built-in one is refused', async (t) => {
  const { guard } = await connected(t, OWN);
  refuses(guard, /could be public\.lower.*write pg_catalog\.lower/, 'select lower(id) from orders');
  permits(guard, "select pg_catalog.lower('A')", 'select upper(id) from orders');
});

test('a function in the dress of a column is refused where it could stand for a built-in one', async (t) => {
  const { guard } = await connected(
    t,
    `${OWN};
     create function length(orders) returns int language sql as 'delete from public.orders returning 1'`,
  );
  refuses(
    guard,
    /could be public\.lower.*write pg_catalog\.lower/,
    'select (1).lower',
    'select (id).lower from orders',
    'select ((array[1])[1]).lower',
  );
  refuses(guard, /could be public\.length/, 'select o.length from orders o');
  permits(guard, 'select o.lower, o.upper from orders o', 'select (id).upper from orders');
});

test('the value of a function in FROM is no row: what follows its dot is called with it', async (t) => {
  const { guard } = await connected(t, OWN);
  refuses(
    guard,
    /public\.\w+, which is volatile/,
    "select x.zap from unnest(array['x'::text]) x",
    "select unnest.zap from unnest(array['x'::text])",
    "select f.zap from pg_catalog.unnest(array['x'::text]) with ordinality f",
    'select (select x.tally) from generate_series(1, 2) x',
    `select "current_user".zap from current_user`,
    "select x.zap from orders o, lateral unnest(array['x'::text]) x",
  );
  refuses(guard, /could be public\.lower/, 'select x.lower from generate_series(1, 2) x');
  permits(
    guard,
    'select o.zap from orders o, generate_series(1, 2) x',
    'select x.a from unnest(array[1]) x (a)',
  );
});

test('a built-in function that may not be called is none in the dress of a column either', async (t) => {
  const { guard } = await connected(t, OWN);
  refuses(
    guard,
    /not on the list/,
    'select (1::oid).pg_tablespace_location',
    'select (1).pg_stat_get_backend_activity',
    'select x.pg_stat_get_backend_activity from generate_series(1, 9) x',
    'select (1).int4um',
  );
  permits(
    guard,
    'select o.pg_tablespace_location, (o).total from orders o',
    // What takes none of SQL's values is never meant: there is a sampling method of that name.
    'select o.system, (o).system from orders o',
  );
});

test('no schema that is named lets SQL in a text run', async (t) => {
  const { guard } = await connected(
    t,
    `create extension tablefunc;
     create function xpath_table(text) returns text language sql stable as 'select $1'`,
    ['public'],
  );
  refuses(
    guard,
    /SQL that is passed to it as text/,
    "select * from crosstab('select 1, 1, 1') as t (a int, b int)",
    "select * from crosstab4('select 1')",
    "select * from connectby('t', 'a', 'b', '1', 0) as t (a text, b text, c int)",
    "select xpath_table('x')",
  );
});

test('what a list names and the server lacks is somebody’s own', async (t) => {
  const { guard } = await connected(
    t,
    `create table secret (body text);
     create function casefold(text) returns text language sql stable security definer
       as 'select max(body) from secret';
     create function array_sort(int[]) returns int[] language sql immutable as 'select $1';
     create function trim_scale(int) returns text language sql stable security definer
       as 'select max(body) from secret'`,
  );
  refuses(guard, /FUNCTION_SCHEMAS/, "select casefold('x')", "select array_sort('{1}'::int[])");
  refuses(guard, /could be public\.trim_scale/, 'select trim_scale(1)');
  permits(guard, 'select pg_catalog.trim_scale(1.50)');
});

test('the operator names the schemas whose functions may be called, where they cannot write', async (t) => {
  const { guard } = await connected(t, OWN, ['tools', 'public']);
  permits(
    guard,
    'select net(total), spent() from orders',
    'select tools.gross(total) from orders',
    'select (1.5).net',
    'select 1.0 operator(tools.<=+>) 2.0',
  );
  refuses(guard, /volatile/, 'select purge()', 'select tools.purge()', 'select tally(1)');
  refuses(guard, /operator/, 'select 1 <!> 2', 'select 1.0 <=+> 2.0');
});

test('what an extension is called does not make it one', async (t) => {
  const { guard } = await connected(
    t,
    `create function similarity(text, text) returns real language sql as 'select 1::real';
     create function soundex(text) returns text language sql immutable as 'select $1'`,
  );
  refuses(guard, /public\.similarity, which is volatile/, "select similarity('a', 'b')");
  refuses(guard, /FUNCTION_SCHEMAS/, "select soundex('a')");
});

test('a function that is made later is seen within a minute', async (t) => {
  const { guard, url, clock, catalog } = await connected(t, 'create table orders (id int)');
  permits(guard, 'select abs(id) from orders');
  const { rules } = guard;
  await admin(
    url,
    `create function abs(bool) returns int language sql as 'delete from orders returning 1'`,
  );
  clock.now += 61_000;
  const prepare = createPrepare(guard, catalog);
  await assert.rejects(prepare('select abs(id) from orders'), (error) =>
    isAppError(error, 'QUERY_REJECTED'),
  );
  assert.notEqual(guard.rules, rules, 'what was let through is judged again');
});
