import assert from 'node:assert/strict';
import { test } from 'node:test';

import { questionWords, rawWordsOf, stem, wordsOf } from '../../../src/schema/words.ts';

test('names in snake case, camel case and with digits come apart into lower-case words', () => {
  assert.deepEqual(rawWordsOf('order_items'), ['order', 'items']);
  assert.deepEqual(rawWordsOf('totalAmountEUR'), ['total', 'amount', 'eur']);
  assert.deepEqual(rawWordsOf('HTTPStatus2'), ['http', 'status', '2']);
  assert.deepEqual(rawWordsOf('Größe (München)'), ['große', 'munchen']);
  assert.deepEqual(rawWordsOf('  --- '), []);
});

test('a singular and its plural have the same stem', () => {
  const pairs = [
    ['customer', 'customers'],
    ['category', 'categories'],
    ['movie', 'movies'],
    ['address', 'addresses'],
    ['status', 'statuses'],
    ['purchase', 'purchases'],
    ['box', 'boxes'],
    ['day', 'days'],
    ['age', 'ages'],
  ] as const;
  for (const [singular, plural] of pairs) assert.equal(stem(singular), stem(plural), plural);
  assert.notEqual(stem('order'), stem('customer'));
});

test('a question is reduced to its distinct telling words, bounded', () => {
  assert.deepEqual(questionWords('How many customers are there in Germany?'), [
    ...wordsOf('customers Germany'),
  ]);
  assert.deepEqual(questionWords('the of in'), []);
  const endless = Array.from({ length: 5000 }, (_, index) => `word${index}x`).join(' ');
  assert.ok(questionWords(endless).length <= 48);
});
