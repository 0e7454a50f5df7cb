import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { NO_FACTS, type SqlFacts, type SqlLiteral } from '../../../src/cache/facts.ts';
import { compareLiterals } from '../../../src/cache/frame-literals.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { ODD_TEXTS } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const { isWord } = await readShippedLexicon();

const text = (value: string): SqlLiteral => ({
  value,
  kind: 'text',
  column: 'status',
  op: '=',
  role: 'filter',
});
const compare = (earlier: string, later: string, ...literals: readonly SqlLiteral[]) => {
  const sql: SqlFacts = { ...NO_FACTS, literals };
  return compareLiterals(frameOf(earlier), frameOf(later), sql, isWord);
};

describe('a value that was asked for is nearly said', () => {
  for (const [value, earlier, later] of [
    ['savings', 'list the savings accounts', 'list the savngs accounts'],
    ['completed', 'completed orders', 'orders after their completion'],
    ['double', 'double rooms', 'doubel rooms'],
    ['pending_approval', 'orders of pending approval', 'orders where approval is pendng'],
    ['Lisbon', 'flights of Lisbon', 'flights of Lisobn'],
  ] as const) {
    test(`"${value}" in "${later}"`, () => {
      const { differences } = compare(earlier, later, text(value));
      assert.deepEqual(
        differences.map(({ weight, rule }) => [weight, rule]),
        [['soft', 'literal']],
      );
    });
  }
});

describe('a value that was asked for is not said', () => {
  for (const [value, earlier, later] of [
    ['Austria', 'customers in Austria', 'customers in Australia'],
    ['Slovakia', 'customers in Slovakia', 'customers in Slovenia'],
    ['pending', 'pending orders', 'orders that are sending'],
    ['returned', 'returned orders', 'retained orders'],
    ['casual', 'casual staff', 'staff with casualty'],
    ['paid', 'paid orders', 'orders'],
    ['savings', 'list the savings accounts', 'list the current accounts'],
    ['pending_approval', 'orders of pending approval', 'orders of approval'],
    ['Amy', 'room of Amy', 'room of May'],
    ['constructor', 'the constructor prize', 'the prize'],
  ] as const) {
    test(`"${value}" in "${later}"`, () => {
      const { differences } = compare(earlier, later, text(value));
      assert.deepEqual(
        differences.map(({ weight, rule }) => [weight, rule]),
        [['hard', 'literal']],
      );
    });
  }
});

describe('what only the new question says of the statement is spelled out', () => {
  test('"TX" for what was called Texas', () => {
    const { spelledOut, differences, asked } = compare(
      'stores in Texas',
      'stores in TX',
      text('TX'),
    );
    assert.deepEqual(spelledOut, [{ start: 2, end: 3 }]);
    assert.deepEqual([differences, asked], [[], []]);
  });
  test('a value that is no filter is not', () => {
    const shown: SqlLiteral = { ...text('TX'), role: 'select' };
    assert.deepEqual(compare('stores in Texas', 'stores in TX', shown).spelledOut, []);
  });
  test('what neither says is a default of the statement', () => {
    const { spelledOut, differences, asked } = compare('the stores', 'all stores', text('open'));
    assert.deepEqual([spelledOut, differences, asked], [[], [], []]);
  });
  test('what both say is asked for, where each says it', () => {
    const { asked } = compare('open stores', 'stores that are open', text('open'));
    assert.deepEqual(asked, [
      { column: 'status', earlier: { start: 0, end: 1 }, later: { start: 3, end: 4 } },
    ]);
  });
  test('numbers and dates are compared elsewhere', () => {
    const { asked, differences } = compare('in 2024', 'in 2023', text('2024'), text('2024-01-01'));
    assert.deepEqual([asked, differences], [[], []]);
  });
  test('values that changed places are a doubt', () => {
    const { differences } = compare(
      'buyers in Lyon of sellers in Nice',
      'buyers in Nice of sellers in Lyon',
      text('Lyon'),
      text('Nice'),
    );
    assert.deepEqual(
      differences.map(({ weight, rule }) => [weight, rule]),
      [['soft', 'order']],
    );
  });
});

test('any literal can be looked for in any text', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS)
      assert.doesNotThrow(() => compare(earlier, later, ...ODD_TEXTS.map(text)));
});
