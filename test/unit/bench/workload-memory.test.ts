import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createWorkloadMemory } from '../../../bench/workload-memory.ts';
import { planOf } from '../../support/cache-samples.ts';

const SCOPE = { planScope: 'one', schemaVersion: '1', modelId: 'small' };
const OTHERS = [
  { ...SCOPE, planScope: 'two' },
  { ...SCOPE, schemaVersion: '2' },
  { ...SCOPE, modelId: 'large' },
];

function entry(id: string, vector: Float32Array | null, sql = `select ${id}`) {
  return {
    id,
    question: `question ${id}`,
    questionKey: `key ${id}`,
    plan: planOf(sql),
    origin: 'asked' as const,
    madeBy: 'alice',
    isByAdmin: false,
    embed: () => Promise.resolve(vector),
  };
}

const search = (x: number, y: number, limit = 10) => ({
  questionKey: 'asked',
  embedding: Float32Array.of(x, y),
  limit,
});

test('what was just remembered is found, nearest first and no more than asked for', async () => {
  const memory = createWorkloadMemory();
  memory.remember(SCOPE, entry('1', Float32Array.of(0, 1)));
  memory.remember(SCOPE, entry('2', Float32Array.of(1, 0)));
  memory.remember(SCOPE, entry('3', Float32Array.of(0.8, 0.6)));
  const found = (await memory.nearest(SCOPE, search(1, 0, 2))) ?? [];
  assert.deepEqual(
    found.map(({ id, similarity }) => [id, similarity.toFixed(1)]),
    [
      ['2', '1.0'],
      ['3', '0.8'],
    ],
  );
});

test('nothing is found in another scope, schema or model', async () => {
  const memory = createWorkloadMemory();
  memory.remember(SCOPE, entry('1', Float32Array.of(1, 0)));
  for (const other of OTHERS) assert.deepEqual(await memory.nearest(other, search(1, 0)), []);
});

test('a question without a vector is known by its key alone', async () => {
  const memory = createWorkloadMemory();
  memory.remember(SCOPE, entry('1', null));
  assert.deepEqual(await memory.nearest(SCOPE, search(1, 0)), []);
  assert.equal(memory.known('key 1')?.phrasing.question, 'question 1');
  assert.equal(memory.known('key 2'), null);
});

test('a question that is bound anew moves to the later plan', async () => {
  const memory = createWorkloadMemory();
  memory.remember(SCOPE, entry('1', Float32Array.of(1, 0), 'select 1'));
  memory.remember(SCOPE, entry('1', Float32Array.of(1, 0), 'select 2'));
  const found = (await memory.nearest(SCOPE, search(1, 0))) ?? [];
  assert.deepEqual(
    found.map(({ plan }) => plan.sql),
    ['select 2'],
  );
});

test('a noted answer is known with its match', () => {
  const memory = createWorkloadMemory();
  const match = { id: '1', question: 'question 1', similarity: 0.9, confidence: 0.99 };
  memory.note(SCOPE.planScope, 'asked', { phrasing: entry('1', null), match });
  assert.equal(memory.known('asked')?.match?.similarity, 0.9);
});
