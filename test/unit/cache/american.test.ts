import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { american } from '../../../src/cache/american.ts';

describe('British spellings are read as American ones', () => {
  for (const [british, expected] of [
    ['colour', 'color'],
    ['coloured', 'colored'],
    ['neighbours', 'neighbors'],
    ['favourite', 'favorite'],
    ['organisation', 'organization'],
    ['fertilisers', 'fertilizers'],
    ['centre', 'center'],
    ['theatres', 'theaters'],
    ['kilometre', 'kilometer'],
    ['fibre', 'fiber'],
    ['maths', 'math'],
    ['paediatrics', 'pediatrics'],
  ] as const) {
    test(british, () => assert.equal(american(british), expected));
  }
});

test('words that merely look like them stay', () => {
  for (const word of [
    'hour',
    'hours',
    'tour',
    'four',
    'devour',
    'more',
    'store',
    'are',
    'wise',
    'is',
  ])
    assert.equal(american(word), word);
  for (const word of ['', 'constructor', 'ou'.repeat(2000)]) assert.equal(american(word), word);
});
