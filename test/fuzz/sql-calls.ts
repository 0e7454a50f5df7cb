// Owns calls of every function that the server has, with arguments that it takes: what the guard lets through of
// them does what it does, and does not fail before for want of a value.
import type { Chance } from './chance.ts';
import type { Routine, SqlParts } from './sql-parts.ts';

/** By type; the first of them for most. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  text: [
    "'x'",
    "'orders'",
    "'s'",
    "'2024-01-01'",
    "'select 1'",
    "'delete from orders'",
    "'postgresql.conf'",
    "'{1,2}'",
  ],
  'character varying': ["'x'", "'public.orders'"],
  character: ["'x'"],
  name: ["'orders'", "'public'", "'s'", "'postgres'"],
  '"char"': ["'r'"],
  integer: ['1', '0', '-1', '42', '2147483647'],
  bigint: ['1', '0', '-1', '7', '9223372036854775807'],
  smallint: ['1', '0'],
  numeric: ['1.5', '0', "'NaN'"],
  'double precision': ['1.5', '0', "'infinity'"],
  real: ['1.5'],
  oid: ["'orders'::regclass", "'s'::regclass", "'postgres'::regrole", '1', '1259', '16384'],
  regclass: ["'orders'", "'s'", "'orders_pkey'"],
  regproc: ["'pg_sleep'"],
  regprocedure: ["'purge()'"],
  regrole: ["'postgres'"],
  regtype: ["'int'"],
  boolean: ['true', 'false'],
  bytea: ["'\\x00'", "'abc'"],
  date: ["'2024-01-01'"],
  'timestamp with time zone': ["'2024-01-01'", "'now'"],
  'timestamp without time zone': ["'2024-01-01'"],
  'time without time zone': ["'12:00'"],
  'time with time zone': ["'12:00+1'"],
  interval: ["'1 day'", "'1 second'"],
  json: ['\'{"a": 1}\'', "'[1]'"],
  jsonb: ['\'{"a": 1}\'', "'[1]'"],
  jsonpath: ["'$.a'"],
  tsvector: ["'a b'"],
  tsquery: ["'a & b'"],
  int4range: ["'[1,5)'"],
  int8range: ["'[1,5)'"],
  numrange: ["'[1,5)'"],
  daterange: ["'[2024-01-01,2024-02-01)'"],
  anyrange: ["'[1,5)'::int4range"],
  anymultirange: ["'{[1,5)}'::int4multirange"],
  uuid: ["'00000000-0000-4000-8000-000000000000'"],
  inet: ["'10.0.0.1/8'"],
  cidr: ["'10.0.0.0/8'"],
  point: ["'(1,2)'"],
  box: ["'(1,2),(3,4)'"],
  xml: ["'<a/>'"],
  xid: ["'1'"],
  xid8: ["'1'"],
  pg_lsn: ["'0/0'", "'0/1000000'"],
  money: ["'1'"],
  tid: ["'(0,1)'"],
  refcursor: ["'c'"],
  bit: ["b'1'"],
  'bit varying': ["b'1'"],
  anyelement: ['1', "'x'::text", '1.5::float8'],
  anycompatible: ['1'],
  any: ['1', "'x'::text"],
  '"any"': ['1', "'x'::text"],
  anynonarray: ['1'],
  anyarray: ['array[1, 2]', "'{a}'::text[]"],
  anycompatiblearray: ['array[1]'],
  anyenum: ["'open'::order_status"],
  record: ['row(1)', "row('x'::text)"],
  vector: ["'[1,2]'"],
  hstore: ["'a=>1'"],
  orders: ['(select o from orders o limit 1)'],
};
/** What every value of a type without one of its own is made of. */
const WITHOUT_CAST = /^(any|record|"any"|orders$)/;

const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`);

export function valueOf(type: string, chance: Chance): string {
  const element = /^(.+)\[\]$/.exec(type)?.[1];
  if (element !== undefined) return `array[${valueOf(element, chance)}]::${type}`;
  const values = VALUES[type];
  if (values === undefined) return `null::${type}`;
  const value = chance.is(0.6) ? values[0]! : chance.pick(values);
  return WITHOUT_CAST.test(type) ? value : `${value}::${type}`;
}

export function callOf(parts: SqlParts, routine: Routine, chance: Chance, depth = 2): string {
  const args = routine.takes.map((type) => {
    const inner = depth > 0 && chance.is(0.25) ? parts.giving.get(type) : undefined;
    return inner ? callOf(parts, chance.pick(inner), chance, depth - 1) : valueOf(type, chance);
  });
  return `${nameOf(routine, chance)}(${args.join(', ')})`;
}

/** Each way in which SQL can write the same name. */
export function nameOf({ schema, name }: Pick<Routine, 'schema' | 'name'>, chance: Chance): string {
  const escaped = `U&"${name.replaceAll(/[a-z]/g, (letter) => (chance.is(0.3) ? `\\00${letter.charCodeAt(0).toString(16)}` : letter))}"`;
  const plain = quoted(name);
  return chance.weighted<string>([
    [5, plain],
    [2, `${schema}.${plain}`],
    [1, `"${name}"`],
    [1, escaped],
    [1, `${schema} . ${escaped}`],
    [1, plain.toUpperCase()],
    [0.3, `postgres.${schema}.${plain}`],
  ]);
}

/** A statement about one function: called, or in the dress of a column. */
export function statementOf(parts: SqlParts, chance: Chance): string {
  const routine = chance.pick(parts.routines);
  const call = callOf(parts, routine, chance);
  const [first = 'integer'] = routine.takes;
  const field = `(${valueOf(first, chance)}).${nameOf({ schema: 'public', name: routine.name }, chance)}`;
  return chance.weighted<string>([
    [8, `select ${call}`],
    [4, `select * from ${call}`],
    [1, `select * from ${call} as f (a int, b text)`],
    [2, `select ${field}`],
    [1, `select o.${quoted(routine.name)} from ${chance.pick(parts.relations)} o`],
    [1, `select (o).${quoted(routine.name)} from orders o order by 1`],
    [2, `select x.${quoted(routine.name)} from unnest(array[${valueOf(first, chance)}]) x`],
    [1, `select coalesce.${quoted(routine.name)} from coalesce(${valueOf(first, chance)})`],
    [1, `select ${call} over () from orders`],
    [1, `select ${call} from orders group by 1 having ${call} is not null`],
    [1, `select 1 from orders where ${call} is null limit 3`],
    [1, `select ${call} within group (order by id) from orders`],
    [1, `select (${call}).*`],
    [1, `values (${call})`],
    [1, `explain select ${call}`],
    [1, `select array(select ${call}), row(${call}), case when true then ${call} end`],
  ]);
}
