import assert from 'node:assert/strict';
import test from 'node:test';

import type { ContentWord } from '../../../src/cache/frame-facts.ts';
import {
  compareOpposites,
  comparePrefixes,
  createOpposites,
} from '../../../src/cache/frame-opposite.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { conceptOf } from '../../../src/cache/words.ts';
import { ODD_TEXTS } from '../../support/pairs.ts';

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

const prefixes = (earlier: string, later: string) =>
  comparePrefixes(frameOf(earlier), frameOf(later));

for (const [first, second] of [
  ['available products', 'unavailable products'],
  ['the verified users', 'the nonverified users'],
  ['users who liked it', 'users who disliked it'],
  ['active accounts', 'inactive accounts'],
  ['valid tickets', 'invalid tickets'],
  ['the used doses', 'the unused doses'],
] as const) {
  test(`a prefix denies: "${first}", "${second}", and the other way round`, () => {
    for (const found of [prefixes(first, second), prefixes(second, first)]) {
      assert.deepEqual(
        found.map(({ weight, rule }) => [weight, rule]),
        [['hard', 'opposite']],
      );
    }
  });
}

for (const [first, second] of [
  ['the union members', 'the on members'],
  ['the units', 'the ts'],
  ['the income', 'the come'],
  ['the invoices', 'the voices'],
  ['the number of discounts', 'the discount counts'],
  ['unpaid orders', 'unpaid orders'],
  // Each says both.
  ['paid and unpaid orders', 'paid orders'],
  ['paid and unpaid orders', 'unpaid and paid orders'],
  ['unpaid orders', 'zebra orders'],
  ['', 'unpaid'],
] as const) {
  test(`no prefix denies between "${first}" and "${second}"`, () => {
    assert.deepEqual(prefixes(first, second), []);
    assert.deepEqual(prefixes(second, first), []);
  });
}

test('of any two texts the prefixes can be compared', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS) assert.deepEqual(prefixes(earlier, later), []);
});
