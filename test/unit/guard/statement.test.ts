// What the guard tells of a permitted statement, and how it answers text that is none.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { AppError } from '../../../src/errors.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';

let guard: StatementGuard;
before(async () => {
  guard = await createStatementGuard();
});

function failureOf(sql: unknown): AppError {
  try {
    guard.check(sql as string);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  throw new Error(`permitted: ${String(sql)}`);
}

describe('the tables of a statement', () => {
  const cases: readonly (readonly [sql: string, tables: readonly string[]])[] = [
    ['select 1', []],
    ['select * from Orders', ['orders']],
    [
      'select * from sales.Orders o join "Sales"."Orders" x on true',
      ['Sales.Orders', 'sales.orders'],
    ],
    ['select * from db.sales.orders', ['sales.orders']],
    ['table orders', ['orders']],
    ['select * from b, a, b as c', ['a', 'b']],
    ['select (select max(id) from a) from b where exists (table c)', ['a', 'b', 'c']],
    ['select 1 from a union select 2 from b except (select 3 from c)', ['a', 'b', 'c']],
    ['with x as (select * from a) select * from x, b', ['a', 'b']],
    ['with a as (select * from a) select * from a', ['a']],
    ['with recursive a as (select * from b union select * from a) select * from a', ['b']],
    ['with x as (select 1), y as (select * from x) select * from y', []],
    ['with y as (select * from x), x as (select 1) select * from y', ['x']],
    ['select * from (with x as (select 1) select * from x) s, x', ['x']],
    ['with x as (select 1) select * from public.x', ['public.x']],
    ['with x as (select 1) select (select count(*) from x)', []],
    ['select * from a union (with b as (select 1) select * from b)', ['a']],
    ['with "X" as (select 1) select * from x', ['x']],
    ['select * from "a.b", a.b', ['"a.b"', 'a.b']],
    ['select * from orders tablesample system (1)', ['orders']],
    ["select * from generate_series(1, 3), json_each('{}')", []],
    ['explain select * from orders', ['orders']],
    [
      'select count(*) from a where x in (select y from b where z > any (select 1 from c))',
      ['a', 'b', 'c'],
    ],
  ];
  test('are those that it reads, as written and folded, without WITH queries in sight', () => {
    for (const [sql, tables] of cases) assert.deepEqual(guard.check(sql).tables, tables, sql);
  });
});

describe('the volatility of a statement', () => {
  const cases = {
    stable: [
      'select 1',
      "select date_trunc('month', at), lower(name), to_char(at, 'YYYY') from t",
      "select at + interval '1 day', timestamp '2024-01-01', age(a, b) from t",
      'select jsonb_agg(x), string_agg(y, z) from t',
      'select c.age, c.version, c.now, c.random from customers c',
      "select 'knowledge', 'nowhere', 'todays' from t",
      'select * from t tablesample bernoulli (1) repeatable (2)',
      'select $1::int',
    ],
    day: [
      'select current_date',
      'select * from t where at >= current_date - 7',
      'select now()::date, cast(current_timestamp as date), pg_catalog.date(localtimestamp)',
      "select * from t where at >= date_trunc('month', now()) and y = extract(year from now())",
      "select date_part('dow', transaction_timestamp()), now()::date::timestamp",
      'select age(at), age(at::date), age(cast(at as timestamptz)) from t',
      "select date 'today'",
      "select * from t where at > 'yesterday'",
      "select 'today 12:00'::timestamp, ' tomorrow '::date",
    ],
    clock: [
      'select now()',
      'select pg_catalog.now()',
      'select current_date, current_timestamp(3), localtime, localtimestamp',
      'select now()::date, now()',
      "select date_trunc('hour', now()), extract(epoch from now())",
      "select date_trunc('day', now() at time zone 'Asia/Tokyo')",
      "select date_trunc('day', now(), 'Asia/Tokyo')",
      "select (now() - interval '3 hours')::date",
      "select date_trunc('day', clock.now) from (select now()) clock",
      'select date_trunc($1, now())',
      'select * from t where at > transaction_timestamp() - interval $$1 day$$',
      'select (at).age from t',
      'select age(xmin) from t',
      'select age(t.xmax) from t',
      "select age('12'::xid)",
      'select age(coalesce(a, b)) from t',
      "select 'NOW'::timestamptz, date 'today'",
      'with x as (select now() as n) select * from t, x where t.at < x.n',
    ],
    volatile: [
      'select random()',
      'select now(), random()',
      'select gen_random_uuid() from t',
      'select clock_timestamp(), timeofday()',
      'select * from t order by random() limit 1',
      'select current_user, session_user, current_role',
      "select current_setting('app.tenant')",
      'select current_schema, pg_backend_pid()',
      'select * from t where owner = user',
      'select * from t tablesample bernoulli (1)',
      "select pg_total_relation_size('t')",
      'select * from pg_stat_database',
      'select * from pg_catalog.pg_class',
      'select * from information_schema.tables',
      'select x.uuid_generate_v4()',
      'show timezone',
      'explain select 1',
    ],
  };
  for (const [volatility, statements] of Object.entries(cases)) {
    test(`is ${volatility} where it must be`, () => {
      for (const sql of statements) assert.equal(guard.check(sql).volatility, volatility, sql);
    });
  }
});

describe('the rest of what the guard tells', () => {
  test('is the kind of the statement', () => {
    assert.equal(guard.check('values (1)').kind, 'select');
    assert.equal(guard.check('with x as (select 1) table x').kind, 'select');
    assert.equal(guard.check('explain (analyze false) select 1').kind, 'explain');
    assert.equal(guard.check('show all').kind, 'show');
  });

  test('is the highest parameter number', () => {
    assert.equal(guard.check('select 1').parameterCount, 0);
    assert.equal(guard.check('select $2, $10, $1 from t limit $3').parameterCount, 10);
    assert.equal(guard.check('select \'$9\', "$8" from t where a = $1').parameterCount, 1);
    assert.equal(failureOf('select $70000').code, 'INPUT_INVALID');
  });
});

describe('text that is no statement', () => {
  test('is an invalid input', () => {
    const inputs = ['', '   ', '\n\t', ';', ' ; ; ', '-- only a comment', '/* x */', 'select\0 1'];
    for (const sql of [...inputs, undefined, null, 5, {}, ['select 1'], "select '\ud800'"]) {
      const { code, hint } = failureOf(sql);
      assert.equal(code, 'INPUT_INVALID', JSON.stringify(sql));
      assert.ok(hint);
    }
  });

  test('is refused when too long, with both lengths', async () => {
    const { code, message } = failureOf(`select ${'1'.repeat(100_000)}`);
    assert.equal(code, 'INPUT_INVALID');
    assert.match(message, /100007.*100000/);
    const short = await createStatementGuard({ maxLength: 10 });
    assert.throws(() => short.check('select 12345'), { code: 'INPUT_INVALID' });
    assert.equal(short.check('select 123').sql, 'select 123');
  });

  test('gets the server message, line, column and the text there when it does not parse', () => {
    const cases: readonly (readonly [sql: string, told: RegExp])[] = [
      ['select * form t', /syntax error at or near "form" \(line 1:10, near: form t\)/],
      ['select *\n  form t', /line 2:3, near: form t\)/],
      ["\n\nselect 'é😀', form t x", /line 3:21, near: x/],
      ['select (', /at end of input \(line 1:9, near: the end\)/],
      ["select 'open", /unterminated quoted string.*line 1:8/],
      ['select "open', /unterminated quoted identifier/],
      ['select /* open', /unterminated \/\* comment/],
      ['select $a$ open', /unterminated dollar-quoted string/],
      ['select 1a', /trailing junk after numeric literal/],
      ["select U&'\\00'", /invalid Unicode escape/],
      ['selec 1', /line 1:1, near: selec 1/],
      ['select 1 2 3', /line 1:10, near: 2 3/],
      ['explain explain select 1', /syntax error/],
      ['select a from t limit 1, 2', /LIMIT #,# syntax is not supported/],
      ['/* /* */ drop table t', /unterminated \/\* comment/],
    ];
    for (const [sql, told] of cases) {
      const { code, message, hint } = failureOf(sql);
      assert.equal(code, 'QUERY_INVALID', sql);
      assert.match(message, told);
      assert.ok(hint);
    }
    assert.match(failureOf('select `a` from t').hint ?? '', /double quotes/);
    assert.match(failureOf('select ifnull(a, 0) from t').hint ?? '', /coalesce/);
  });

  test('never carries more than a little of the statement into the message', () => {
    for (const sql of ["select form t '", "select '", 'select $x$', '/* ', '(', 'selec ']) {
      assert.ok(failureOf(`${sql}${'x '.repeat(40_000)}`).message.length < 200, sql);
    }
  });
});
