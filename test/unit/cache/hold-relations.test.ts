import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { otherRelation } from '../../../src/cache/hold-relations.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const { isWord } = await readShippedLexicon();
const rule = (earlier: string, later: string): string | null =>
  otherRelation(pairOf(earlier, later), isWord);

describe('things stand to one another in another way', () => {
  for (const [refused, earlier, later] of [
    ['verb', 'how many calls did she take', 'how many calls did she make'],
    ['verb', 'customers who have a phone', 'customers who need a phone'],
    ['verb', 'stores that buy cars', 'stores that sell cars'],
    ['preposition', 'goals scored against Chelsea', 'goals scored for Chelsea'],
    ['preposition', 'staff who moved into the office', 'staff who moved out of the office'],
    ['preposition', 'stops in the city', 'trips to the city'],
    ['preposition', 'mails from the director', 'mails about the director'],
    ['preposition', 'trains between Lyon and Nice', 'trains from Lyon and Nice'],
    // Of a name these exclude each other, of a thing they do not.
    ['preposition', 'mails sent to Priya', 'mails sent with Priya'],
    ['preposition', 'staff who work with Priya', 'staff who work for Priya'],
    ['preposition', 'staff who work with Priya', 'staff who work under Priya'],
    ['quantifier', 'pupils who passed every exam', 'pupils who passed an exam'],
    ['quantifier', 'pupils who have ever been ill', 'pupils who are ill'],
    ['tense', 'how many users will register', 'how many users registered'],
    ['tense', 'orders that were shipped', 'orders that shall be shipped'],
    ['sides', 'cities with more men than women', 'cities with more women than men'],
  ] as const) {
    test(`${refused}: "${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later), refused);
      assert.equal(rule(later, earlier), refused);
    });
  }
});

describe('the same in other small words', () => {
  for (const [earlier, later] of [
    // The wish, not the question.
    ['list the orders', 'I need a list of the orders'],
    ['list the orders', 'can you make me a list of the orders'],
    ['courses that are offered', 'courses that are given'],
    ['courses that are held', 'courses that we hold'],
    ['trains via Lyon', 'trains through Lyon'],
    ['parts connected to the engine', 'parts connected with the engine'],
    ['stores outside Berlin', 'stores not in Berlin'],
    ['orders in March 2024', 'orders from March 2024'],
    ['orders in 2024', 'orders to 2024'],
    ['list every order', 'list the orders'],
    ['show me every order and its total', 'show me all orders and their totals'],
    ['passed every exam', 'passed all exams'],
    ['contracts that will expire next week', 'contracts that expire next week'],
    ['which courses will be offered', 'which courses are offered'],
    ['will you list the orders that were paid', 'list the orders that were paid'],
    ['songs by Will', 'songs that were written by Will'],
    ['songs of "will every"', 'songs that were of "will every"'],
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
