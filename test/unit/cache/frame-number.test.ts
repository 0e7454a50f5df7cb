import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { numberAt } from '../../../src/cache/frame-number.ts';
import { tokenize } from '../../../src/cache/frame-text.ts';
import { ODD_TEXTS } from '../../support/pairs.ts';

const keyOf = (text: string): string | undefined => numberAt(tokenize(text), 0)?.key;

describe('a number with what it counts', () => {
  for (const [key, ...texts] of [
    [
      'rank 2',
      'second highest salary',
      'second-highest salary',
      '2nd oldest',
      'second most recent',
      'second last',
    ],
    ['rank 3', 'third fewest', '3rd largest'],
    ['2', 'second order', 'two highest', '2 cheapest'],
    ['2 s', 'two seconds', '2 secs', '2s'],
    ['1000 $', '$1k', '$1,000', '1000 dollars', '1000 usd', '1000 bucks', '$1000 USD'],
    ['0.5 $', '50 cents'],
    ['5 €', '€5', '5 euros', '5 eur', 'five euros'],
    ['5 £', '£5', '5 gbp'],
    ['2000000', '2m', '2 million', 'two million', '2 mn'],
    ['2000000 g', '2 tonnes', '2000 kg'],
    ['0.5 m', '50 cm', '500 mm'],
    ['1800 s', 'half an hour', '30 minutes', '30-minute'],
    ['999', 'nine hundred and ninety-nine'],
    ['12', 'a dozen'.slice(2), 'twelve'],
    ['5 %', '5%', '5 pct', 'five percent'],
  ] as const) {
    for (const text of texts) {
      test(`"${text}" is ${key}`, () => {
        assert.equal(keyOf(text), key);
      });
    }
  }
});

describe('no number', () => {
  for (const text of [
    'highest',
    'constructor',
    '__proto__',
    'toString',
    '"5"',
    '€',
    '#',
    '',
    'hundred and',
  ]) {
    test(`"${text}"`, () => {
      assert.equal(keyOf(text), undefined);
    });
  }
});

test('a currency is of its own number alone', () => {
  assert.equal(keyOf('$5 euros'), '5 $');
  assert.equal(numberAt(tokenize('$5 euros'), 0)?.length, 2);
});

test('a run of number words ends', () => {
  assert.ok((numberAt(tokenize('nine hundred million '.repeat(100)), 0)?.length ?? 0) <= 12);
});

test('anywhere in any text', () => {
  for (const text of ODD_TEXTS) {
    const tokens = tokenize(text);
    for (let at = 0; at < tokens.length; at += 1) {
      const found = numberAt(tokens, at);
      assert.ok(found === undefined || (found.length > 0 && !found.key.includes('NaN')));
    }
  }
});
