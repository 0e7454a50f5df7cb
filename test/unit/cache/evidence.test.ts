import assert from 'node:assert/strict';
import test from 'node:test';

import { gather, NO_LEXICON } from '../../../src/cache/evidence.ts';
import { NO_FACTS, type SqlFacts } from '../../../src/cache/facts.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const lexicon = await readShippedLexicon();
const ORDERS: Partial<SqlFacts> = {
  tables: ['orders', 'customers'],
  columns: ['country', 'city'],
  literals: [{ value: 'Germany', kind: 'text', column: 'country', op: '=', role: 'filter' }],
  aggregates: ['count'],
  groupBy: ['city'],
};

function measured(
  earlier: string,
  later: string,
  facts: Partial<SqlFacts> = {},
  knowing = lexicon,
): (name: string) => number {
  const side = (question: string) => ({ question, frame: frameOf(question) });
  const pair = { earlier: side(earlier), later: side(later), facts: { ...NO_FACTS, ...facts } };
  const { measures, names } = gather(pair, knowing);
  return (name) => {
    const at = names.indexOf(name);
    assert.ok(at >= 0, `there is no measure ${name}`);
    return measures[at]!;
  };
}

test('every measure of any two texts is a number with a name', () => {
  const texts = ['', '???', 'orders per city', '🙂', '德国客户', 'by '.repeat(400), '\u0000\ud800'];
  for (const earlier of texts) {
    for (const later of texts) {
      const side = (question: string) => ({ question, frame: frameOf(question) });
      const pair = { earlier: side(earlier), later: side(later), facts: NO_FACTS };
      const { measures, names } = gather(pair, lexicon);
      assert.equal(names.length, measures.length);
      assert.ok(measures.every(Number.isFinite), JSON.stringify([earlier, later]));
    }
  }
});

test('a question beside itself differs in nothing', () => {
  const question = 'how many orders per city came from Germany?';
  const value = measured(question, question, ORDERS);
  for (const name of ['hard', 'soft', 'earlier_left', 'later_left', 'inversions', 'held'])
    assert.equal(value(name), 0, name);
  for (const name of ['trigrams', 'tokens_common', 'length', 'later_covered', 'explained'])
    assert.equal(value(name), 1, name);
});

test('a word without any counterpart counts as alone, a synonym as replaced', () => {
  const alone = measured('list the lawyers', 'list the zebra lawyers');
  assert.equal(alone('later_left_alone'), 1);
  assert.equal(alone('earlier_left'), 0);
  const replaced = measured('list the profit', 'list the earnings');
  assert.equal(replaced('later_left_replaced'), 1);
  assert.equal(replaced('later_left_alone'), 0);
});

test('without a lexicon no word resembles another by meaning', () => {
  const value = measured('list the profit', 'list the earnings', {}, NO_LEXICON);
  assert.equal(value('later_left_replaced'), 0);
  assert.equal(value('later_left_alone'), 1);
});

test('each question is held against the statement by itself', () => {
  const value = measured('how many orders from Germany', 'highest total order of Spain', ORDERS);
  assert.equal(value('earlier_count'), 1);
  assert.equal(value('earlier_texts'), 1);
  assert.equal(value('later_count'), -2);
  assert.equal(value('later_sum'), -1);
  assert.equal(value('later_texts'), 0);
  assert.equal(value('earlier_descending'), 0);
  assert.equal(value('later_descending'), -1);
});

test('who is counted and by what is compared by meaning', () => {
  const same = measured('how many orders per city', 'number of orders by city', ORDERS);
  assert.equal(same('subject'), 1);
  assert.equal(same('subject_table'), 1);
  assert.equal(same('group'), 1);
  assert.equal(same('group_table'), 1);
  const other = measured('how many orders per city', 'how many zebras per month', ORDERS);
  assert.equal(other('subject'), -1);
  assert.equal(other('subject_table'), -1);
  assert.equal(other('group'), -1);
  assert.equal(other('group_table'), -1);
  const silent = measured('orders', 'the orders', ORDERS);
  assert.equal(silent('subject'), 0);
  assert.equal(silent('group'), 0);
});
