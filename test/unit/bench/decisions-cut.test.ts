import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bestCut, figuresAt } from '../../../bench/decisions-cut.ts';
import type { Scored } from '../../../bench/decisions-cut.ts';

const same = (similarity: number): Scored => ({ similarity, same: true });
const different = (similarity: number): Scored => ({ similarity, same: false });

test('a cut serves what is at it or above it', () => {
  const { same_served, different_served, served, wrong, wrong_per_served } = figuresAt(
    [same(0.9), same(0.8), same(0.7), same(0.6), different(0.8), different(0.1)],
    0.8,
  );
  assert.equal(same_served, 0.5);
  assert.equal(different_served, 0.5);
  assert.deepEqual([served, wrong, wrong_per_served], [3, 1, 0.333333]);
});

test('without a cut nothing is served', () => {
  const figures = figuresAt([same(1), different(1)], null);
  assert.deepEqual([figures.cut, figures.served, figures.wrong_per_served], [null, 0, null]);
});

test('the best cut is the lowest that keeps the limit', () => {
  const scored = [same(0.9), different(0.8), same(0.7), different(0.6), same(0.5)];
  assert.equal(bestCut(scored, 0), 0.9);
  assert.equal(bestCut(scored, 0.5), 0.7);
  assert.equal(bestCut(scored, 1), 0.5);
});

test('pairs of one similarity are served together or not at all', () => {
  assert.equal(bestCut([same(0.9), same(0.8), different(0.8), same(0.7)], 0), 0.9);
  assert.equal(bestCut([same(0.8), different(0.8)], 0), null);
});

test('where no different pair is labelled every cut keeps the limit', () => {
  assert.equal(bestCut([same(0.9), same(0.2)], 0.01), 0.2);
  assert.equal(bestCut([], 0.01), null);
});
