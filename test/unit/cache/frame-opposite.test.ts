import assert from 'node:assert/strict';
import test from 'node:test';

import type { ContentWord } from '../../../src/cache/frame-facts.ts';
import { compareOpposites, createOpposites } from '../../../src/cache/frame-opposite.ts';
import { conceptOf } from '../../../src/cache/words.ts';

const opposites = createOpposites();
const words = (text: string): readonly ContentWord[] =>
  text
    .split(' ')
    .map((word, at) => ({ text: word, concept: conceptOf(word), at, value: null, implied: false }));
const compare = (earlier: string, later: string) =>
  compareOpposites({ earlier: words(earlier), later: words(later) }, opposites);

test('words that exclude each other are a hard difference that names both', () => {
  assert.deepEqual(compare('imports', 'exports'), [
    {
      weight: 'hard',
      rule: 'opposite',
      text: 'the earlier question says imports, the new one says exports',
    },
  ]);
});

for (const [first, second] of [
  ['arrived', 'departed'],
  ['paid', 'unpaid'],
  ['buyers', 'sellers'],
  ['monday', 'tuesdays'],
  ['kilometers', 'miles'],
  ['morning', 'night'],
  ['mother', 'father'],
] as const) {
  test(`"${first}" excludes "${second}", and the other way round`, () => {
    assert.equal(compare(first, second).length, 1);
    assert.equal(compare(second, first).length, 1);
  });
}

for (const [first, second] of [
  ['incoming', 'inbound'],
  ['vendor', 'supplier'],
  ['winner', 'victory'],
  ['import', 'import'],
  ['import', 'lunch'],
  ['zebra', 'lion'],
] as const) {
  test(`"${first}" does not exclude "${second}"`, () => {
    assert.deepEqual(compare(first, second), []);
  });
}

test('a pair is found among other words and told once', () => {
  assert.equal(compare('total monthly imports gross', 'sum of exports net').length, 1);
});

test('where one question says nothing instead, nothing is excluded', () => {
  assert.deepEqual(compareOpposites({ earlier: words('import'), later: [] }, opposites), []);
  assert.deepEqual(compareOpposites({ earlier: [], later: words('import') }, opposites), []);
});

test('without knowledge of words nothing is excluded', () => {
  const left = { earlier: words('import'), later: words('export') };
  assert.deepEqual(compareOpposites(left, new Map()), []);
});
