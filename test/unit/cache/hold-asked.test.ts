import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { otherAsked } from '../../../src/cache/hold-asked.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';

const rule = (earlier: string, later: string): string | null => otherAsked(pairOf(earlier, later));

describe('something else is asked for of the same things', () => {
  for (const [earlier, later] of [
    ['how many orders were paid', 'who paid orders'],
    ['which orders are late', 'when are orders late'],
    ['how many orders did Anna get', 'how many times did Anna get orders'],
    ['list the authors who won', 'list the authors and whether they won'],
    ['Which players did Anna beat?', 'Which players beat Anna?'],
    ['Which customers did Anna call?', 'Which customers called Anna?'],
    ['Which firms do we owe money?', 'Which firms owe us money?'],
    ['For whom does Maria work?', 'Who works for Maria?'],
  ] as const) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later), 'asked');
      assert.equal(rule(later, earlier), 'asked');
    });
  }
});

describe('the same is asked for', () => {
  for (const [earlier, later] of [
    ['how many orders were paid', 'the number of orders that were paid'],
    ['Which cars did Anna sell?', 'Which cars were sold by Anna?'],
    ['Which cars did Anna sell?', 'List the cars that Anna sold'],
    ['who are the managers', 'list the managers'],
    ['who works for Maria', 'which people work for Maria'],
    ['', ''],
  ] as const) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later), null);
      assert.equal(rule(later, earlier), null);
    });
  }
});

test('any two texts are judged', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS) assert.doesNotThrow(() => rule(earlier, later));
});
