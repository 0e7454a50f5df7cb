import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { compareOrder } from '../../../src/cache/frame-order.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { ODD_TEXTS } from '../../support/pairs.ts';

/** "hard number", "soft role" … of what differs. */
const found = (earlier: string, later: string): readonly string[] =>
  compareOrder(frameOf(earlier), frameOf(later)).map(({ weight, rule }) => `${weight} ${rule}`);

describe('numbers belong to things', () => {
  for (const [earlier, later] of [
    ['hotels with 4 stars and 9 rooms', 'hotels with 9 stars and 4 rooms'],
    ['4 reviews of product 9', '9 reviews of product 4'],
    ['5 customers with 3 orders', '3 customers with 5 orders'],
    ['two dogs and six cats', 'six dogs and two cats'],
  ] as const) {
    test(`"${earlier}", "${later}"`, () => {
      assert.ok(found(earlier, later).includes('hard number'));
      assert.ok(found(later, earlier).includes('hard number'));
    });
  }
  for (const [earlier, later] of [
    ['hotels with 4 stars and 9 rooms', 'hotels with 9 rooms and 4 stars'],
    ['4 reviews of product 9', 'of product 9, four reviews'],
    ['orders over 5', 'orders above 5'],
    ['hotels with 4 stars', 'hotels'],
    ['product 9', 'the product with the number 9'],
    ['', '4 stars'],
  ] as const) {
    test(`to the same things: "${earlier}", "${later}"`, () => {
      assert.ok(!found(earlier, later).includes('hard number'));
      assert.ok(!found(later, earlier).includes('hard number'));
    });
  }
});

describe('from and to are a way', () => {
  for (const [weight, earlier, later] of [
    ['hard', 'shipped from Hamburg to Vienna', 'shipped between Hamburg and Vienna'],
    ['hard', 'flights to Boston from Denver', 'flights between Boston and Denver'],
    ['hard', 'flights from Boston to Denver', 'flights from Denver to Boston'],
    ['soft', 'flights from Boston to Denver', 'flights of Boston and Denver'],
  ] as const) {
    test(`${weight}: "${earlier}", "${later}"`, () => {
      assert.ok(found(earlier, later).includes(`${weight} role`));
      assert.ok(found(later, earlier).includes(`${weight} role`));
    });
  }
  for (const [earlier, later] of [
    ['flights from Boston to Denver', 'flights to Denver from Boston'],
    ['flights between Boston and Denver', 'flights between Denver and Boston'],
    ['flights from Boston', 'flights of Boston'],
    ['flights', 'planes'],
  ] as const) {
    test(`the same way, or none: "${earlier}", "${later}"`, () => {
      assert.ok(!found(earlier, later).some((difference) => difference.endsWith('role')));
      assert.ok(!found(later, earlier).some((difference) => difference.endsWith('role')));
    });
  }
});

test('a text beside itself is in order', () => {
  for (const text of [...ODD_TEXTS, '4 reviews of product 9', 'from Boston to Denver by Anna'])
    assert.deepEqual(found(text, text), [], text.slice(0, 60));
});

test('any two texts can be compared', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS) assert.doesNotThrow(() => found(earlier, later));
});
