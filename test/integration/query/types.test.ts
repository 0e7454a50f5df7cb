import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { admin, freshDatabase } from '../../support/database.ts';
import { poolOf } from '../db/pools.ts';
import { executorOf, rowsOf } from './runs.ts';

async function benchOf(t: TestContext, setup = 'select 1') {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, setup);
  return executorOf(t, poolOf(t, readerUrl));
}

const VALUES: ReadonlyArray<readonly [string, unknown, string]> = [
  ['9007199254740991::int8', 9_007_199_254_740_991, 'bigint'],
  ['9007199254740992::int8', '9007199254740992', 'bigint'],
  ['(-9223372036854775808)::int8', '-9223372036854775808', 'bigint'],
  ['32767::int2', 32_767, 'smallint'],
  ['4294967295::oid', 4_294_967_295, 'oid'],
  ['0.10::numeric', '0.10', 'numeric'],
  [`'NaN'::numeric`, 'NaN', 'numeric'],
  [`'-Infinity'::numeric`, '-Infinity', 'numeric'],
  ['12345678901234567890.123456789::numeric', '12345678901234567890.123456789', 'numeric'],
  [`'NaN'::float8`, 'NaN', 'double precision'],
  [`'Infinity'::float4`, 'Infinity', 'real'],
  [`'-0'::float8`, -0, 'double precision'],
  ['0.1::float8', 0.1, 'double precision'],
  ['0.1::float4', 0.1, 'real'],
  ['1.7976931348623157e308::float8', 1.7976931348623157e308, 'double precision'],
  ['5e-324::float8', 5e-324, 'double precision'],
  ['true', true, 'boolean'],
  [
    `timestamp '2024-01-31 10:00:00.123456'`,
    '2024-01-31T10:00:00.123456',
    'timestamp without time zone',
  ],
  [`timestamp '0044-03-15 12:00:00 BC'`, '0044-03-15 12:00:00 BC', 'timestamp without time zone'],
  [`timestamptz 'infinity'`, 'infinity', 'timestamp with time zone'],
  [`timestamp '-infinity'`, '-infinity', 'timestamp without time zone'],
  [`date '2024-02-29'`, '2024-02-29', 'date'],
  [`date '-infinity'`, '-infinity', 'date'],
  [`time '24:00:00'`, '24:00:00', 'time without time zone'],
  [`timetz '10:00:00-08'`, '10:00:00-08:00', 'time with time zone'],
  [`interval '1 year -2 months 3 days 04:05:06.7'`, 'P10M3DT4H5M6.7S', 'interval'],
  [`'\\x00ff'::bytea`, 'AP8=', 'bytea'],
  [`''::bytea`, '', 'bytea'],
  [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'uuid'],
  [`'{"b" : [1,null], "a":"x"}'::jsonb`, { b: [1, null], a: 'x' }, 'jsonb'],
  [`E'{\\n "a": 1,\\r\\n "b": "x"}'::json`, { a: 1, b: 'x' }, 'json'],
  [`'null'::jsonb`, null, 'jsonb'],
  [`array[1,null,3]`, [1, null, 3], 'integer[]'],
  [
    `array[[1,2],[3,4]]`,
    [
      [1, 2],
      [3, 4],
    ],
    'integer[]',
  ],
  [`'{}'::text[]`, [], 'text[]'],
  [
    `array['a "b"','c,d','{e}','NULL',null,'',E'f\\n\\\\g']`,
    ['a "b"', 'c,d', '{e}', 'NULL', null, '', 'f\n\\g'],
    'text[]',
  ],
  [`'[0:1]={7,8}'::int[]`, '[0:1]={7,8}', 'integer[]'],
  [`array['{"a":1}'::jsonb, null]`, [{ a: 1 }, null], 'jsonb[]'],
  [`array[9223372036854775807, 1]`, ['9223372036854775807', 1], 'bigint[]'],
  [`array[0.10, 'NaN']::numeric[]`, ['0.10', 'NaN'], 'numeric[]'],
  [`array['\\x00ff'::bytea]`, ['AP8='], 'bytea[]'],
  [`array[true,false]`, [true, false], 'boolean[]'],
  [`row(1, 'a b', null)`, '(1,"a b",)', 'record'],
  [`int4range(1, 5)`, '[1,5)', 'int4range'],
  [`'$1,234.50'::money`, '$1,234.50', 'money'],
  [`'10.0.0.1/8'::inet`, '10.0.0.1/8', 'inet'],
  [`b'101'`, '101', 'bit'],
  [`'[1,2]'::vector`, '[1,2]', 'vector'],
  [`point(1,2)`, '(1,2)', 'point'],
  [`'sad'::mood`, 'sad', 'mood'],
  [`array['sad','happy']::mood[]`, '{sad,happy}', 'mood[]'],
  [`5::positive`, 5, 'integer'],
  [`'x'::char(3)`, 'x  ', 'character'],
  [`E'line\\nfeed "q" \\\\ \\u2028 \\U0001F600'`, 'line\nfeed "q" \\ \u2028 😀', 'text'],
  ['null', null, 'text'],
  ['null::int[]', null, 'integer[]'],
];

test('each common type has its JSON, and its name', async (t) => {
  const bench = await benchOf(
    t,
    `create type mood as enum ('sad', 'happy'); create domain positive as int check (value > 0)`,
  );
  for (const [expression, expected, type] of VALUES) {
    const { rows, columns } = await rowsOf(bench, `select ${expression} as v`);
    assert.deepEqual(rows, [[expected]], expression);
    assert.deepEqual(columns, [{ name: 'v', type }], expression);
  }
});

test('numbers inside JSON keep every digit', async (t) => {
  const bench = await benchOf(t);
  const { text } = await rowsOf(bench, `select '{"a":12345678901234567890,"b":1e400}'::json`);
  assert.equal(text, '[[{"a":12345678901234567890,"b":1e400}]]');
});

test('what is shown does not depend on how the database is set up', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const name = new URL(url).pathname.slice(1);
  await admin(
    url,
    `alter database ${name} set datestyle = 'German, DMY';
     alter database ${name} set intervalstyle = 'postgres_verbose';
     alter database ${name} set bytea_output = 'escape';
     alter database ${name} set extra_float_digits = -10;
     alter database ${name} set timezone = 'Asia/Kolkata'`,
  );
  const bench = executorOf(t, poolOf(t, readerUrl));
  const { rows } = await rowsOf(
    bench,
    `select timestamptz '2024-01-31 10:00:00+00', date '2024-01-31', interval '1 day 2 hours',
       '\\x41'::bytea, 0.1::float8 + 0.2::float8, timestamptz '1890-01-01 00:00:00+00'`,
  );
  assert.deepEqual(rows, [
    [
      '2024-01-31T15:30:00+05:30',
      '2024-01-31',
      'P1DT2H',
      'QQ==',
      0.30000000000000004,
      '1890-01-01T05:21:10+05:21:10',
    ],
  ]);
});

test('a type that was made after the start has its name', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  const bench = executorOf(t, poolOf(t, readerUrl));
  await rowsOf(bench, 'select 1');
  await admin(url, `create type late as enum ('a')`);
  await rowsOf(bench, `select 'a'::late`);
  const { columns } = await rowsOf(bench, `select 'a'::late as v`);
  assert.deepEqual(columns, [{ name: 'v', type: 'late' }]);
});

test('repeated and empty-handed columns survive', async (t) => {
  const bench = await benchOf(t, 'create table t (n int); insert into t values (1), (2)');
  const twice = await rowsOf(bench, 'select 1 as a, 2 as a, 3 as "?column?", 4');
  assert.deepEqual(twice.rows, [[1, 2, 3, 4]]);
  assert.deepEqual(
    twice.columns.map((column) => column.name),
    ['a', 'a', '?column?', '?column?'],
  );
  const none = await rowsOf(bench, 'select from t');
  assert.deepEqual([none.rows, none.columns, none.totals.rowCount], [[[], []], [], 2]);
});

test('an empty result has its columns', async (t) => {
  const bench = await benchOf(t, 'create table t (n int, s text)');
  const { rows, columns, totals } = await rowsOf(bench, 'select * from t');
  assert.deepEqual(rows, []);
  assert.deepEqual(columns, [
    { name: 'n', type: 'integer' },
    { name: 's', type: 'text' },
  ]);
  assert.equal(totals.truncated, false);
});

test('sixteen hundred columns come whole', async (t) => {
  const list = Array.from({ length: 1600 }, (_, index) => `${index} as c${index}`);
  const { rows } = await rowsOf(await benchOf(t), `select ${list.join(', ')}`);
  assert.deepEqual(rows, [list.map((_, index) => index)]);
});

test('a cell of five megabytes comes whole, several of them too', async (t) => {
  const { rows } = await rowsOf(
    await benchOf(t),
    `select i, repeat('ä"', 2500000) from generate_series(1, 3) i`,
  );
  assert.deepEqual(
    rows.map(([n, cell]) => [n, (cell as string).length]),
    [
      [1, 5_000_000],
      [2, 5_000_000],
      [3, 5_000_000],
    ],
  );
});

test('parameters are values, never text', async (t) => {
  const bench = await benchOf(t);
  const hostile = `'; drop table x; --`;
  const { rows } = await rowsOf(
    bench,
    'select $1::text, $2::int, $3::text[], $4::jsonb, $5::bool',
    [hostile, 7, ['a', null, '"'], '{"a":1}', null],
  );
  assert.deepEqual(rows, [[hostile, 7, ['a', null, '"'], { a: 1 }, null]]);
});

/** Expressions over a row number whose type JSON holds as it is. */
const JSON_NATIVE = [
  `i`,
  `i * 3 - 50000`,
  `(i % 7 = 0)`,
  `nullif(i % 5, 0)`,
  `repeat('ä"\\' || chr(10), i % 9)`,
  `(i::float8 / 7)`,
  `case when i % 3 = 0 then null else 'row ' || i end`,
  `array[i, null, -i]`,
  `array['a' || i, null, '"{},' || i]`,
  `jsonb_build_object('n', i, 'deep', jsonb_build_array(i, null, 'x' || i))`,
  `array[[i, 1], [2, i]]`,
  `(i % 2 = 0)::text`,
  `md5(i::text)::uuid`,
  `date '2020-01-01' + i`,
  `'{}'::int[]`,
  `to_jsonb('s' || i)`,
  `chr(32 + i % 1000)`,
];

test('generated tables say what PostgreSQL says itself', async (t) => {
  const bench = await benchOf(t);
  let seed = 42;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let round = 0; round < 12; round += 1) {
    const picked = Array.from(
      { length: 1 + random(8) },
      () => JSON_NATIVE[random(JSON_NATIVE.length)]!,
    );
    const rowCount = [0, 1, 7, 199, 200, 201, 3000][random(7)]!;
    const from = `from generate_series(1, ${rowCount}) i`;
    const { rows, columns } = await rowsOf(bench, `select ${picked.join(', ')} ${from}`);
    const json = await rowsOf(bench, `select jsonb_build_array(${picked.join(', ')}) ${from}`);
    assert.equal(columns.length, picked.length);
    assert.deepEqual(
      rows,
      json.rows.map(([row]) => row),
      picked.join(', '),
    );
  }
});
