import assert from 'node:assert/strict';
import { test } from 'node:test';

import { labelledFigures, tallyOf } from '../../../bench/decisions-figures.ts';
import { percent, table } from '../../../bench/decisions-table.ts';
import { decisionsText } from '../../../bench/decisions-text.ts';
import { playFigures } from '../../../bench/workload-figures.ts';
import { workloadText } from '../../../bench/workload-text.ts';

const EMBEDDING = {
  model: 'small@1',
  distinct: 2,
  failed: 0,
  total_ms: 3,
  per_question_ms: null,
  alone: { median_ms: 1, p95_ms: 2, count: 2 },
};
const TIMES = { median_ms: 0.25, p99_ms: 2, count: 2 };

test('a table aligns names to the left and numbers to the right', () => {
  const text = table(
    ['kind', 'n'],
    [
      ['a long one', 5],
      ['short', null],
      ['x', 1000],
    ],
  );
  assert.equal(
    text,
    [
      'kind           n',
      '----------  ----',
      'a long one     5',
      'short          -',
      'x           1000',
    ].join('\n'),
  );
});

test('shares are shown in percent and the unknown as a dash', () => {
  assert.equal(percent(0.1234), '12.3 %');
  assert.equal(percent(0.0004, 2), '0.04 %');
  assert.equal(percent(null), '-');
});

test('decisions are shown with labels where there are some, and without where not', () => {
  const judged = {
    outcome: 'hit',
    probability: 1,
    similarity: 1,
    differences: [],
    rule: 'agreed',
    milliseconds: 1,
    same: true,
    kind: 'synonym',
  } as const;
  const figures = {
    target_error_rate: 0.01,
    outcomes: tallyOf([judged]),
    labelled: labelledFigures([judged]),
    rules: { 'hit: agreed': 1 },
    decision_ms: TIMES,
    embedding: EMBEDDING,
    sql_without_facts: { QUERY_INVALID: 1 },
  };
  const text = decisionsText(figures);
  assert.match(text, /^1 pairs: 1 hits/);
  assert.match(text, /synonym +1 +100\.0 %/);
  assert.match(text, /cosine 0\.9/);
  assert.match(text, /QUERY_INVALID/);
  assert.doesNotMatch(decisionsText({ ...figures, labelled: null }), /cosine/);
});

test('a workload is shown beside each of its baselines', () => {
  const play = playFigures([{ kind: 'miss' }, { kind: 'served', tier: 'exact', right: true }]);
  const text = workloadText({
    target_error_rate: 0.01,
    store: 'in this process',
    ceiling: 0.5,
    askonce: play,
    baselines: { 'cosine 0.8': { cut: 0.8, ...play } },
    search_ms: TIMES,
    embedding: EMBEDDING,
    sql_without_facts: {},
  });
  assert.match(text, /2 questions; 50\.0 % repeat/);
  assert.match(text, /cosine 0\.8 +0\.8 +50\.0 %/);
  assert.match(text, /in this process/);
});
