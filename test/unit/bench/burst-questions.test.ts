import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MIXED, createDraw } from '../../../bench/burst-questions.ts';
import { KNOWN, knownQuestions } from '../../../src/demo/questions.ts';
import { createRandom, createZipf } from '../../../src/lib/random.ts';

test('the same seed draws the same, another one differs', () => {
  const first = createRandom(1);
  const again = createRandom(1);
  const other = createRandom(2);
  const drawn = Array.from({ length: 5 }, first);
  assert.deepEqual(Array.from({ length: 5 }, again), drawn);
  assert.notDeepEqual(Array.from({ length: 5 }, other), drawn);
  assert.ok(drawn.every((value) => value >= 0 && value < 1));
});

test("by Zipf's law the second is drawn half as often as the first", () => {
  const zipf = createZipf(10, createRandom(3));
  const counts = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 50_000; draw += 1) counts[zipf()]! += 1;
  assert.ok(Math.abs(counts[0]! / counts[1]! - 2) < 0.15, `${counts[0]} and ${counts[1]}`);
  assert.ok(counts[9]! > 0);
});

test('the known questions differ, and so do all their wordings', () => {
  const known = knownQuestions(createRandom(1));
  const wordings = known.flatMap(({ question, rephrasings }) => [question, ...rephrasings]);
  assert.equal(known.length, KNOWN);
  assert.equal(new Set(wordings).size, wordings.length);
});

test('what is drawn is mostly known, and what is cold is never drawn twice', () => {
  const draw = createDraw(knownQuestions(createRandom(1)), createRandom(2), {
    coldFrom: 1000,
    shares: MIXED,
  });
  const drawn = Array.from({ length: 4000 }, draw);
  const share = (kind: string): number =>
    drawn.filter((one) => one.kind === kind).length / drawn.length;
  assert.ok(Math.abs(share('rephrased') - 0.1) < 0.02);
  assert.ok(Math.abs(share('cold') - 0.05) < 0.02);
  const cold = drawn.filter(({ kind }) => kind === 'cold').map(({ question }) => question);
  assert.equal(new Set(cold).size, cold.length);
});
