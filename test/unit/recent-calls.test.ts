import assert from 'node:assert/strict';
import test from 'node:test';

import { createRecentCalls } from '../../src/recent-calls.ts';

test('before the first call there is no latency to tell', () => {
  const nothing = { total: 0, errors: 0, p50Ms: null, p95Ms: null, p99Ms: null };
  assert.deepEqual(createRecentCalls().summary(), nothing);
});

test('quantiles are those of the calls, errors are counted', () => {
  const calls = createRecentCalls();
  for (let ms = 1; ms <= 100; ms += 1) calls.call(ms / 1000, ms > 98);
  const { total, errors, p50Ms, p95Ms, p99Ms } = calls.summary();
  assert.deepEqual([total, errors], [100, 2]);
  assert.deepEqual([p50Ms, p95Ms, p99Ms].map(Math.round as never), [51, 96, 100]);
});

test('what was slow long ago is forgotten', () => {
  const calls = createRecentCalls();
  calls.call(60, false);
  for (let n = 0; n < 3000; n += 1) calls.call(0.001, false);
  assert.deepEqual([calls.summary().total, calls.summary().p99Ms], [3001, 1]);
});
