import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createPending } from '../../../src/query/pending.ts';
import type { Asked } from '../../../src/query/scope.ts';
import { planOf } from '../../support/cache-samples.ts';

const SCOPE = { planScope: 'scope', schemaVersion: '1', modelId: 'mini' };
const vectorOf = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

function askedOf(question: string, scope: Partial<Asked['scope']> = {}): Asked {
  return {
    question,
    questionKey: question,
    phrasingId: `id of ${question}`,
    isSelfContained: true,
    resultScope: 'alice',
    scope: { ...SCOPE, ...scope },
  };
}

function pendingWith(rejected: readonly string[] | null = []) {
  return createPending({ rejected: async () => rejected && new Set(rejected) });
}

const PLAN = planOf('select 1', 'scope', '1');
const ASKED = askedOf('number of boats');
const ROWS = askedOf('how many boats');

test('a question is known while its rows are under way, and no longer', async () => {
  const pending = pendingWith();
  const settled = pending.add(
    { asked: ROWS, plan: PLAN, madeBy: 'alice' },
    Promise.resolve(vectorOf(0.6, 0.8)),
  );
  await Promise.resolve();
  assert.equal(pending.find('how many boats', 'bob')?.plan, PLAN);
  const [near] = await pending.near(ASKED, vectorOf(1, 0));
  assert.ok(Math.abs(near!.similarity - 0.6) < 1e-6);
  assert.equal(near!.question, 'how many boats');
  settled();
  assert.equal(pending.find('how many boats', 'bob'), null);
  assert.deepEqual(await pending.near(ASKED, vectorOf(1, 0)), []);
});

test('it is recalled within its scope alone', async () => {
  const pending = pendingWith();
  pending.add({ asked: ROWS, plan: PLAN, madeBy: 'alice' }, Promise.resolve(vectorOf(1, 0)));
  await Promise.resolve();
  for (const other of [{ planScope: 'another' }, { schemaVersion: '2' }, { modelId: 'large' }])
    assert.deepEqual(await pending.near(askedOf('boats', other), vectorOf(1, 0)), []);
});

test('a plan that was reported wrong for the question is not recalled for it', async () => {
  for (const rejected of [[PLAN.id], null]) {
    const pending = pendingWith(rejected);
    pending.add({ asked: ROWS, plan: PLAN, madeBy: 'alice' }, Promise.resolve(vectorOf(1, 0)));
    await Promise.resolve();
    assert.deepEqual(await pending.near(ASKED, vectorOf(1, 0)), []);
  }
});

test('one whose vector is not made, or cannot be, is known by its words alone', async () => {
  const pending = pendingWith();
  pending.add({ asked: ROWS, plan: PLAN, madeBy: 'alice' }, Promise.resolve(null));
  pending.add(
    { asked: askedOf('boats'), plan: PLAN, madeBy: 'alice' },
    new Promise(() => undefined),
  );
  await Promise.resolve();
  assert.deepEqual(await pending.near(ASKED, vectorOf(1, 0)), []);
  assert.ok(pending.find('boats', 'bob'));
});
