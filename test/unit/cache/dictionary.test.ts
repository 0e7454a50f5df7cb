import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createDictionary } from '../../../src/cache/dictionary.ts';

const isWord = createDictionary();

describe('words', () => {
  for (const [of, ...words] of [
    ['in the list', 'zebra', 'invoice', 'orders', 'shipped', 'fastest', 'constructor'],
    [
      'spelled as the British do',
      'colour',
      'organisers',
      'analysed',
      'cancelled',
      'theatres',
      'licence',
      'dialogue',
      'centres',
      'travellers',
    ],
    ['with a prefix', 'rebooked', 'underdelivered', 'overvalued', 'unpaid', 'nonvoided'],
    ['with a particle', 'checkin', 'signup', 'callback'],
    ['with their accents', 'café', 'naïve', 'résumé'],
  ] as const) {
    for (const word of words) {
      test(`"${word}", ${of}`, () => {
        assert.ok(isWord(word));
      });
    }
  }
});

describe('no words', () => {
  for (const [of, ...texts] of [
    ['a slip', 'customres', 'savngs', 'recieve', 'prodcuts'],
    ['a name', 'slovakian', 'walmart', 'mongodb'],
    ['a name of every object', '__proto__', 'tostring', 'hasownproperty'],
    ['nothing that is said', '', ' ', 'lkjhg', '🙂', '德国'],
    ['a prefix of no word', 'unlkjhg', 'relkjhg'],
  ] as const) {
    for (const text of texts) {
      test(`"${text}", ${of}`, () => {
        assert.ok(!isWord(text));
      });
    }
  }
});

test('a text that is too long for a word is refused in no time', () => {
  const begin = performance.now();
  for (const text of [
    'x'.repeat(8_000),
    'ours'.repeat(2_000),
    're'.repeat(4_000),
    'é'.repeat(8_000),
  ])
    assert.ok(!isWord(text));
  assert.ok(performance.now() - begin < 500);
});
