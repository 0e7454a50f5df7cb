import assert from 'node:assert/strict';
import test from 'node:test';

import { cutFor, upperBound } from '../../../src/cache/calibration.ts';
import type { Curve } from '../../../src/cache/trees.ts';

const isNear = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 1e-6, `${found} is not ${expected}`);

// The smallest samples that show at most 1 % with 95 % confidence, as tables of the bound have them.
for (const [wrong, served] of [
  [0, 299],
  [1, 473],
  [2, 628],
] as const) {
  test(`${wrong} wrong of ${served} is just enough for 1 %`, () => {
    assert.ok(upperBound(wrong, served) <= 0.01);
    assert.ok(upperBound(wrong, served - 1) > 0.01);
  });
}

test('without a wrong one the bound is the root of the doubt', () => {
  for (const served of [1, 10, 100, 5000]) isNear(upperBound(0, served), 1 - 0.05 ** (1 / served));
});

test('all but one wrong leaves the bound that its complement has', () => {
  for (const served of [2, 10, 50]) isNear(upperBound(served - 1, served), 0.95 ** (1 / served));
});

test('nothing served and everything wrong prove nothing', () => {
  assert.equal(upperBound(0, 0), 1);
  assert.equal(upperBound(10, 10), 1);
  assert.equal(upperBound(11, 10), 1);
});

test('the bound lies above the share and nears it as the sample grows', () => {
  const bounds = [1, 10, 100, 1000].map((times) => upperBound(5 * times, 500 * times));
  assert.deepEqual(
    bounds,
    [...bounds].sort((a, b) => b - a),
  );
  assert.ok(bounds.every((bound) => bound > 0.01));
  assert.ok(bounds.at(-1)! < 0.0105);
});

const CURVE: Curve = [
  [1, 10_000, 300],
  [2, 9000, 60],
  [3, 8000, 10],
  [4, 1000, 0],
  [5, 100, 0],
];

test('the cut is the lowest one whose bound keeps to the target', () => {
  assert.equal(cutFor(CURVE, 0.05), 1);
  assert.equal(cutFor(CURVE, 0.01), 2);
  assert.equal(cutFor(CURVE, 0.005), 3);
  assert.equal(cutFor(CURVE, 0.01), cutFor([...CURVE].reverse(), 0.01));
});

test('there is no cut where nothing is good enough', () => {
  assert.equal(cutFor(CURVE, 0.0001), null);
  assert.equal(cutFor(CURVE, 0), null);
  assert.equal(cutFor([], 0.5), null);
});

test('few pairs prove little, even without a wrong one', () => {
  assert.equal(cutFor([[5, 298, 0]], 0.01), null);
  assert.equal(cutFor([[5, 299, 0]], 0.01), 5);
});

test('a lower target never lowers the cut', () => {
  const targets = [0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.008, 0.005, 0.002, 0.001, 0.0001];
  const cuts = targets.map((target) => cutFor(CURVE, target) ?? Infinity);
  assert.deepEqual(
    cuts,
    [...cuts].sort((a, b) => a - b),
  );
});
