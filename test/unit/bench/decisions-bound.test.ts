import assert from 'node:assert/strict';
import { test } from 'node:test';

import { errorRate, share, sixDigits } from '../../../bench/decisions-bound.ts';
import { upperBound } from '../../../src/cache/calibration.ts';

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

test('with nothing wrong the bound is one minus the n-th root of 5 %', () => {
  for (const trials of [1, 10, 299, 5000, 200_000]) {
    assertNear(upperBound(0, trials), 1 - 0.05 ** (1 / trials));
  }
});

test('the bound is the 95 % quantile of the beta distribution', () => {
  // Closed forms: beta(k + 1, n - k) where k + 1 = n is a power of the quantile.
  assertNear(upperBound(1, 2), Math.sqrt(0.95));
  assertNear(upperBound(9, 10), 0.95 ** (1 / 10));
  // Published tables of the exact binomial bound.
  assert.equal(upperBound(1, 10).toFixed(4), '0.3942');
  assert.equal(upperBound(2, 20).toFixed(4), '0.2826');
  assert.equal(upperBound(1, 100).toFixed(4), '0.0466');
  assert.equal(upperBound(5, 100).toFixed(4), '0.1023');
});

test('at the bound so few are seen with a chance of 5 %', () => {
  const [trials, count] = [12, 4];
  const bound = upperBound(count, trials);
  let chance = 0;
  let ways = 1;
  for (let seen = 0; seen <= count; seen += 1) {
    chance += ways * bound ** seen * (1 - bound) ** (trials - seen);
    ways = (ways * (trials - seen)) / (seen + 1);
  }
  assertNear(chance, 0.05);
});

test('no trials and only failures leave any rate possible', () => {
  assert.equal(upperBound(0, 0), 1);
  assert.equal(upperBound(7, 7), 1);
});

test('many failures among very many trials stay finite', () => {
  const bound = upperBound(100_000, 200_000);
  assert.ok(bound > 0.5 && bound < 0.503, `${bound}`);
});

test('an error rate carries its counts, its share and its bound', () => {
  assert.deepEqual(errorRate(0, 0), {
    served: 0,
    wrong: 0,
    wrong_per_served: null,
    upper_95: 1,
  });
  assert.deepEqual(errorRate(100, 1), {
    served: 100,
    wrong: 1,
    wrong_per_served: 0.01,
    upper_95: 0.04656,
  });
});

test('a share of nothing is unknown and others have six digits', () => {
  assert.equal(share(0, 0), null);
  assert.equal(share(1, 3), 0.333333);
  assert.equal(sixDigits(0.12345678), 0.123457);
});
