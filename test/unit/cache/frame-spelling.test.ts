import assert from 'node:assert/strict';
import test from 'node:test';

import { closestSpelling, distance, spelledAlike } from '../../../src/cache/frame-spelling.ts';

const LIKENESSES = [
  ['custmoers', 'customers', 'slip'],
  ['nubmer', 'number', 'slip'],
  ['qauntity', 'quantity', 'slip'],
  ['terminated', 'termination', 'root'],
  ['employee', 'employer', 'root'],
  ['products', 'product', 'root'],
  ['dept', 'department', 'abbreviation'],
  ['qty', 'quantity', 'abbreviation'],
  ['ids', 'identifier', 'abbreviation'],
  ['apple', 'banana', null],
  ['hour', 'tour', null],
  ['cat', 'car', null],
  ['same', 'same', null],
  ['', 'word', null],
] as const;
for (const [first, second, likeness] of LIKENESSES) {
  test(`"${first}" and "${second}" are alike by ${likeness ?? 'nothing'}, in either order`, () => {
    assert.equal(spelledAlike(first, second), likeness);
    assert.equal(spelledAlike(second, first), likeness);
  });
}

test('texts that are too long for words are never compared letter by letter', () => {
  assert.equal(spelledAlike('a'.repeat(25), 'a'.repeat(26)), null);
  assert.equal(spelledAlike('a'.repeat(100_000), `${'a'.repeat(99_999)}b`), null);
});

test('a wrong, a missing, an added and a swapped letter are one edit each', () => {
  for (const other of ['prace', 'prce', 'pricee', 'pirce']) {
    assert.equal(distance('price', other, 3), 1);
  }
  assert.equal(distance('price', 'price', 3), 0);
  assert.equal(distance('', 'abc', 3), 3);
});

test('the distance is not followed beyond its limit', () => {
  assert.equal(distance('price', 'banana', 2), 3);
  assert.equal(distance('a', 'a'.repeat(50), 2), 3);
});

test('the strongest likeness wins, wherever it stands', () => {
  const weak = ['quarry', 'qnty', 'quantities'];
  assert.equal(closestSpelling('quantity', weak), 'root');
  assert.equal(closestSpelling('quantity', [...weak, 'quanttiy']), 'slip');
  assert.equal(closestSpelling('quantity', ['qty']), 'abbreviation');
});

test('a word that is like none of the others stands alone', () => {
  assert.equal(closestSpelling('zebra', ['customer', 'order']), null);
  assert.equal(closestSpelling('zebra', []), null);
});
