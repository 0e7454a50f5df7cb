import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cellEncoder } from '../../../src/query/cell.ts';

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT4 = 23;
const TEXT = 25;
const JSON_TYPE = 114;
const FLOAT8 = 701;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const TIMETZ = 1266;
const NUMERIC = 1700;

function encode(typeId: number, text: string): string {
  const json = cellEncoder(typeId)(text);
  assert.ok(!json.includes('\n'), 'a line feed would end the row');
  JSON.parse(json);
  return json;
}

test('int8 is a number as long as a double holds it exactly, else a string', () => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['0', '0'],
    ['9007199254740991', '9007199254740991'],
    ['9007199254740992', '"9007199254740992"'],
    ['9007199254740993', '"9007199254740993"'],
    ['-9007199254740991', '-9007199254740991'],
    ['-9007199254740992', '"-9007199254740992"'],
    ['9223372036854775807', '"9223372036854775807"'],
    ['-9223372036854775808', '"-9223372036854775808"'],
  ];
  for (const [text, json] of cases) assert.equal(encode(INT8, text), json);
});

test('numeric is a string whatever it holds', () => {
  for (const text of ['1', '0.10', 'NaN', 'Infinity', '-Infinity', '123456789.000000000001']) {
    assert.equal(encode(NUMERIC, text), JSON.stringify(text));
  }
});

test('floats that JSON lacks are strings, the others numbers as the server wrote them', () => {
  for (const text of ['NaN', 'Infinity', '-Infinity']) {
    assert.equal(encode(FLOAT8, text), JSON.stringify(text));
  }
  for (const text of ['0', '-0', '0.1', '1e+308', '5e-324', '1.7976931348623157e+308']) {
    assert.equal(encode(FLOAT8, text), text);
  }
});

test('truth values, bytes and plain numbers', () => {
  assert.equal(encode(BOOL, 't'), 'true');
  assert.equal(encode(BOOL, 'f'), 'false');
  assert.equal(encode(INT4, '-2147483648'), '-2147483648');
  assert.equal(encode(BYTEA, '\\x'), '""');
  assert.equal(encode(BYTEA, '\\x00ff10'), '"AP8Q"');
});

test('timestamps are ISO 8601, and what has no such form stays as it is', () => {
  const cases: ReadonlyArray<readonly [number, string, string]> = [
    [TIMESTAMP, '2024-01-31 10:00:00', '2024-01-31T10:00:00'],
    [TIMESTAMP, '2024-01-31 10:00:00.123456', '2024-01-31T10:00:00.123456'],
    [TIMESTAMPTZ, '2024-01-31 10:00:00+00', '2024-01-31T10:00:00+00:00'],
    [TIMESTAMPTZ, '2024-01-31 10:00:00.5-03:30', '2024-01-31T10:00:00.5-03:30'],
    [TIMESTAMPTZ, '1800-01-31 10:00:00+00:53:28', '1800-01-31T10:00:00+00:53:28'],
    [TIMESTAMPTZ, '0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC'],
    [TIMESTAMP, '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00 BC'],
    [TIMESTAMPTZ, 'infinity', 'infinity'],
    [TIMESTAMP, '-infinity', '-infinity'],
    [TIMESTAMP, '294276-12-31 23:59:59', '294276-12-31T23:59:59'],
    [TIMETZ, '10:00:00-08', '10:00:00-08:00'],
    [TIMETZ, '10:00:00+05:30', '10:00:00+05:30'],
  ];
  for (const [type, text, expected] of cases)
    assert.equal(JSON.parse(encode(type, text)), expected);
});

test('stored JSON is passed on, line feeds between tokens removed', () => {
  const text = '{\r\n  "a" : [1e400, 12345678901234567890],\n"b":"x\\ny"}';
  const json = encode(JSON_TYPE, text);
  assert.match(json, /1e400, 12345678901234567890/);
  assert.deepEqual(JSON.parse(json), JSON.parse(text));
});

test('text is escaped, whatever characters it holds', () => {
  for (const text of ['', 'a\nb\r\n', '"\\', '\u0001\u2028\u2029', '😀', 'NULL']) {
    assert.equal(JSON.parse(encode(TEXT, text)), text);
  }
});

test('arrays keep NULL, "NULL", quotes, nesting and the rules of their elements', () => {
  const cases: ReadonlyArray<readonly [number, string, unknown]> = [
    [1009, '{}', []],
    [
      1009,
      '{NULL,"NULL","",a b,"a,b","say \\"hi\\"","back\\\\slash","{x}"}',
      [null, 'NULL', '', 'a b', 'a,b', 'say "hi"', 'back\\slash', '{x}'],
    ],
    [1009, '{"line\nfeed"}', ['line\nfeed']],
    [
      1007,
      '{{1,2},{3,NULL}}',
      [
        [1, 2],
        [3, null],
      ],
    ],
    [1016, '{1,9223372036854775807}', [1, '9223372036854775807']],
    [1022, '{NaN,-0.5,Infinity}', ['NaN', -0.5, 'Infinity']],
    [1000, '{t,f,NULL}', [true, false, null]],
    [1231, '{0.10,NaN}', ['0.10', 'NaN']],
    [1001, '{"\\\\x00ff"}', ['AP8=']],
    [1185, '{"2024-01-31 10:00:00+00"}', ['2024-01-31T10:00:00+00:00']],
    [199, '{"{\\"a\\": 1}",NULL,"null"}', [{ a: 1 }, null, null]],
    [3807, '{"[1, 2]"}', [[1, 2]]],
    [1270, '{10:00:00-08}', ['10:00:00-08:00']],
  ];
  for (const [type, text, expected] of cases) {
    assert.deepEqual(JSON.parse(encode(type, text)), expected, text);
  }
});

test('an array with bounds of its own stays text', () => {
  assert.equal(JSON.parse(encode(1007, '[0:1]={1,2}')), '[0:1]={1,2}');
});

test('a type that is not known is text', () => {
  assert.equal(JSON.parse(encode(999_999, '(1,"a b")')), '(1,"a b")');
});
