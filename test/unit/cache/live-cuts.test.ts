import assert from 'node:assert/strict';
import test from 'node:test';

import { lowerBound } from '../../../src/cache/calibration.ts';
import type { ServedHit } from '../../../src/cache/decision-log.ts';
import { createCuts } from '../../../src/cache/live-cuts.ts';
import type { CutState } from '../../../src/cache/live-cuts.ts';

const CURVES = {
  list: [
    [1, 5000, 4000],
    [2, 5000, 5],
  ],
  figure: [[5, 5000, 5]],
} as const;

function cuts() {
  const changes: CutState[] = [];
  const onChange = (state: CutState): void => void changes.push(state);
  return { changes, cuts: createCuts({ curves: CURVES, targetErrorRate: 0.01, onChange }) };
}

const served = (count: number, margin: number, wrong = false): ServedHit[] =>
  Array.from({ length: count }, () => ({ risk: 'list', margin, wrong }));

test('without labels the calibrated cuts are in force', () => {
  const { cuts: subject, changes } = cuts();
  subject.learn(served(50, 2.5));
  assert.equal(subject.of('list'), 2);
  assert.equal(subject.of('figure'), 5);
  assert.equal(subject.of('never'), null);
  assert.equal(changes.length, 0);
});

test('wrong answers among few raise the cut above them and say so', () => {
  const { cuts: subject, changes } = cuts();
  subject.learn([...served(20, 4), ...served(3, 2.5, true)]);
  const cut = subject.of('list')!;
  assert.ok(cut > 2.5 && cut < 4);
  assert.deepEqual(
    changes.map(({ risk, served: all, wrong }) => ({ risk, all, wrong })),
    [{ risk: 'list', all: 23, wrong: 3 }],
  );
  assert.equal(subject.of('figure'), 5);
});

test('one wrong answer among many that were not is what the target allows', () => {
  const { cuts: subject } = cuts();
  subject.learn([...served(500, 4), ...served(1, 2.5, true)]);
  assert.equal(subject.of('list'), 2);
});

test('the cut comes back when the wrong answers have aged out', () => {
  const { cuts: subject, changes } = cuts();
  subject.learn(served(3, 2.5, true));
  assert.ok(subject.of('list')! > 2.5);
  subject.learn([]);
  assert.equal(subject.of('list'), 2);
  assert.equal(changes.length, 2);
});

test('no label makes the cache serve more than its calibration allows', () => {
  const { cuts: subject } = cuts();
  subject.learn(served(10_000, 0.1));
  assert.equal(subject.of('list'), 2);
});

test('the lower bound of a share is zero without evidence and near the share with much', () => {
  assert.equal(lowerBound(0, 100), 0);
  assert.equal(lowerBound(0, 0), 0);
  assert.ok(Math.abs(lowerBound(1, 1) - 0.05) < 1e-6);
  assert.ok(lowerBound(100, 1000) > 0.08 && lowerBound(100, 1000) < 0.1);
});

test('each target has cuts of its own, which the same labels move', () => {
  const { cuts: subject } = cuts();
  assert.deepEqual(
    [subject.of('list', 0.5), subject.of('list', 0), subject.of('list')],
    [1, null, 2],
  );
  subject.learn([...served(20, 4), ...served(3, 2.5, true)]);
  const [strict, lax] = [subject.of('list')!, subject.of('list', 0.5)!];
  assert.ok(strict > 2.5);
  assert.equal(lax, 1);
  const [, list] = subject.at(0.01);
  assert.deepEqual([list!.served, list!.wrong, list!.inForce], [23, 3, strict]);
});

test('another aim says which cuts it moves, and applies where no target is named', () => {
  const { cuts: subject, changes } = cuts();
  subject.aim(0.5);
  assert.equal(subject.of('list'), 1);
  assert.deepEqual(
    changes.map(({ risk, inForce }) => [risk, inForce]),
    [['list', 1]],
  );
  subject.aim(0);
  assert.deepEqual([subject.of('list'), subject.of('figure')], [null, null]);
});

test('one wrong answer alone moves no cut, however few were served; two do', () => {
  const { cuts: subject } = cuts();
  subject.learn([...served(2, 4), ...served(1, 2.5, true)]);
  assert.equal(subject.of('list'), 2);
  subject.learn([...served(2, 4), ...served(2, 2.5, true)]);
  assert.ok(subject.of('list')! > 2.5);
});
