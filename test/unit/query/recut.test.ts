import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cellsOf, textOf } from '../../../src/query/recut.ts';

test('numbers keep every digit and their spelling', () => {
  const numbers = [
    '9007199254740993',
    '-9223372036854775808',
    '1e400',
    '-0',
    '-0.0',
    '0.1000000000000000055511151231257827',
    '1E-400',
    '123456789012345678901234567890.00100',
  ];
  assert.deepEqual(cellsOf(`[${numbers.join(',')}]`), numbers);
  assert.deepEqual(cellsOf(`[{"a":[${numbers.join(',')}]}]`), [`{"a":[${numbers.join(',')}]}`]);
});

test('a row comes apart into as many cells as it has', () => {
  const line = '[1,"a",null,true,false,{"a":{"b":[]}},[[],[1,[2]]],{},[],""]';
  const cells = cellsOf(line);
  assert.equal(`[${cells.join(',')}]`, line);
  assert.equal(cells.length, 10);
  assert.deepEqual(cellsOf('[]'), []);
});

test('text is given only for strings', () => {
  const cells = cellsOf('["a\\n\\"b\\u00e4\\ud83d\\ude00",1,null,["x"],""]');
  assert.deepEqual(
    cells.map((cell) => textOf(cell)),
    ['a\n"bä😀', null, null, null, ''],
  );
});

test('white space between tokens and inside strings is told apart', () => {
  const [cell] = cellsOf('[ { "a b" : [ 1 , 2 ] , "c" : " d " } ]');
  assert.deepEqual(JSON.parse(cell!), { 'a b': [1, 2], c: ' d ' });
});

test('repeated keys and hostile keys stay where they are', () => {
  const line = '[{"a":1,"a":2,"__proto__":{"x":1},"":0,"\\"":{"\\\\":null}}]';
  assert.deepEqual(cellsOf(line), [line.slice(1, -1)]);
});

test('a lone surrogate stays valid JSON', () => {
  const [cell] = cellsOf('["\\ud800"]');
  assert.equal(JSON.parse(cell!), '\ud800');
});

test('deep nesting and long strings are taken apart', () => {
  const deep = '['.repeat(5000) + ']'.repeat(5000);
  const long = JSON.stringify('é"\\\n'.repeat(200_000));
  assert.deepEqual(cellsOf(`[${deep},${long},1]`), [deep, long, '1']);
});

test('any JSON row comes back with the same meaning', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const value = (depth: number): unknown => {
    const kind = random(depth > 3 ? 5 : 7);
    if (kind === 0) return null;
    if (kind === 1) return random(2) === 0;
    if (kind === 2) return random(1e6) / 7 - 50_000;
    if (kind <= 4)
      return String.fromCharCode(...Array.from({ length: random(9) }, () => random(999)));
    const items = Array.from({ length: random(5) }, () => value(depth + 1));
    if (kind === 5) return items;
    return Object.fromEntries(items.map((item, index) => [`k${index}"`, item]));
  };
  for (let round = 0; round < 200; round += 1) {
    const row = Array.from({ length: random(8) }, () => value(0));
    const cells = cellsOf(JSON.stringify(row));
    assert.deepEqual(JSON.parse(`[${cells.join(',')}]`), row);
  }
});

test('what is no row is told', () => {
  for (const line of [
    '',
    '{}',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '["a',
    '["a\\"]',
    '[[1]',
    '[1 2]',
  ]) {
    assert.throws(() => cellsOf(line), /not a JSON array/, line);
  }
});
