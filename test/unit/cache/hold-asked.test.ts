import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { SqlFacts } from '../../../src/cache/facts.ts';
import { otherAsked } from '../../../src/cache/hold-asked.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const { thesaurus } = await readShippedLexicon();
const rule = (earlier: string, later: string, facts: Partial<SqlFacts> = {}): string | null =>
  otherAsked(pairOf(earlier, later, facts), thesaurus);

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
    ['Which clubs defeated Ajax?', 'Which clubs were defeated by Ajax?'],
    ['Who repaired bus 12?', 'How was bus 12 repaired?'],
    ['Which shops grew this year?', 'By how much did shops grow this year?'],
  ] as const) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later), 'asked');
      assert.equal(rule(later, earlier), 'asked');
    });
  }
});

const COUNT: Partial<SqlFacts> = { outputs: ['count(*)'], aggregates: ['count'] };
const NAMES: Partial<SqlFacts> = { outputs: ['name'] };

describe('more is asked for than the one column that there is', () => {
  for (const [earlier, later, facts] of [
    ['How many boats are in Bergen?', 'How many boats are in Bergen, and which ones?', COUNT],
    ['How many boats are in Bergen?', 'How many and which boats are in Bergen?', COUNT],
    ['How many boats are in Bergen?', 'How many boats are in Bergen? List them.', COUNT],
    ['Which shops grew this year?', 'Which shops grew this year, and by how much?', NAMES],
    ['Which guests paid twice?', 'Which guests paid twice, and when?', NAMES],
    ['Which guests paid twice?', 'Which guests paid twice, and how often?', NAMES],
  ] as const) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later, facts), 'asked');
    });
  }

  test('a statement that returns it as well may answer it', () => {
    const [earlier, later] = ['Which guests paid, and the day?', 'Which guests paid, and when?'];
    assert.equal(rule(earlier, later, { outputs: ['name', 'paid_on'] }), null);
  });
});

describe('a value is not the thing that has it', () => {
  const extreme: Partial<SqlFacts> = { outputs: ['max(height)'], aggregates: ['max'] };
  const thing: Partial<SqlFacts> = { outputs: ['name'] };
  const [value, which] = [
    'What is the greatest height among the towers of Lyon?',
    'Which tower of Lyon has the greatest height?',
  ];
  test('one way and the other', () => {
    assert.equal(rule(value, which, extreme), 'asked');
    assert.equal(rule(which, value, thing), 'asked');
    assert.equal(rule(value, 'Who has the greatest height among them?', extreme), 'asked');
    assert.equal(
      rule(value, 'Of the towers of Lyon, which has the greatest height?', extreme),
      'asked',
    );
  });
  test('but the same value, or thing, in other words is', () => {
    assert.equal(rule(value, 'Show the greatest height of the towers of Lyon', extreme), null);
    assert.equal(rule(which, 'Show the tower of Lyon with the greatest height', thing), null);
    assert.equal(rule(which, 'greatest height, towers of Lyon', thing), null);
  });
});

describe('the same is asked for', () => {
  for (const [earlier, later] of [
    ['how many orders were paid', 'the number of orders that were paid'],
    ['Which cars did Anna sell?', 'Which cars were sold by Anna?'],
    ['Which cars did Anna sell?', 'List the cars that Anna sold'],
    ['who are the managers', 'list the managers'],
    ['who works for Maria', 'which people work for Maria'],
    ['For each port, how many boats are there?', 'How many boats are there per port?'],
    ['Which clubs defeated Ajax?', 'By which clubs was Ajax defeated?'],
    ['guests who paid and who stayed', 'guests who stayed and paid'],
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
