import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Difference } from '../../../src/cache/frame-difference.ts';
import { reconciled } from '../../../src/cache/frame-reconcile.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';

const hard = (...rules: readonly Difference['rule'][]): readonly Difference[] =>
  rules.map((rule) => ({ weight: 'hard', rule, text: rule }));

/** The rules that are still hard. */
const left = (
  earlier: string,
  later: string,
  rules: readonly Difference['rule'][],
): readonly string[] =>
  reconciled(pairOf(earlier, later), hard(...rules))
    .filter(({ weight }) => weight === 'hard')
    .map(({ rule }) => rule);

describe('differences that make up for one another', () => {
  for (const [earlier, later, rules] of [
    [
      'schools with at least 50 pupils',
      'leaving out schools with fewer than 50 pupils',
      ['negation', 'comparison'],
    ],
    [
      'schools with 50 pupils or more',
      'all schools except those with under 50 pupils',
      ['negation', 'comparison'],
    ],
    ['orders that are not paid', 'unpaid orders', ['negation', 'opposite']],
    ['due within 14 days', 'due in the next 14 days', ['time', 'comparison', 'number']],
    ['expiring in 30 days', 'expiring within 30 days', ['comparison', 'number']],
    ['signed in the last 2 years', 'signed within 2 years', ['time', 'comparison', 'number']],
  ] as const) {
    test(`"${earlier}", "${later}"`, () => {
      assert.deepEqual(left(earlier, later, rules), []);
      assert.deepEqual(left(later, earlier, rules), []);
    });
  }
});

describe('differences that nothing makes up for', () => {
  for (const [earlier, later, rules] of [
    [
      'schools with at least 50 pupils',
      'leaving out schools with fewer than 60 pupils',
      ['negation', 'comparison'],
    ],
    [
      'schools with at least 50 pupils',
      'leaving out schools with more than 50 pupils',
      ['negation', 'comparison'],
    ],
    ['schools with fewer than 50 pupils', 'schools with at least 50 pupils', ['comparison']],
    // The negation is of something else.
    [
      'orders above 50 not from Germany',
      'orders of at most 50 from Germany',
      ['negation', 'comparison'],
    ],
    [
      'orders not from Germany and above 50',
      'orders from Germany and at most 50',
      ['negation', 'comparison'],
    ],
    [
      'staff with a salary above 5000 who are not managers',
      'staff with a salary of at most 5000 who are managers',
      ['negation', 'comparison'],
    ],
    ['orders that are not paid', 'orders that are paid', ['negation']],
    ['imports', 'exports', ['opposite']],
    // How long something is, and until when it is looked for.
    ['trips of 14 days', 'trips in the last 14 days', ['time', 'number']],
    ['trips of 14 days', 'trips of at most 14 days', ['comparison', 'number']],
    ['signed for 2 years', 'signed in the last 2 years', ['time', 'number']],
    ['signed for under 2 years', 'signed in the last 2 years', ['time', 'comparison']],
    ['due in the last 14 days', 'due in the next 14 days', ['time']],
    ['due within 14 days', 'due in the next 15 days', ['time', 'comparison']],
    ['due within 14 days', 'due after 14 days', ['comparison']],
    ['due within 14 days in 2023', 'due in the next 14 days in 2024', ['time', 'comparison']],
    ['', '', ['time', 'comparison', 'number']],
  ] as const) {
    test(`"${earlier}", "${later}"`, () => {
      assert.deepEqual(left(earlier, later, rules), rules);
      assert.deepEqual(left(later, earlier, rules), rules);
    });
  }
});

test('a difference of another rule stays hard beside those that are spared', () => {
  const rules = ['negation', 'opposite', 'literal'] as const;
  assert.deepEqual(left('orders that are not paid', 'unpaid orders', rules), ['literal']);
});

test('what is spared stays a difference, to be weighed and told', () => {
  const pair = pairOf('orders that are not paid', 'unpaid orders');
  const found = reconciled(pair, hard('negation', 'opposite'));
  assert.deepEqual(
    found.map(({ weight, text }) => [weight, text]),
    [
      ['soft', 'negation'],
      ['soft', 'opposite'],
    ],
  );
});

test('any two texts can be reconciled', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS)
      assert.equal(reconciled(pairOf(earlier, later), hard('time')).length, 1);
});
