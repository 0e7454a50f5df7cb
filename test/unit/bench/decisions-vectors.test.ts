import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cosine, createVectors } from '../../../bench/decisions-vectors.ts';
import { AppError } from '../../../src/errors.ts';

/** Counts what it is asked; a text that says so cannot be embedded. */
function countingEmbedder() {
  const asked: string[] = [];
  return {
    asked,
    modelId: 'small@1',
    dimensions: 2,
    embed(text: string): Promise<Float32Array> {
      asked.push(text);
      return text.startsWith('unfit')
        ? Promise.reject(new AppError('EMBEDDING_FAILED', 'unfit'))
        : Promise.resolve(Float32Array.of(1, 0));
    },
    close: () => Promise.resolve(),
  };
}

test('each distinct question is embedded once', async () => {
  const embedder = countingEmbedder();
  const vectors = createVectors({ embedder, progress: () => undefined });
  await vectors.prefill(['a', 'b', 'a']);
  await vectors.prefill(['b', 'c']);
  assert.deepEqual(await vectors.embed('a'), Float32Array.of(1, 0));
  assert.deepEqual(embedder.asked, ['a', 'b', 'c']);
});

test('a question that cannot be embedded is counted and the others go on', async () => {
  const vectors = createVectors({ embedder: countingEmbedder(), progress: () => undefined });
  const many = Array.from({ length: 600 }, (_, index) => `question ${index}`);
  await vectors.prefill(['unfit 1', ...many, 'unfit 2']);
  const { distinct, failed, alone, model } = vectors.figures();
  assert.deepEqual([distinct, failed, alone.count, model], [600, 2, 199, 'small@1']);
});

test('progress tells how many of how many are embedded', async () => {
  const told: string[] = [];
  const vectors = createVectors({
    embedder: countingEmbedder(),
    progress: (line) => told.push(line),
  });
  await vectors.prefill(Array.from({ length: 1000 }, (_, index) => `question ${index}`));
  assert.deepEqual(told, ['embedded 456 of 1000 questions']);
});

test('the cosine of unit vectors is their product', () => {
  assert.equal(cosine(Float32Array.of(1, 0), Float32Array.of(1, 0)), 1);
  assert.equal(cosine(Float32Array.of(1, 0), Float32Array.of(0, 1)), 0);
});
