import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createBurstRate } from '../../src/burst-rate.ts';

test('the densest second of the last minute is told, with the share of its calls that failed', () => {
  const clock = { now: 5_000_000 };
  const rate = createBurstRate(() => clock.now);
  assert.deepEqual(rate.peak(), { perSecond: 0, errorRatio: 0 });
  for (let at = 0; at < 50; at += 1) rate.call(at % 10 === 0);
  clock.now += 30_000;
  for (let at = 0; at < 20; at += 1) rate.call(false);
  assert.deepEqual(rate.peak(), { perSecond: 50, errorRatio: 0.1 });
  clock.now += 30_000;
  assert.deepEqual(rate.peak(), { perSecond: 20, errorRatio: 0 });
  clock.now += 3_600_000;
  assert.deepEqual(rate.peak(), { perSecond: 0, errorRatio: 0 });
});
