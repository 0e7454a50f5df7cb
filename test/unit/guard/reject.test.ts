// What must not pass, by the ways that read-only guards have been passed before. A refusal is never
// reported as a syntax error of the caller.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';

const REJECTED: Readonly<Record<string, readonly string[]>> = {
  'more than one statement': [
    'select 1; select 2',
    'select 1; drop table orders',
    'COMMIT; DROP SCHEMA public CASCADE',
    "select 1; set role postgres; select 'x'",
    'select 1 -- x\r; delete from orders',
    "select $a$ ' $a$; delete from orders; select $a$ ' $a$",
    'select 1;;;select 2',
  ],
  'transaction control and session commands': [
    'begin',
    'commit',
    'rollback; ',
    'SET TRANSACTION READ WRITE',
    'set session characteristics as transaction read write',
    "set local app.tenant = '2'",
    'reset all',
    'set role postgres',
    'discard all',
    'listen x',
    "notify x, 'y'",
    'prepare p as select 1',
    'execute p',
    'deallocate all',
    'declare c cursor for select 1',
    'fetch all from c',
    'lock table orders',
    'savepoint a',
  ],
  'writes and definitions': [
    'insert into orders values (1)',
    'update orders set total = 0',
    'delete from orders',
    'merge into orders o using orders s on o.id = s.id when matched then delete',
    'truncate orders',
    'create table x (a int)',
    'create table x as select 1',
    'create view v as select 1',
    'create materialized view v as select 1',
    'refresh materialized view v',
    'create function f() returns int language sql as $$select 1$$',
    'create extension dblink',
    'drop table orders',
    'alter table orders add column x int',
    "alter system set shared_buffers = '1GB'",
    'grant all on orders to public',
    'comment on table orders is $$x$$',
    'vacuum',
    'analyze orders',
    'reindex table orders',
    'cluster',
    'checkpoint',
    'call p()',
    'do $$begin perform 1; end$$',
    "load 'x'",
    "copy orders to '/tmp/x'",
    "copy (select 1) to program 'sh'",
    'copy orders from stdin',
    'security label on table orders is $$x$$',
    'import foreign schema s from server x into public',
  ],
  'writes inside a SELECT, at any depth': [
    'with x as (delete from orders returning *) select * from x',
    'with x as (insert into orders values (1) returning *) select 1',
    'with x as (update orders set total = 0 returning id) table x',
    'with a as (with b as (delete from orders returning 1) select * from b) select * from a',
    'select * from (with x as (delete from orders returning *) select * from x) y',
    'select (with x as (delete from orders returning 1) select count(*) from x)',
    'with x as (merge into orders o using orders s on true when matched then delete returning 1) select 1',
    'select * into copy_of_orders from orders',
    'select 1 into temp t',
    'select 1 into unlogged t union select 2',
    'with x as (select 1) select * into t from x',
  ],
  'row locks, at any depth': [
    'select * from orders for update',
    'select * from orders for share of orders nowait',
    'select * from orders for no key update skip locked',
    'select * from (select * from orders for key share) s',
    'with x as (select * from orders for update) select * from x',
    'select 1 union (select id from orders for update)',
  ],
  'EXPLAIN that runs, or that explains a write': [
    'explain analyze select 1',
    'EXPLAIN ANALYSE SELECT 1',
    'explain (analyze) select 1',
    'explain (analyze true) select 1',
    'explain (analyze on) select 1',
    'explain (analyze 1) select 1',
    "explain (analyze 'true') select 1",
    'explain (format json, ANALYZE TRUE) select 1',
    'explain (analyze false, analyze true) select 1',
    'explain (analyze yes) select 1',
    'explain ("analyze") select 1',
    'explain analyze verbose delete from orders',
    'explain delete from orders',
    'explain create table x as select 1',
    'explain analyze create table x as select 1',
    'explain create materialized view x as select 1',
    'explain execute p',
    'explain declare c cursor for select 1',
    'explain with x as (delete from orders returning 1) select * from x',
    'explain select * into t from orders',
    'explain (frobnicate) select 1',
  ],
  'functions that reach files and the network': [
    "select pg_read_file('/etc/passwd')",
    "select * from pg_read_file('/etc/passwd')",
    "select pg_read_binary_file('x'), pg_ls_dir('.'), pg_stat_file('x')",
    'select * from pg_ls_waldir()',
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '/tmp/x')",
    'select lo_creat(-1)',
    "select lo_from_bytea(0, 'x')",
    'select loread(1, 1), lowrite(1, $$x$$)',
    "select * from dblink('host=x', 'delete from orders') as t(a int)",
    "select dblink_connect('host=x')",
    "select dblink_exec('x', 'drop table y')",
    'select pg_hba_file_rules()',
    'select pg_current_logfile()',
    "select http_get('http://x')",
  ],
  'functions that change the session, sequences, locks or the server': [
    "select set_config('app.tenant_id', '2', true)",
    'select setseed(0.5)',
    'select set_limit(0.1)',
    "select nextval('s')",
    "select setval('s', 1)",
    "select currval('s'), lastval()",
    'select pg_advisory_lock(1)',
    'select pg_try_advisory_xact_lock(1)',
    'select pg_advisory_unlock_all()',
    'select pg_sleep(10)',
    "select pg_sleep_for('1 day')",
    "select pg_sleep_until('tomorrow')",
    "select pg_notify('x', 'y')",
    'select pg_terminate_backend(1), pg_cancel_backend(1)',
    'select txid_current()',
    'select pg_current_xact_id()',
    "select pg_logical_emit_message(true, 'a', 'b')",
    "select pg_create_physical_replication_slot('x')",
    "select pg_drop_replication_slot('x')",
    "select pg_logical_slot_get_changes('x', null, null)",
    'select pg_stat_reset()',
    'select pg_stat_reset_shared($$io$$)',
    'select pg_switch_wal(), pg_reload_conf(), pg_rotate_logfile(), pg_promote()',
    "select pg_create_restore_point('x')",
    'select pg_export_snapshot()',
    "select pg_import_system_collations('public')",
    "select gin_clean_pending_list('i')",
    "select brin_summarize_new_values('i')",
    "select pg_replication_origin_create('x')",
    'select pg_log_backend_memory_contexts(1)',
    'select binary_upgrade_set_next_pg_type_oid(1)',
  ],
  'SQL passed as text': [
    "select query_to_xml('delete from orders', true, true, '')",
    "select query_to_xml_and_xmlschema('select 1', true, true, '')",
    "select table_to_xml('orders', true, true, '')",
    "select schema_to_xml('public', true, true, '')",
    "select database_to_xml(true, true, '')",
    "select cursor_to_xml('c', 1, true, true, '')",
    "select * from ts_stat('select 1')",
    "select ts_rewrite('a'::tsquery, 'select pg_sleep(1)')",
    "select * from crosstab('select 1') as t(a int)",
    "select * from connectby('t', 'a', 'b', '1', 0) as t(a text, b text, c int)",
    "select st_fromflatgeobuftotable('a', 'b', 'x')",
    "select st_findextent('a', 'b')",
    "select cypher('x', $$create ()$$)",
  ],
  'a forbidden function in every place that takes an expression': [
    'select 1 from orders where pg_sleep(1) is null',
    'select 1 from orders group by pg_sleep(1)',
    'select 1 from orders group by grouping sets ((pg_sleep(1)))',
    'select 1 from orders having pg_sleep(1) is null',
    'select 1 from orders order by pg_sleep(1)',
    'select 1 limit (select 1 from pg_sleep(1))',
    'select 1 offset length(pg_read_file($$x$$))',
    'values (pg_sleep(1))',
    'select distinct on (pg_sleep(1)) 1',
    'select 1 from orders a join orders b on pg_sleep(1) is null',
    'select * from orders, lateral pg_sleep(1)',
    'select * from rows from (generate_series(1, 2), pg_sleep(1)) x',
    'select * from orders tablesample bernoulli (length(pg_read_file($$x$$)))',
    'select * from orders tablesample bernoulli (1) repeatable (nextval($$s$$))',
    'select count(*) filter (where pg_sleep(1) is null) from orders',
    'select array_agg(1 order by pg_sleep(1)) from orders',
    'select sum(1) over (partition by pg_sleep(1)) from orders',
    'select sum(1) over (order by 1 rows nextval($$s$$) preceding) from orders',
    'select sum(1) over w from orders window w as (order by pg_sleep(1))',
    'select case when pg_sleep(1) is null then 1 else 2 end',
    'select case pg_sleep(1)::text when $$$$ then 1 end',
    'select coalesce(pg_sleep(1)::text, $$$$), greatest(nextval($$s$$), 1)',
    'select array[nextval($$s$$)], row(pg_sleep(1)), (array[1])[nextval($$s$$)]',
    'select pg_sleep(1)::text collate "C"',
    'select (pg_stat_file($$x$$)).size',
    'select not (pg_sleep(1) is null) and true',
    'select 1 in (nextval($$s$$)), 1 between 0 and nextval($$s$$), 1 = any (array[nextval($$s$$)])',
    'select exists (select pg_sleep(1)), 1 in (select nextval($$s$$))',
    'select xmlelement(name a, nextval($$s$$)), xmlforest(nextval($$s$$) as x)',
    'select * from xmltable($$/r$$ passing query_to_xml($$x$$, true, true, $$$$) columns a text)',
    'select json_object($$a$$: nextval($$s$$)), json_array(nextval($$s$$))',
    'select json_array(select nextval($$s$$))',
    'select json_value(pg_read_file($$x$$)::json, $$$.a$$ default nextval($$s$$) on empty)',
    'select * from json_table(pg_read_file($$x$$)::jsonb, $$$$ columns (a int path $$$$))',
    'select json_arrayagg(nextval($$s$$)), json_objectagg(1: nextval($$s$$))',
    'with recursive n as (select nextval($$s$$) union all select 1 from n) select * from n',
    'select make_interval(days => nextval($$s$$)::int)',
    'explain select pg_sleep(1)',
  ],
  'a forbidden function under another spelling': [
    'select pg_catalog.pg_sleep(1)',
    'select PG_SLEEP(1)',
    'select "pg_sleep"(1)',
    'select pg_catalog."pg_sleep"(1)',
    'select U&"\\0070g_sleep"(1)',
    `select U&"!0070g_sleep" uescape '!' (1)`,
    'select pg_sleep /* x */ (1)',
    'select pg_sleep\n--\r\n(1)',
    'select db.pg_catalog.pg_sleep(1)',
    'select pg_sleep(variadic array[1])',
  ],
  'a forbidden function in the dress of a column': [
    "select ('/etc/passwd'::text).pg_read_file",
    'select (1.0::float8).pg_sleep',
    'select (1).pg_advisory_lock',
    'select t.pg_sleep from generate_series(1, 9) t',
    'select t.pg_terminate_backend from unnest(array[1]) t',
    "select ('s'::regclass).nextval",
    'select (name).ts_stat, (name).crosstab from customers',
    'select (name).dblink from customers',
    'select (name).lo_import from customers where (id).pg_cancel_backend',
    "select ((row('x'::text)).f1).pg_read_file",
    "select (array['x'::text])[1].pg_ls_dir",
    "select (select 'x'::text).pg_stat_file",
    `select (name)."pg_read_file", (name).U&"pg_ls\\005fdir" from customers`,
    'select (1).pg_sleep from orders order by (1).pg_sleep',
  ],
  'relations that hold secrets of the server': [
    'select * from pg_authid',
    'select usename, passwd from pg_catalog.pg_shadow',
    'select * from PG_USER_MAPPINGS',
    'table pg_largeobject',
    'select exists (select from pg_hba_file_rules)',
    'select subconninfo from pg_subscription',
  ],
  'functions and operators that nobody has vouched for': [
    'select purge(1)',
    'select public.purge(1)',
    'select * from my_function()',
    'select public.lower(name) from customers',
    'select pg_catalog.similarity(1, 2)',
    'select "Count"(*) from orders',
    'select 1 @#@ 2',
    'select a operator(public.@#@) b from t',
    'select a operator(public.+) b from t',
    'select a from t order by a using operator(public.@#@)',
    'select a from t where a operator(evil.=) any (select 1)',
    'select * from orders tablesample my_method (1)',
    'select crypt($$x$$, gen_salt($$bf$$, 31))',
  ],
  'constants that blow up while the planner folds them': [
    "select repeat(repeat(repeat('x', 1000), 1000), 1000)",
    "select repeat('x', 1000000000)",
    "select length(repeat('x', 1000 * 1000 * 1000))",
    "select repeat('x', '1000000000'::int)",
    "select repeat(repeat('x', 1000000), (select 1000))",
    "select lpad('x', 900000000), rpad('x', 2 ^ 30)",
    'select array_fill(0, array[10000, 10000])',
    "select format('%1000000000s', 'x')",
    "select format('%*s', 1000000000, 'x')",
    "select replace(repeat('x', 1000000), 'x', repeat('y', 1000000))",
    `select ${Array.from({ length: 20 }, () => "repeat('x', 1000000)").join(' || ')}`,
    "explain select repeat(repeat('x', 10000), 10000)",
  ],
};

describe('the statement guard rejects', () => {
  let guard: StatementGuard;
  before(async () => {
    guard = await createStatementGuard();
  });

  for (const [what, statements] of Object.entries(REJECTED)) {
    test(what, () => {
      for (const sql of statements) {
        assert.throws(
          () => guard.check(sql),
          (error) => {
            assert.ok(isAppError(error), `not an AppError: ${sql}: ${String(error)}`);
            assert.equal(error.code, 'QUERY_REJECTED', `${sql}: ${error.message}`);
            assert.doesNotMatch(error.message, /syntax/i, sql);
            assert.ok((error.hint ?? '').length > 10, `no hint: ${sql}`);
            return true;
          },
          `permitted: ${sql}`,
        );
      }
    });
  }

  test('with words that tell the rule and what to do instead', () => {
    const told = (sql: string): string => {
      try {
        guard.check(sql);
        return 'permitted';
      } catch (error) {
        return isAppError(error) ? `${error.message} | ${error.hint}` : String(error);
      }
    };
    assert.match(told('delete from orders'), /DELETE is not permitted.*Send one SELECT/);
    assert.match(told('select 1; select 2'), /One statement at a time: found 2.*own call/);
    assert.match(told('select * from t for update'), /row lock \(FOR UPDATE/);
    assert.match(told('select * into t from t2'), /SELECT INTO/);
    assert.match(told("select set_config('a', 'b', true)"), /"set_config".*changes the session/);
    assert.match(told("select query_to_xml('x', true, true, '')"), /SQL that is passed.*as text/);
    assert.match(told('select purge()'), /"purge" is not permitted.*not on the list.*built-in/);
    assert.match(told('explain analyze select 1'), /EXPLAIN ANALYZE.*it runs the query/);
    assert.match(told('alter table t add x int'), /ALTER TABLE is not permitted/);
    assert.match(told('begin'), /Transaction control/);
    assert.match(told('explain explain select 1'), /syntax error/);
  });
});
