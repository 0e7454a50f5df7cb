import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { SqlFacts } from '../../../src/cache/facts.ts';
import { otherRelation } from '../../../src/cache/hold-relations.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const { isWord } = await readShippedLexicon();
const rule = (earlier: string, later: string, facts: Partial<SqlFacts> = {}): string | null =>
  otherRelation(pairOf(earlier, later, facts), isWord);

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
    ['tense', 'how many guests are here', 'how many guests used to be here'],
    ['tense', 'boats that are sold', 'boats that are about to be sold'],
    ['tense', 'how many rooms do we have', 'how many rooms should we have'],
    ['pooled', 'the three best cooks by town', 'the three best cooks across all towns'],
    ['sides', 'crates received minus crates sent', 'crates sent minus crates received'],
    ['sides', 'cities with more men than women', 'cities with more women than men'],
  ] as const) {
    test(`${refused}: "${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later), refused);
      assert.equal(rule(later, earlier), refused);
    });
  }
});

test('"every" asks for all of them where "each" asks for a row of each', () => {
  const rows = { groupBy: ['day'], outputs: ['day', 'count(distinct guest)'] };
  const [each, every] = ['how many guests came on each day', 'how many guests came on every day'];
  assert.equal(rule(each, every, rows), 'quantifier');
  assert.equal(rule(every, each, rows), 'quantifier');
  const [placed, orders] = ['orders placed in each town', 'orders placed in every town'];
  assert.equal(rule(placed, orders, rows), null);
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
    ['sales across all towns', 'sales in all towns'],
    ['the rooms that we should clean', 'the rooms to clean'],
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
