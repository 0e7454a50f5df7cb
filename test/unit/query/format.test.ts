import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rowFormat } from '../../../src/query/format.ts';
import type { Format } from '../../../src/query/format.ts';

async function render(format: Format, names: readonly string[], lines: readonly string[]) {
  const columns = names.map((name) => ({ name, type: 'text' }));
  const shape = rowFormat(format, columns);
  const rows = lines.map((line) => shape.encode(line));
  const text = shape.open + rows.join(shape.separator) + shape.close;
  return { text, value: JSON.parse(text) as unknown };
}

test('a table keeps each line as it was stored', async () => {
  const line = '[1e400,12345678901234567890,"ä",null,{"a" : 1}]';
  const { text } = await render('table', ['a', 'b', 'c', 'd', 'e'], [line, line]);
  assert.equal(text, `[${line},${line}]`);
});

test('no value is lost in an object to a repeated name', async () => {
  const names = ['id', 'id', 'id_2', 'id', '', '', '__proto__', 'constructor'];
  const { text } = await render('objects', names, ['[1,2,3,4,5,6,7,8]']);
  const entries = [...text.matchAll(/"([^"]*)":(\d)/g)].map((match) => [match[1], match[2]]);
  assert.equal(new Set(entries.map(([name]) => name)).size, 8);
  assert.deepEqual(
    entries.map(([, value]) => value),
    ['1', '2', '3', '4', '5', '6', '7', '8'],
  );
  assert.equal(entries[0]?.[0], 'id');
  assert.equal(entries[1]?.[0], 'id_2');
});

test('a name may hold anything that PostgreSQL lets it hold', async () => {
  const name = 'a "quoted"\n name, with \\ and ä😀';
  const { value } = await render('objects', [name], ['["x"]']);
  assert.deepEqual(value, [{ [name]: 'x' }]);
  const csv = await render('csv', [name], ['["x"]']);
  assert.equal(csv.value, `"${name.replaceAll('"', '""')}"\nx\n`);
});

test('objects keep numbers digit by digit', async () => {
  const { text } = await render('objects', ['n', 'j'], ['[1e400,{"big":12345678901234567890}]']);
  assert.equal(text, '[{"n":1e400,"j":{"big":12345678901234567890}}]');
});

test('CSV tells NULL from the empty string', async () => {
  const { value } = await render('csv', ['a', 'b', 'c'], ['[null,"",null]', '["",null,""]']);
  assert.equal(value, 'a,b,c\n,"",\n"",,""\n');
});

test('CSV quotes what would end a field or a record', async () => {
  const cells = ['a,b', 'say "hi"', 'one\ntwo', 'one\r\ntwo', ' space ', "it's", 'tab\there'];
  const { value } = await render(
    'csv',
    cells.map((_, index) => `c${index}`),
    [JSON.stringify(cells)],
  );
  assert.equal(
    value,
    'c0,c1,c2,c3,c4,c5,c6\n"a,b","say ""hi""","one\ntwo","one\r\ntwo", space ,it\'s,tab\there\n',
  );
});

test('CSV writes numbers, truth values and nested values as JSON has them', async () => {
  const line = '[1e400,true,false,{"a":[1,"x, y"]},[]]';
  const { value } = await render('csv', ['a', 'b', 'c', 'd', 'e'], [line]);
  assert.equal(value, 'a,b,c,d,e\n1e400,true,false,"{""a"":[1,""x, y""]}",[]\n');
});

test('CSV of many rows is one JSON string', async () => {
  const lines = Array.from({ length: 50 }, (_, index) => JSON.stringify([index, `"${index}\n`]));
  const { value } = await render('csv', ['n', 't'], lines);
  assert.equal(typeof value, 'string');
  assert.match(value as string, /^n,t\n0,"""0\n"\n1,/);
});
