import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSlipOf } from '../../../src/cache/frame-slip.ts';
import type { FactKind } from '../../../src/cache/frame-facts.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { conceptOf, stem } from '../../../src/cache/words.ts';

const keys = (question: string, kind: FactKind): readonly string[] =>
  frameOf(question)
    .facts.filter((fact) => fact.kind === kind)
    .map((fact) => fact.key);

function sameFacts(kind: FactKind, spellings: readonly string[], key: string): void {
  for (const spelling of spellings) {
    test(`"${spelling}" is ${kind} ${key}`, () => {
      assert.deepEqual(keys(spelling, kind), [key]);
    });
  }
}

describe('numbers are one value in every spelling', () => {
  sameFacts('number', ['10 orders', 'ten orders', 'orders #10'], '10');
  sameFacts('number', ['1,000 users', '1000 users', '1k users', 'one thousand users'], '1000');
  sameFacts('number', ['twenty-five items', 'twenty five items', '25 items'], '25');
  sameFacts('number', ['two hundred and six items', '206 items'], '206');
  sameFacts('number', ['half a million rows', '0.5 million rows', '500,000 rows'], '500000');
  sameFacts('number', ['rows of 3 s', 'rows of 3000 ms', 'rows of three seconds'], '3 s');
  sameFacts(
    'number',
    ['discount of 5%', 'discount of 5 percent', 'discount of five percent'],
    '5 %',
  );

  test('"one" as a pronoun counts nothing', () => {
    assert.deepEqual(keys('the one with the highest score', 'number'), []);
  });
  test('"district" is never read as "distinct" nor "county" as "count"', () => {
    assert.deepEqual(keys('district of the county', 'distinct'), []);
    assert.deepEqual(keys('district of the county', 'aggregate'), []);
  });
});

describe('dates are one interval in every spelling', () => {
  sameFacts(
    'time',
    [
      'sold on 2025-02-01',
      'sold on 1 Feb 2025',
      'sold on February 1st, 2025',
      'sold on the 1st of February 2025',
    ],
    '2025-02-01..2025-02-02',
  );
  sameFacts(
    'time',
    ['orders of March 5th', 'orders of 5 March', 'orders of the 5th of March'],
    '03-05',
  );
  sameFacts(
    'time',
    [
      'Q1 2025 sales',
      'sales of the first quarter of 2025',
      'sales from January 2025 to March 2025',
      'sales from 2025-01-01 until 31 March 2025',
    ],
    '2025-01-01..2025-04-01',
  );
  sameFacts(
    'time',
    ['orders in the last 7 days', 'orders over the past seven days'],
    'last 604800 s',
  );
  sameFacts('time', ['seen in the last 48 hours', 'seen within the past 2 days'], 'last 172800 s');
  sameFacts('time', ['sales this month', 'sales of the current month'], 'this month');
  sameFacts('time', ['open at 5 pm', 'open at 17:00', 'open at 5pm'], 'T17:00');

  test('"may" is a verb unless it stands for the month', () => {
    assert.deepEqual(keys('customers who may leave', 'time'), []);
    assert.deepEqual(keys('orders in May', 'time'), ['month 05']);
  });
});

describe('bounds are one comparison in every wording', () => {
  sameFacts(
    'comparison',
    [
      'rated at least 4',
      'rated 4 or more',
      'rated not below 4',
      'rated no lower than 4',
      'rated >= 4',
      'rated 4+',
      'rated not less than four',
      'no fewer than 4 stars',
    ],
    '>= 4',
  );
  sameFacts(
    'comparison',
    ['more than 4 stars', 'over 4 stars', 'stars > 4', 'exceeding 4 stars'],
    '> 4',
  );
  sameFacts(
    'comparison',
    [
      'at most 4 stars',
      'up to 4 stars',
      'no more than 4 stars',
      'not over 4 stars',
      '4 or fewer stars',
    ],
    '<= 4',
  );
  sameFacts(
    'comparison',
    ['sold after 2020', 'sold in or after 2021', 'sold since January 2021'],
    '>= 2021-01-01',
  );
  sameFacts(
    'comparison',
    ['sold before 1 September 2022', 'sold on or before 31 August 2022'],
    '< 2022-09-01',
  );

  test('a range bounds both ends', () => {
    for (const question of ['between 2 and 5 nights', 'from 2 to 5 nights', '2-5 nights']) {
      assert.deepEqual(keys(question, 'comparison'), ['>= 2', '<= 5'], question);
    }
  });
});

describe('negation, direction, aggregate and roles', () => {
  for (const question of [
    'customers except Germans',
    'customers other than Germans',
    'customers excluding Germans',
    'customers who are not Germans',
    "customers who aren't Germans",
    'customers without orders',
    'customers that have no orders',
    'non-voided charges',
  ]) {
    test(`"${question}" negates once`, () => {
      assert.equal(keys(question, 'negation').length, 1);
    });
  }
  sameFacts(
    'direction',
    ['the most orders', 'the highest number of orders', 'top orders'],
    'highest',
  );
  sameFacts(
    'direction',
    ['the fewest orders', 'the lowest number of orders', 'bottom orders'],
    'lowest',
  );
  sameFacts(
    'aggregate',
    ['how many orders', 'number of orders', 'order count', '# of orders', 'count orders'],
    'count',
  );
  sameFacts('aggregate', ['average price', 'mean price', 'avg price'], 'avg');

  test('"account number of" is a name and no count', () => {
    assert.deepEqual(keys('the account numbers of customers', 'aggregate'), []);
  });
  test('from and to are roles of what they name', () => {
    assert.deepEqual(keys('flights from Boston to Denver', 'role'), ['from boston', 'to denver']);
  });
  test('quoted words are values to the letter, never words of the language', () => {
    const frame = frameOf('songs of "The Not Most" in 2020');
    assert.deepEqual(
      frame.words.filter((word) => word.value === 'quoted').map((word) => word.text),
      ['the', 'not', 'most'],
    );
    assert.deepEqual(keys('songs of "The Not Most"', 'negation'), []);
  });
});

describe('words', () => {
  test('inflected forms share a stem and agents do not', () => {
    for (const [first, second] of [
      ['customers', 'customer'],
      ['located', 'locate'],
      ['categories', 'category'],
      ['stored', 'stores'],
      ['shipping', 'shipped'],
      ['closed', 'closes'],
      ['sold', 'sales'],
      ['people', 'person'],
    ] as const) {
      assert.equal(stem(first), stem(second), `${first} ${second}`);
    }
    assert.notEqual(stem('employee'), stem('employer'));
    assert.notEqual(stem('universal'), stem('universe'));
  });

  test('words of one meaning share a concept', () => {
    assert.equal(conceptOf('clients'), conceptOf('customer'));
    assert.equal(conceptOf('turnover'), conceptOf('revenue'));
    assert.notEqual(conceptOf('buyer'), conceptOf('seller'));
  });

  test('a slip is inside a word and never its first or last letter', () => {
    assert.ok(isSlipOf('custmoers', 'customers'));
    assert.ok(isSlipOf('bigest', 'biggest'));
    assert.ok(!isSlipOf('employer', 'employee'));
    assert.ok(!isSlipOf('paid', 'unpaid'));
    assert.ok(!isSlipOf('4711', '4712'));
  });
});
