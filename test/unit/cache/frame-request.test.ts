import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { gather } from '../../../src/cache/evidence.ts';
import { type Asking, requestOf } from '../../../src/cache/frame-request.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

describe('how a question asks', () => {
  const cases: ReadonlyArray<readonly [Asking, ...string[]]> = [
    ['count', 'How many orders?', 'Count the orders', '# of orders', 'number of orders'],
    ['count', 'For each class, how many pupils?', 'Can you tell me how many orders we have?'],
    [
      'list',
      'List the orders',
      'the names of pilots',
      'Name the cities',
      'Please show me the orders',
    ],
    ['list', 'What are the names of the pilots?', 'In 2024, list the orders'],
    ['which', 'Which cities border Ohio?', 'What city has the most people?'],
    ['which', 'Who is the manager of Anna?', 'Who of the staff is married?'],
    ['who', 'Who bought it?', 'Tell me who bought tea'],
    ['much', 'How much was paid?'],
    ['amount', 'How long is the river?', 'How old is Anna?'],
    ['place', 'Where is the store?', 'When did she leave?'],
    ['whether', 'Is there an order?', 'Do we have orders?', 'Whether it rained'],
    [null, 'How come?', '', 'Which?', 'Show "how many orders"'],
  ];
  for (const [asking, ...questions] of cases) {
    for (const question of questions) {
      test(`"${question}" asks for ${asking ?? 'nothing that is known'}`, () => {
        assert.equal(requestOf(frameOf(question)).asking, asking);
      });
    }
  }
});

describe('what a question asks to see', () => {
  const cases: ReadonlyArray<readonly [string, readonly (readonly string[])[]]> = [
    ['List the names and ages of the pilots', [['name'], ['age']]],
    ['List the names, ages, and cities of the pilots', [['name'], ['age'], ['city']]],
    ['names as well as ages', [['name'], ['age']]],
    ['names along with ages', [['name'], ['age']]],
    ['names with their ages', [['name'], ['age']]],
    // Joined inside a phrase: of whom, and not what.
    ['suppliers of parts and tools', [['supplier']]],
    ['names of parts and the number of tools', [['name'], ['number', 'tool']]],
    ['names of pilots who fly and sleep', [['name']]],
    ['How many orders are open?', [['order']]],
    ['Which cities border Ohio?', [['city', 'border']]],
    ['Is there an order?', []],
    ['Show "names and ages"', []],
  ];
  for (const [question, heads] of cases) {
    test(`"${question}"`, () => {
      assert.deepEqual(requestOf(frameOf(question)).heads, heads);
    });
  }
  test('never more than eight things', () => {
    const many = `list ${'abcdefghijkl'
      .split('')
      .map((letter) => `${letter}${letter}x`)
      .join(', ')}`;
    assert.equal(requestOf(frameOf(many)).heads.length, 8);
  });
});

test('any text has a request', () => {
  for (const text of ODD_TEXTS) assert.ok(Array.isArray(requestOf(frameOf(text)).heads));
});

describe('both requests are held against each other and the statement', async () => {
  const lexicon = await readShippedLexicon();
  const measured = (earlier: string, later: string, outputs: readonly string[]) => {
    const { measures, names } = gather(pairOf(earlier, later, { outputs }), lexicon);
    return (name: string): number | undefined => measures[names.indexOf(name)];
  };
  test('the same things asked for in other words agree', () => {
    const value = measured('List the names of pilots', 'Show the pilots’ names', ['name']);
    assert.equal(value('asks_same'), 1);
    assert.equal(value('heads_more'), 0);
  });
  test('one more thing is a head more', () => {
    const value = measured('list the names', 'list the names and ages', ['name']);
    assert.equal(value('heads_more'), 1);
    assert.equal(value('heads_surplus'), 1);
    assert.equal(value('heads_by_later'), 1);
    assert.equal(value('heads_by_earlier'), 0);
    assert.equal(value('later_heads_returned'), 1);
  });
  test('a number and a list are asked for in two ways', () => {
    const value = measured('how many orders', 'list the orders', ['count']);
    assert.equal(value('asks_same'), -1);
    assert.equal(value('earlier_asks_count'), 1);
    assert.equal(value('later_asks_list'), 1);
    assert.equal(value('first_head'), 1);
  });
  test('other things are no like heads', () => {
    const value = measured('list the prices', 'list the zebras', ['price']);
    assert.equal(value('first_head'), -1);
    assert.equal(value('earlier_heads_returned'), 1);
    assert.equal(value('later_heads_returned'), 0);
  });
  test('where a question asks in no known way nothing is said', () => {
    assert.equal(measured('', 'list the orders', [])('asks_same'), 0);
    assert.equal(measured('', '', [])('first_head'), 0);
  });
});
