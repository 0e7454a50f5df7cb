import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { SqlFacts } from '../../../src/cache/facts.ts';
import { compareWords } from '../../../src/cache/frame-residue.ts';
import { otherWord } from '../../../src/cache/hold-words.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const lexicon = await readShippedLexicon();

function rule(earlier: string, later: string, facts: Partial<SqlFacts> = {}): string | null {
  const pair = pairOf(earlier, later, facts);
  const residue = compareWords(pair.earlier.frame, pair.later.frame, pair.facts, lexicon.isWord);
  return otherWord(pair, residue, lexicon);
}

describe('one word makes another question', () => {
  for (const [refused, earlier, later] of [
    ['look-alike', 'customers who spent money', 'customers who sent money'],
    ['look-alike', 'the price of the medals', 'the price of the metals'],
    ['look-alike', 'list the planets', 'list the plants'],
    // Of one root: who does it, to whom, and what is done.
    ['look-alike', 'list the employers', 'list the employees'],
    ['look-alike', 'how many visits were there', 'how many visitors were there'],
    ['look-alike', 'count the trainers', 'count the trainees'],
    ['look-alike', 'list all donations', 'list all donators'],
    ['unknown word', 'list the shops', 'list the walmart shops'],
    ['unknown word', 'list the mongodb servers', 'list the servers'],
    ['negation', 'guests without a booking', 'guests without a prepaid booking'],
    ['negation', 'ships with no inspection', 'ships with no failed inspection'],
    ['measure', 'total price of the orders', 'total weight of the orders'],
    ['measure', 'average of the prices', 'average the zebras'],
    ['measure', 'sum of all the fees', 'sum of all the hours'],
    ['measure', 'inn with the highest return rate', 'inn with the highest number of returns'],
    ['measure', 'average rating of each inn', 'average number of ratings of each inn'],
  ] as const) {
    test(`${refused}: "${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later), refused);
    });
  }
});

describe('one word is the same in another form', () => {
  for (const [earlier, later, facts] of [
    ['list the customers', 'list the customres'],
    ['guests without a booking', 'guests without a single booking'],
    ['average number of pages of a book', 'average pages of a book'],
    ['average number of pages of a book', 'average page count of a book'],
    ['list the savings accounts', 'list the savngs accounts'],
    ['the quantity of parts', 'the qty of parts'],
    ['list the views', 'list the veiws'],
    ['customers from Slovakia', 'slovakian customers'],
    ['list the orders', 'list the clients orders'],
    // A verb there, a thing here: "who supplies us", "our suppliers".
    ['who supplies us', 'list our suppliers'],
    ['total revenue', 'total turnover'],
    ['total price of the orders', 'the summed prices'],
    ['list the mongodb servers', 'list the servers', { columns: ['mongodb'] }],
    ['list the orders', 'list the orders'],
    ['', ''],
  ] as ReadonlyArray<readonly [string, string, Partial<SqlFacts>?]>) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.equal(rule(earlier, later, facts), null);
    });
  }
});

test('names that every object has are unknown words like others', () => {
  assert.equal(rule('list the hasownproperty orders', 'list the orders'), 'unknown word');
});

test('any two texts are judged', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS) assert.doesNotThrow(() => rule(earlier, later));
});
