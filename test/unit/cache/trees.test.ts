import assert from 'node:assert/strict';
import test from 'node:test';

import { createTrees, isTreeFile, type TreeFile } from '../../../src/cache/trees.ts';

const LEAF = 0;
/** Below 0.5 of "likeness" -1; else below 2 of "words" 3, else 0.25. */
const TREE = {
  feature: [0, -1, 1, -1, -1],
  value: [0.5, -1, 2, 3, 0.25],
  low: [1, LEAF, 3, LEAF, LEAF],
  high: [2, LEAF, 4, LEAF, LEAF],
};
const FILE: TreeFile = {
  measures: ['likeness', 'words'],
  base: 10,
  scale: [1, 0],
  curves: { list: [[0.5, 100, 1]], figure: [] },
  trees: [TREE, { feature: [-1], value: [0.5], low: [LEAF], high: [LEAF] }],
};
const withTree = (change: object): unknown => ({ ...FILE, trees: [{ ...TREE, ...change }] });

test('the margin is the base and the leaf of every tree', () => {
  const trees = createTrees(FILE);
  assert.equal(trees.margin([0.4, 0]), 10 - 1 + 0.5);
  assert.equal(trees.margin([0.6, 1]), 10 + 3 + 0.5);
  assert.equal(trees.margin([0.6, 7]), 10 + 0.25 + 0.5);
});

test('a measure on the threshold goes high, as it did in training', () => {
  const trees = createTrees(FILE);
  assert.equal(trees.margin([0.5, 2]), 10.75);
});

test('measures are rounded to 32 bits before they are compared, as they were in training', () => {
  const third = { ...TREE, value: [Math.fround(1 / 3), -1, 2, 3, 0.25] };
  const trees = createTrees({ ...FILE, trees: [third] });
  // As 64 bits a third lies below its own rounding.
  assert.ok(1 / 3 < Math.fround(1 / 3));
  assert.equal(trees.margin([1 / 3, 7]), 10.25);
});

test('a whole file is a tree file', () => {
  assert.equal(isTreeFile(FILE), true);
  assert.equal(isTreeFile(JSON.parse(JSON.stringify(FILE))), true);
});

const BROKEN: Readonly<Record<string, unknown>> = {
  nothing: null,
  text: 'trees',
  'a list': [FILE],
  'no trees at all': { ...FILE, trees: [] },
  'an empty tree, whose walk would never end': withTree({
    feature: [],
    value: [],
    low: [],
    high: [],
  }),
  'a child before its parent': withTree({ low: [1, LEAF, 0, LEAF, LEAF] }),
  'a node that is its own child': withTree({ high: [0, LEAF, 4, LEAF, LEAF] }),
  'a child behind the last node': withTree({ high: [5, LEAF, 4, LEAF, LEAF] }),
  'a child between two nodes': withTree({ low: [1.5, LEAF, 3, LEAF, LEAF] }),
  'a threshold that is not a number': withTree({ value: [Number.NaN, -1, 2, 3, 0.25] }),
  'a threshold without an end': withTree({ value: [Infinity, -1, 2, 3, 0.25] }),
  'a threshold that JSON lost': withTree({ value: [null, -1, 2, 3, 0.25] }),
  'fewer values than nodes': withTree({ value: [0.5, -1, 2, 3] }),
  'more children than nodes': withTree({ low: [1, LEAF, 3, LEAF, LEAF, LEAF] }),
  'a feature that no measure has': withTree({ feature: [2, -1, 1, -1, -1] }),
  'a feature between two measures': withTree({ feature: [0.5, -1, 1, -1, -1] }),
  'a tree that is nothing': { ...FILE, trees: [null] },
  'measures without names': { ...FILE, measures: [1, 2] },
  'no base': { ...FILE, base: undefined },
  'a scale of one number': { ...FILE, scale: [1] },
  'no curves': { ...FILE, curves: undefined },
  'a curve for one risk class alone': { ...FILE, curves: { list: [[0.5, 100, 1]] } },
  'a curve of pairs': { ...FILE, curves: { ...FILE.curves, list: [[0.5, 100]] } },
  'a curve with a gap': { ...FILE, curves: { ...FILE.curves, figure: [[0.5, null, 1]] } },
};
for (const [fault, file] of Object.entries(BROKEN)) {
  test(`a file with a fault is refused whole: ${fault}`, () => {
    assert.equal(isTreeFile(file), false);
  });
}
