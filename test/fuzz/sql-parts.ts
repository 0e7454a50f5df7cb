// Owns what fuzzed statements are made of: the tokens of both lists of the guard, calls that do harm, and every
// function of the server with arguments of its types.
import { createSyntax } from '../../src/guard/syntax.ts';
import { admin } from '../support/database.ts';
import { PERMITTED } from '../unit/guard/statements-permitted.ts';
import { REJECTED } from '../unit/guard/statements-rejected.ts';

export interface Routine {
  readonly schema: string;
  readonly name: string;
  /** Types as PostgreSQL writes them. */
  readonly takes: readonly string[];
  readonly gives: string;
}

export interface SqlParts {
  readonly permitted: readonly (readonly string[])[];
  readonly rejected: readonly (readonly string[])[];
  readonly routines: readonly Routine[];
  /** By the type that they give. */
  readonly giving: ReadonlyMap<string, readonly Routine[]>;
  readonly operators: readonly string[];
  readonly relations: readonly string[];
  readonly types: readonly string[];
}

/** What somebody may have in his database: functions of the guard's tests, each of which writes. */
export const OWN_SQL = `
  create function purge() returns int language sql as 'delete from public.orders returning 1';
  create function wipe(orders) returns int language sql as 'delete from public.orders returning 1';
  create function zap(text) returns int language sql as 'delete from public.orders returning 1';
  create function lower(int) returns text language sql as 'delete from public.orders returning $1::text';
  create function count(text, text) returns bigint language sql as 'delete from public.orders returning 1::bigint';
  create function step(int, int) returns int language plpgsql volatile as
    'begin delete from public.orders; return 1; end';
  create aggregate tally (int) (sfunc = step, stype = int, initcond = '0');
  create function brand(int, int) returns int language sql as 'delete from public.orders returning 1';
  create operator <!> (leftarg = int, rightarg = int, function = brand);
  create operator <=> (leftarg = int, rightarg = int, function = brand);
  create function brand_text(int, text) returns int language sql as 'delete from public.orders returning 1';
  create schema tools;
  create function tools.gross(numeric) returns numeric language sql immutable as 'select $1 * 1.2';
  create function tools.purge() returns int language sql as 'delete from public.orders returning 1';
  create operator tools.+ (leftarg = int, rightarg = text, function = brand_text);`;

/** Each does harm, or shows a secret, if it is ever reached. */
export const HARM: readonly string[] = [
  "nextval('s')",
  "setval('s', 42)",
  'purge()',
  'public.purge()',
  'tools.purge()',
  "zap('x')",
  '1 <!> 2',
  '1 operator(public.<=>) 2',
  "1 operator(tools.+) 'x'",
  'tally(1)',
  'lower(1)',
  "count('a', 'b')",
  "set_config('application_name', 'x', false)",
  'pg_advisory_lock(7)',
  "pg_notify('x', 'y')",
  'lo_creat(-1)',
  "lo_from_bytea(0, 'x')",
  'txid_current()',
  'pg_current_xact_id()',
  "pg_read_file('postgresql.conf')",
  "pg_ls_dir('.')",
  "query_to_xml('delete from orders', true, true, '')",
  "query_to_xml('select email from customers', true, true, '')",
  "dblink_exec('', 'delete from orders')",
  "pg_logical_emit_message(false, 'a', 'b')",
  'setseed(0.5)',
  'pg_switch_wal()',
  "pg_create_restore_point('x')",
  'pg_export_snapshot()',
  "ts_rewrite('a'::tsquery, 'select email::tsquery, null from customers')",
  "(select count(*) from ts_stat('delete from orders'))",
  '(select rolpassword from pg_authid limit 1)',
  '(select amount from salaries limit 1)',
  '(select email from customers limit 1)',
  '(select max(c::text) from customers c)',
  '(select (c).email from customers c limit 1)',
  "(select most_common_vals::text from pg_stats where attname = 'email')",
  'pg_stat_reset()',
  "pg_backup_start('x')",
  'pg_reload_conf()',
];

/** Clauses that make a read a write, and statements that are one. */
export const CLAUSES: readonly string[] = [
  'for update',
  'for share of orders nowait',
  'into temp stolen',
  'into stolen',
  'returning *',
  '; delete from orders',
  '; commit; drop table orders',
  'union all (delete from orders returning 1)',
  'tablesample my_method (1)',
  'where current of c',
  'on conflict do nothing',
];

export const WRITES: readonly string[] = [
  'delete from orders',
  'delete from orders returning *',
  'insert into orders (id, customer_id) values (-1, 1) returning id',
  'update orders set total = 0 returning id',
  'merge into orders o using orders s on o.id = s.id when matched then delete',
  'truncate orders',
  'drop table orders',
  'create table stolen as select 1',
  'select 1 into stolen',
  'select * from orders for update',
];

const ROUTINES_SQL = `
  SELECT n.nspname AS schema, p.proname AS name, format_type(p.prorettype, null) AS gives,
    ARRAY(SELECT format_type(type, null) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, at) ORDER BY at)
      AS takes
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.prokind IN ('f', 'a', 'w') AND n.nspname <> 'information_schema'
    AND NOT p.proargtypes::oid[] && ARRAY['internal', 'cstring', 'trigger', 'event_trigger']::regtype[]::oid[]
  ORDER BY 1, 2, 4`;

const OPERATORS_SQL = `SELECT DISTINCT oprname AS name FROM pg_operator ORDER BY 1`;
const RELATIONS_SQL = `
  SELECT oid::regclass::text AS name FROM pg_class
  WHERE relkind IN ('r', 'v', 'S') AND relnamespace <> 'information_schema'::regnamespace ORDER BY 1`;
const TYPES_SQL = `
  SELECT format_type(oid, null) AS name FROM pg_type
  WHERE typtype IN ('b', 'd', 'e', 'r', 'm') AND typelem = 0 ORDER BY 1`;

export async function readSqlParts(url: string): Promise<SqlParts> {
  const syntax = await createSyntax();
  const tokensOf = (lists: Readonly<Record<string, readonly string[]>>): string[][] =>
    Object.values(lists)
      .flat()
      .flatMap((sql) => {
        const tokens = syntax.scan(sql);
        return tokens === null ? [] : [tokens.map(({ text }) => text)];
      });
  const names = async (sql: string): Promise<string[]> =>
    (await admin(url, sql)).map(({ name }) => String(name));
  const routines = (await admin(url, ROUTINES_SQL)) as unknown as Routine[];
  const giving = new Map<string, Routine[]>();
  for (const routine of routines) {
    const others = giving.get(routine.gives);
    if (others) others.push(routine);
    else giving.set(routine.gives, [routine]);
  }
  return {
    permitted: tokensOf(PERMITTED),
    rejected: tokensOf(REJECTED),
    routines,
    giving,
    operators: await names(OPERATORS_SQL),
    relations: await names(RELATIONS_SQL),
    types: await names(TYPES_SQL),
  };
}
