import assert from 'node:assert/strict';
import test from 'node:test';

import { createThesaurus, overlap } from '../../../src/cache/thesaurus.ts';
import { conceptOf } from '../../../src/cache/words.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const { thesaurus } = await readShippedLexicon();
const meanings = (...words: string[]): ReadonlySet<number> =>
  thesaurus.meaningsOf(words.map(conceptOf));
const shareMeaning = (first: string, second: string): boolean =>
  overlap(meanings(first), meanings(second));

test('words that people use for the same thing share a meaning, whatever their form', () => {
  assert.ok(shareMeaning('profit', 'earnings'));
  assert.ok(shareMeaning('professor', 'teachers'));
  assert.ok(shareMeaning('warehouses', 'storage'));
  assert.ok(shareMeaning('maximum', 'highest'));
});

test('sharing a meaning has no direction', () => {
  for (const [first, second] of [
    ['profit', 'earnings'],
    ['profit', 'airport'],
  ] as const) {
    assert.equal(shareMeaning(first, second), shareMeaning(second, first));
  }
});

test('a word of several meanings ties none of its neighbours together', () => {
  assert.ok(shareMeaning('stock', 'inventory'));
  assert.ok(shareMeaning('stock', 'equity'));
  assert.ok(!shareMeaning('inventory', 'equity'));
});

test('words of other things share none', () => {
  assert.ok(!shareMeaning('customer', 'product'));
  assert.ok(!shareMeaning('minimum', 'maximum'));
  assert.ok(!shareMeaning('doctor', 'patient'));
});

test('the meanings of several words are those of each', () => {
  assert.deepEqual(
    meanings('profit', 'storage'),
    new Set([...meanings('profit'), ...meanings('storage')]),
  );
});

test('words that it does not know have no meaning, not even names of object members', () => {
  for (const word of ['', 'zqx', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.equal(meanings(word).size, 0);
  }
  assert.equal(thesaurus.meaningsOf([]).size, 0);
  assert.equal(overlap(new Set(), meanings('profit')), false);
});

test('only what is the same in nearly every database is strong', () => {
  const own = createThesaurus('# comment\nstrong film/movie\nhint cost/price\n');
  assert.equal(own.meaningsOf(['cost']).size, 1);
  assert.equal(own.strongOf(['cost']).size, 0);
  assert.ok(overlap(own.strongOf(['movie']), own.strongOf(['movie'])));
});

test('a text without a single group is refused', () => {
  assert.throws(() => createThesaurus('film, movie'), /no groups/);
});
