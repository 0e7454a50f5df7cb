// Pairs by which an attack once got rows for another question: none of them may be served by itself.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createDecider } from '../../../src/cache/decide.ts';
import { NO_FACTS } from '../../../src/cache/facts.ts';
import { verifierAt } from '../../support/verifier.ts';

const decider = createDecider(await verifierAt());
const PAIRS: ReadonlyArray<readonly [string, string]> = [
  ['average product price', 'average product cost'],
  ['which product has the highest price', 'which product has the highest cost'],
  [
    'how many products have a price above their cost',
    'how many products have a cost above their price',
  ],
  ['how many reviews have a rating of 1', 'how many reviews have a rating of -1'],
  ['orders over 100 euros', 'orders over -100 euros'],
  ['how many parcels were shipped in 2024', 'how many parcels were delivered in 2024'],
  ['average time to ship an order', 'average time to deliver an order'],
  ['how many parcels were shipped in 2024', 'how many parcels were shipped by 2024'],
  ['how many orders were placed in March 2024', 'how many orders were placed from March 2024 on'],
  ['how many orders were placed in March 2024', 'how many orders were placed to March 2024'],
  ['how many customers have reviews', 'how many reviews do customers have'],
  ['how many employees have a manager', 'how many managers have employees'],
  ['which supplier has the most products', 'which product has the most suppliers'],
  ['which supplier has the most products', 'which supplier has the best products'],
  ['how many customers in Germany', 'how many customers in germany and us'],
  ['how many orders are there', 'how many orders in us'],
  ['customers who bought products', 'customers who bought all products'],
  ['did all customers pay', 'did any customers pay'],
  ['orders where most of the items were discounted', 'orders where the items were discounted'],
  ['how many orders did customers return', 'how many orders did customers get'],
  ['how many orders were returned', 'how many orders will be returned'],
  ['how many shipments arrived during the day', 'how many shipments arrived daily'],
  ['how many stores do we own', 'how many stores own us'],
  ['list the customers', 'list the newsletter customers'],
  ['list the customers', 'list the customers with newsletter'],
  ['list the countries', 'list the countries by region'],
  [
    'customers in Germany who ordered from suppliers in France',
    'customers in France who ordered from suppliers in Germany',
  ],
  [
    'employees in sales who report to managers in finance',
    'employees in finance who report to managers in sales',
  ],
  ['products with a rating above 4', 'products with more than 4 ratings'],
  ['which customers spent the most in 2025', 'which customers sent the most in 2025'],
  ['which customers spent the most in 2025', 'what did customers spend the most on in 2025'],
  ['orders shipped from Hamburg to Austria', 'orders shipped between Hamburg and Austria'],
  ['the latest 20 reviews', 'the best 20 reviews'],
  ['products that are in stock', 'products that are out of stock'],
  ['how many items were rated \u2605\u2605', 'how many items were rated \u2605'],
  ['total revenue per country', 'total orders per country'],
  ['Berlin minus Munich revenue', 'Munich minus Berlin revenue'],
  ['cities where customers outnumber employees', 'cities where employees outnumber customers'],
];

for (const [earlier, later] of PAIRS) {
  test(`"${later}" is not served with the rows of "${earlier}"`, () => {
    const facts = { ...NO_FACTS, columns: ['newsletter', 'region', 'price', 'cost', 'name'] };
    const candidate = { question: earlier, facts, similarity: 0.97 };
    for (const [one, other] of [
      [later, candidate],
      [earlier, { ...candidate, question: later }],
    ] as const) {
      assert.notEqual(decider.about(one)(other).outcome, 'hit');
    }
  });
}
