import assert from 'node:assert/strict';
import { test } from 'node:test';

import { labelledFigures, rulesOf, tallyOf, timesOf } from '../../../bench/decisions-figures.ts';
import type { Judged } from '../../../bench/decisions-figures.ts';

function judged(given: Partial<Judged>): Judged {
  return {
    outcome: 'miss',
    probability: 0.5,
    similarity: 0.5,
    differences: [],
    rule: 'residue',
    milliseconds: 1,
    same: true,
    kind: 'synonym',
    ...given,
  };
}

const JUDGED = [
  judged({ outcome: 'hit', similarity: 0.95, rule: 'agreed' }),
  judged({ outcome: 'confirm', similarity: 0.85 }),
  judged({ outcome: 'miss', kind: 'paraphrase' }),
  judged({ outcome: 'hit', same: false, kind: 'literal', similarity: 0.9, rule: 'agreed' }),
  judged({ outcome: 'miss', same: false, kind: 'literal' }),
  judged({ outcome: 'hit', same: null }),
];

test('a tally counts each outcome and its share', () => {
  const { pairs, hits, confirms, misses, hit_or_confirm_share } = tallyOf(JUDGED.slice(0, 3));
  assert.deepEqual([pairs, hits, confirms, misses], [3, 1, 1, 1]);
  assert.equal(hit_or_confirm_share, 0.666667);
  assert.equal(tallyOf([]).hit_share, null);
});

test('hits on different pairs are the wrong ones among the served', () => {
  const { same, different, served } = labelledFigures(JUDGED)!;
  assert.deepEqual([same.pairs, same.hits, same.confirms], [3, 1, 1]);
  assert.deepEqual([different.pairs, different.hits, different.confirms], [2, 1, 0]);
  assert.deepEqual([served.served, served.wrong, served.wrong_per_served], [2, 1, 0.5]);
});

test('kinds are told apart by label and name, same ones first', () => {
  const kinds = labelledFigures([...JUDGED, judged({ kind: 'literal' })])!.kinds;
  assert.deepEqual(
    kinds.map(({ same, kind, pairs }) => [same, kind, pairs]),
    [
      [true, 'literal', 1],
      [true, 'paraphrase', 1],
      [true, 'synonym', 2],
      [false, 'literal', 2],
    ],
  );
});

test('cuts of the cosine are shown beside the decision', () => {
  const { baselines } = labelledFigures(JUDGED)!;
  assert.deepEqual(Object.keys(baselines), ['cosine 0.8', 'cosine 0.9', 'best cosine']);
  assert.equal(baselines['cosine 0.8']?.same_served, 0.666667);
  assert.equal(baselines['cosine 0.9']?.different_served, 0.5);
  assert.equal(baselines['best cosine']?.cut, 0.95);
});

test('without a label there is nothing to count', () => {
  assert.equal(labelledFigures([judged({ same: null })]), null);
});

test('rules are counted with their outcome, most often first', () => {
  assert.deepEqual(Object.entries(rulesOf(JUDGED)), [
    ['hit: agreed', 2],
    ['miss: residue', 2],
    ['confirm: residue', 1],
    ['hit: residue', 1],
  ]);
});

test('times are told by median and by the 99th percentile', () => {
  const times = timesOf(Array.from({ length: 200 }, (_, index) => 200 - index));
  assert.deepEqual(times, { median_ms: 101, p99_ms: 199, count: 200 });
  assert.deepEqual(timesOf([]), { median_ms: null, p99_ms: null, count: 0 });
});
