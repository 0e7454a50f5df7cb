import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arrayJson } from '../../../src/query/array-text.ts';

const jsonOf = (text: string): unknown =>
  JSON.parse(arrayJson(text, (item) => JSON.stringify(item)));

test('elements come as PostgreSQL meant them, quoted, escaped, bare and NULL', () => {
  const cases: ReadonlyArray<readonly [string, unknown]> = [
    ['{}', []],
    ['{NULL}', [null]],
    ['{"NULL","null",""}', ['NULL', 'null', '']],
    ['{a,"b c",d}', ['a', 'b c', 'd']],
    ['{"a\\"b","c\\\\","\\\\\\"","{,}"}', ['a"b', 'c\\', '\\"', '{,}']],
    [
      '{{1,2},{NULL,"x,y"}}',
      [
        ['1', '2'],
        [null, 'x,y'],
      ],
    ],
    ['{"line\nfeed","😀","back\\\\slash",plain}', ['line\nfeed', '😀', 'back\\slash', 'plain']],
  ];
  for (const [text, expected] of cases) assert.deepEqual(jsonOf(text), expected, text);
});

test('what a generated array holds is what was put into it', () => {
  const letters = ['a', '"', '\\', ',', '{', '}', ' ', '€', '\n', ''];
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let count = 0; count < 500; count += 1) {
    const items = Array.from({ length: random(20) }, () =>
      random(6) === 0
        ? null
        : Array.from({ length: random(6) }, () => letters[random(letters.length)]!).join(''),
    );
    const text = items.map((item) =>
      item === null ? 'NULL' : `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    );
    assert.deepEqual(jsonOf(`{${text.join(',')}}`), items);
  }
});

test('an array of half a million quoted elements is read as one of few', () => {
  const items = Array.from({ length: 500_000 }, (_, index) => `Ann Lee ${index}`);
  const text = `{${items.map((item) => `"${item}"`).join(',')}}`;
  assert.deepEqual(jsonOf(text), items);
});

test('a text that ends too early ends the reading, too', () => {
  for (const text of ['{', '{a', '{"a', '{"a\\', '{"a"', '{{1}']) {
    assert.equal(typeof arrayJson(text, (item) => item), 'string', text);
  }
});
