import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createCutPlayer } from '../../../bench/workload-cuts.ts';
import type { CutQuestion } from '../../../bench/workload-cuts.ts';
import type { Step } from '../../../bench/workload-play.ts';

/** A question at an angle in degrees; equal angles are equal text. */
function at(angle: number, sql_id: string, scope = 'tenant a'): CutQuestion {
  const radians = (angle * Math.PI) / 180;
  const vector = Float32Array.of(Math.cos(radians), Math.sin(radians));
  return { scope, key: `text ${angle}`, vector, sql_id };
}

function told(step: Step): string {
  return step.kind === 'served' ? `${step.tier} ${step.right ? 'right' : 'wrong'}` : step.kind;
}

function play(cut: number, ...questions: CutQuestion[]): string[] {
  const player = createCutPlayer([cut]);
  return questions.map((question) => told(player.play(question)[0]!));
}

test('equal text is answered whatever the cut', () => {
  assert.deepEqual(play(Infinity, at(0, 'A'), at(0, 'A'), at(1, 'A')), [
    'miss',
    'exact right',
    'miss',
  ]);
});

test('what is nearest above the cut is answered, right or wrong', () => {
  const questions = [at(0, 'A'), at(40, 'B'), at(10, 'A'), at(31, 'A')];
  assert.deepEqual(play(0.9, ...questions), ['miss', 'miss', 'semantic right', 'semantic wrong']);
});

test('only what was missed is stored', () => {
  // 20 was answered from 0, so 40 finds nothing near enough.
  assert.deepEqual(play(0.9, at(0, 'A'), at(20, 'A'), at(40, 'A')), [
    'miss',
    'semantic right',
    'miss',
  ]);
});

test('each cut keeps a store of its own', () => {
  const player = createCutPlayer([0.8, 0.95, Infinity]);
  const questions = [at(0, 'A'), at(25, 'A'), at(50, 'A')];
  assert.deepEqual(
    questions.map((question) => player.play(question).map(told)),
    [
      ['miss', 'miss', 'miss'],
      ['semantic right', 'miss', 'miss'],
      ['miss', 'miss', 'miss'],
    ],
  );
});

test('no answer crosses a scope', () => {
  assert.deepEqual(play(0.5, at(0, 'A'), at(0, 'A', 'tenant b'), at(1, 'A', 'tenant b')), [
    'miss',
    'miss',
    'semantic right',
  ]);
});

test('a question without a vector is known by its text alone', () => {
  const mute = { ...at(0, 'A'), vector: null };
  assert.deepEqual(play(0.5, mute, mute, at(1, 'A')), ['miss', 'exact right', 'miss']);
});
