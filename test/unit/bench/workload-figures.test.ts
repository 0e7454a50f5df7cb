import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bestOf, ceilingOf, playFigures } from '../../../bench/workload-figures.ts';
import type { Step, Tier } from '../../../bench/workload-play.ts';

const MISS: Step = { kind: 'miss' };
const served = (tier: Tier, right = true): Step => ({ kind: 'served', tier, right });
const confirm = (hasRight: boolean): Step => ({ kind: 'confirm', offered: 2, hasRight });

test('answers are counted by tier, with the wrong ones among them', () => {
  const steps = [MISS, served('exact'), served('semantic'), served('semantic', false)];
  const { answered, right, wrong, tiers, decided } = playFigures([...steps, served('again')]);
  assert.deepEqual([answered, right, wrong], [0.8, 3, 1]);
  assert.deepEqual([tiers.exact.served, tiers.again.served, tiers.semantic.served], [1, 1, 2]);
  assert.equal(tiers.semantic.wrong_per_served, 0.5);
  assert.deepEqual([decided.served, decided.wrong], [3, 1]);
});

test('a confirm is no answer, and told with whether it held the right plan', () => {
  const { answered, confirms } = playFigures([
    MISS,
    confirm(true),
    confirm(false),
    served('exact'),
  ]);
  assert.equal(answered, 0.25);
  assert.deepEqual(confirms, { offered: 2, with_right: 1, answered_or_right: 0.5 });
});

test('ten slices cover the stream in order', () => {
  const steps = Array.from({ length: 25 }, (_, index) => (index < 5 ? MISS : served('exact')));
  const { slices } = playFigures(steps);
  assert.equal(slices.length, 10);
  assert.equal(slices[9]?.until, 25);
  assert.deepEqual([slices[0]?.answered, slices[9]?.answered], [0, 1]);
});

test('a stream shorter than its slices leaves some without figures', () => {
  const { slices } = playFigures([served('exact', false)]);
  assert.deepEqual(
    slices
      .map(({ answered, wrong }) => [answered, wrong])
      .filter(([answered]) => answered !== null),
    [[1, 1]],
  );
});

test('the best play has the most right answers within the limit', () => {
  const plays = [
    { name: 'low', right: 9, wrong_per_served: 0.1 },
    { name: 'middle', right: 8, wrong_per_served: 0.01 },
    { name: 'high', right: 5, wrong_per_served: 0 },
    { name: 'none', right: 0, wrong_per_served: null },
  ];
  assert.equal(bestOf(plays, 0.01)?.name, 'middle');
  assert.equal(bestOf(plays.slice(0, 1), 0.01), null);
});

test('the ceiling is what was asked before within the same scope', () => {
  const asked = [
    { scope: 'a', sql_id: '1' },
    { scope: 'a', sql_id: '1' },
    { scope: 'b', sql_id: '1' },
    { scope: 'a', sql_id: '2' },
  ];
  assert.equal(ceilingOf(asked), 0.25);
  assert.equal(ceilingOf([]), null);
});
