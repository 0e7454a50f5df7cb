import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { compareSides } from '../../../src/cache/frame-sides.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { ODD_TEXTS } from '../../support/pairs.ts';

const sides = (earlier: string, later: string): number =>
  compareSides(frameOf(earlier), frameOf(later));

describe('the same things on the same sides', () => {
  for (const [earlier, later] of [
    [
      'products whose stock is below the reorder level',
      'products whose reorder level is above the stock',
    ],
    ['cities with more men than women', 'cities with fewer women than men'],
    ['lines with more scrap than output', 'lines with more scrap than they have output'],
    ['projects with costs over the budget', 'projects with a budget under the costs'],
    ['teams whose wins exceed their losses', 'teams with more wins than losses'],
    ['teams with half as many wins as losses', 'teams with twice as many losses as wins'],
  ] as const) {
    test(`"${earlier}", "${later}"`, () => {
      assert.equal(sides(earlier, later), 1);
      assert.equal(sides(later, earlier), 1);
    });
  }
});

describe('the same things on exchanged sides', () => {
  for (const [earlier, later] of [
    ['stock below the reorder level', 'reorder level below the stock'],
    ['cities with more men than women', 'cities with more women than men'],
    ['employees who sold more than they bought', 'employees who bought more than they sold'],
    ['employees who earn more than their manager', 'managers who earn more than their employees'],
    ['orders shipped later than promised', 'orders promised later than shipped'],
    ['teams whose wins exceed their losses', 'teams whose losses exceed their wins'],
    ['teams with at least as many wins as losses', 'teams with at least as many losses as wins'],
    ['teams with twice as many wins as losses', 'teams with twice as many losses as wins'],
    ['teams with more wins than losses', 'teams with as many losses as wins'],
    ['teams with more wins than losses', 'teams with as many wins as losses'],
    ['who works less but earns more', 'who works less but earns less'],
  ] as const) {
    test(`"${earlier}", "${later}"`, () => {
      assert.equal(sides(earlier, later), -1);
      assert.equal(sides(later, earlier), -1);
    });
  }
});

describe('nothing is known of sides', () => {
  for (const [earlier, later] of [
    ['orders over 5 euros', 'orders over 6 euros'],
    ['orders', 'orders with more items than boxes'],
    ['as many as 5 orders', 'as many as 6 orders'],
    ['', ''],
  ] as const) {
    test(`"${earlier}", "${later}"`, () => {
      assert.equal(sides(earlier, later), 0);
    });
  }
});

test('any two texts can be compared', () => {
  for (const earlier of ODD_TEXTS) {
    for (const later of ODD_TEXTS) assert.ok([-1, 0, 1].includes(Math.sign(sides(earlier, later))));
  }
});
