import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ranksOf, recallFigures } from '../../../bench/decisions-recall.ts';
import type { RecallPair } from '../../../bench/decisions-recall.ts';
import { grouped } from '../../../bench/decisions-groups.ts';

/** Questions are angles in degrees: the nearer two are, the more alike. */
function vectorOf(question: string): Float32Array | null {
  if (question === 'no vector') return null;
  const angle = (Number.parseFloat(question) * Math.PI) / 180;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
}

function pair(given: Partial<RecallPair>): RecallPair {
  return {
    cached_question: '0',
    cached_sql: 'A',
    new_question: '5',
    domain: 'd',
    dataset: 's',
    same: true,
    ...given,
  };
}

function ranks(...pairs: RecallPair[]): Array<number | null> {
  return ranksOf(pairs, vectorOf).map(({ rank }) => rank);
}

function strictRanks(...pairs: RecallPair[]): number[] {
  return ranksOf(pairs, vectorOf).map(({ strictRank }) => strictRank);
}

test('the rank counts the other plans that are nearer', () => {
  const others = [
    pair({ cached_question: '6', cached_sql: 'B', same: false }),
    pair({ cached_question: '8', cached_sql: 'C', same: false }),
    pair({ cached_question: '30', cached_sql: 'D', same: false }),
  ];
  assert.deepEqual(ranks(pair({}), ...others), [3]);
  assert.deepEqual(strictRanks(pair({}), ...others), [3]);
});

test('the right plan is found by its nearest wording, and strictly only by that of the pair', () => {
  const others = [
    pair({ cached_question: '6', cached_sql: 'B', same: false }),
    pair({ cached_question: '4.5', same: false }),
  ];
  assert.deepEqual(ranks(pair({}), ...others), [1]);
  assert.deepEqual(strictRanks(pair({}), ...others), [2]);
});

test('the very text that is asked finds nothing: that is the exact tier', () => {
  const others = [
    pair({ cached_question: '6', cached_sql: 'B', same: false }),
    pair({ cached_question: '5?', same: false }),
    pair({ cached_question: '5', cached_sql: 'C', same: false }),
  ];
  assert.deepEqual(ranks(pair({}), ...others), [2]);
  assert.deepEqual(ranks(pair({ cached_question: '5' })), [null]);
  assert.equal(recallFigures([null, 1]).rephrasings, 1);
});

test('two wordings of one plan count once, and those of the right plan not at all', () => {
  const others = [
    pair({ cached_question: '6', cached_sql: 'B', same: false }),
    pair({ cached_question: '7', cached_sql: 'B', same: false }),
    pair({ cached_question: '-9', cached_sql: 'A', same: false }),
  ];
  assert.deepEqual(ranks(pair({}), ...others), [2]);
  assert.deepEqual(strictRanks(pair({}), ...others), [2]);
});

test('plans of another domain are not in the way', () => {
  const other = pair({ cached_question: '5', cached_sql: 'B', same: false, domain: 'e' });
  assert.deepEqual(ranks(pair({}), other), [1]);
});

test('a question without its vector is found nowhere', () => {
  const found = ranksOf([pair({ new_question: 'no vector' }), pair({})], vectorOf);
  assert.deepEqual(recallFigures(found.map(({ rank }) => rank)), {
    rephrasings: 2,
    first: 0.5,
    in_5: 0.5,
    in_10: 0.5,
    in_20: 0.5,
  });
});

test('figures tell the share within each number of places', () => {
  const { first, in_5, in_10, in_20 } = recallFigures([1, 5, 6, 20, 21]);
  assert.deepEqual([first, in_5, in_10, in_20], [0.2, 0.4, 0.6, 0.8]);
  assert.equal(recallFigures([]).first, null);
});

test('groups stand in the order in which their names appear', () => {
  const groups = grouped(['pear', 'apple', 'plum'], (word) => word[0]!);
  assert.deepEqual(
    [...groups],
    [
      ['p', ['pear', 'plum']],
      ['a', ['apple']],
    ],
  );
});
