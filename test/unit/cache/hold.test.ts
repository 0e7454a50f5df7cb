import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { gather } from '../../../src/cache/evidence.ts';
import { NO_FACTS, type SqlFacts } from '../../../src/cache/facts.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { riskOf } from '../../../src/cache/hold.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const lexicon = await readShippedLexicon();
const CUSTOMERS = { tables: ['customers'], columns: ['name', 'newsletter'] };
const PRICES = { tables: ['products'], columns: ['price', 'cost'], aggregates: ['avg'] };

function gathered(earlier: string, later: string, facts: Partial<SqlFacts> = {}) {
  const side = (question: string) => ({ question, frame: frameOf(question) });
  const pair = { earlier: side(earlier), later: side(later), facts: { ...NO_FACTS, ...facts } };
  return gather(pair, lexicon);
}

describe('nothing holds back', () => {
  for (const later of [
    'list the customers',
    'show all customers',
    'list the clients',
    'list the customres',
    'list the names of the customers',
    'list the customers and their newsletter',
  ]) {
    test(`"${later}", of a statement that returns their names and newsletter`, () => {
      assert.equal(gathered('list the customers', later, CUSTOMERS).held, null);
    });
  }
});

describe('a pair is held back for its rule', () => {
  const pairs: readonly (readonly [string, string, string, Partial<SqlFacts>?])[] = [
    ['opaque', '德国客户', '列出客户'],
    ['opaque', 'list the customers', 'select * from customers', CUSTOMERS],
    ['comparison', 'orders over 5 euros', 'orders over 6 euros'],
    ['role', 'flights from Boston to Denver', 'flights from Denver to Boston'],
    ['group', 'number of orders by customer', 'number of orders by city', { groupBy: ['city'] }],
    ['opposite', 'employees hired in the morning', 'employees hired in the evening'],
    ['residue', 'list the customers', 'list the zebra customers', CUSTOMERS],
    ['measure', 'average price of products', 'average weight of products', PRICES],
    ['look-alike', 'customers who spent money', 'customers who sent money'],
    ['rivals', 'products with a price', 'products with a zebra'],
    ['caution', 'how many stores do we own', 'how many stores own us', { tables: ['stores'] }],
    ['column', 'list the customers', 'list the newsletter customers', CUSTOMERS],
    ['column', 'list the customers', 'list the customers with newsletter', CUSTOMERS],
    ['measure', 'average price of products', 'average cost of products', PRICES],
  ];
  for (const [rule, earlier, later, facts] of pairs) {
    test(`${rule}: "${later}" for "${earlier}"`, () => {
      assert.equal(gathered(earlier, later, facts).held?.rule, rule);
    });
  }
});

test('a contradiction or another script is never served, a doubt is weighed', () => {
  const risk = (earlier: string, later: string): string => gathered(earlier, later, CUSTOMERS).risk;
  assert.equal(risk('list the customers', 'list all the customers'), 'list');
  assert.equal(risk('list the customers', 'list the zebra customers'), 'list');
  assert.equal(risk('orders over 5 euros', 'orders over 6 euros'), 'never');
  assert.equal(risk('list the customers', '列出客户'), 'never');
  assert.equal(riskOf(null, { ...NO_FACTS, aggregates: ['count'] }), 'figure');
});

test('the last measure tells the trees whether there is a doubt or a contradiction', () => {
  const held = (earlier: string, later: string): number | undefined => {
    const { measures, names } = gathered(earlier, later, CUSTOMERS);
    assert.equal(names.at(-1), 'held');
    assert.equal(measures.length, names.length);
    return measures.at(-1);
  };
  assert.equal(held('list the customers', 'show all customers'), 0);
  assert.equal(held('list the customers', 'list the zebra customers'), 1);
  assert.equal(held('orders over 5 euros', 'orders over 6 euros'), 2);
});
