import assert from 'node:assert/strict';
import { once } from 'node:events';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, beforeEach, test } from 'node:test';
import type { Worker } from 'node:worker_threads';

import { createEmbedder } from '../../../src/embedding/embedder.ts';
import { openModelFolder } from '../../../src/embedding/model-folder.ts';
import { startWorkerHost } from '../../../src/embedding/worker-host.ts';
import type { WorkerHost } from '../../../src/embedding/worker-host.ts';
import { createLogger } from '../../../src/logger.ts';
import { MODEL, MODELS_DIR, copyShippedModel } from './shipped-model.ts';

const logger = createLogger('silent');
const workers: Worker[] = [];
process.on('worker', (worker) => workers.push(worker));
beforeEach(() => {
  workers.length = 0;
});

const copies: Array<{ remove(): Promise<void> }> = [];
after(() => Promise.all(copies.map((copy) => copy.remove())));
async function createCopy() {
  const copy = await copyShippedModel();
  copies.push(copy);
  return copy;
}

/** Ends it without the host's doing. Worker.terminate() would abort the process in mid-computation. */
async function endNewestWorker(): Promise<void> {
  const worker = workers.at(-1);
  assert.ok(worker);
  const ended = once(worker, 'exit');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage('stop');
  await ended;
}

/** Asks until there is an answer: a restart takes as long as it takes. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await setTimeout(20);
  }
  throw new Error('no answer after 500 attempts');
}

async function embedOne(host: WorkerHost, text: string): Promise<Float32Array> {
  let found: unknown;
  await host.run([text], (_, outcome) => {
    found = outcome;
  });
  assert.ok(found instanceof Float32Array);
  return found;
}

test('one flipped byte in the weights is found before anything is loaded', async () => {
  const { modelsDir, path } = await createCopy();
  const { dtype } = await openModelFolder(modelsDir, MODEL);
  assert.equal(dtype, 'q8');
  const weights = await open(join(path, 'onnx/model_quantized.onnx'), 'r+');
  const { size } = await weights.stat();
  const middle = Buffer.alloc(1);
  await weights.read(middle, 0, 1, Math.floor(size / 2));
  await weights.write(Buffer.of((middle[0] ?? 0) ^ 1), 0, 1, Math.floor(size / 2));
  await weights.close();
  await assert.rejects(createEmbedder({ modelsDir, model: MODEL, logger }), {
    code: 'EMBEDDING_FAILED',
    message: new RegExp(`"${MODEL}" is corrupt: the checksum of onnx/model_quantized.onnx`),
    hint: /Restore the folder/,
  });
  assert.equal(workers.length, 0);
});

test('weights that are no model are refused where no manifest vouches for them', async () => {
  const { modelsDir, path } = await createCopy();
  await rm(join(modelsDir, 'manifest.json'));
  await writeFile(join(path, 'onnx/model_quantized.onnx'), 'not a model');
  await assert.rejects(createEmbedder({ modelsDir, model: MODEL, logger }), {
    code: 'EMBEDDING_FAILED',
    message: /cannot be loaded/,
  });
});

test('a model folder that is missing is refused with what to do', async () => {
  const missing = { modelsDir: MODELS_DIR, model: 'org/absent', logger };
  await assert.rejects(createEmbedder(missing), {
    code: 'EMBEDDING_FAILED',
    message: /no embedding model "org\/absent"/,
    hint: /models:fetch/,
  });
});

test('a model outside the models folder loads by its path, spaces and all', async () => {
  const { path } = await createCopy();
  const embedder = await createEmbedder({ modelsDir: MODELS_DIR, model: path, logger });
  assert.equal((await embedder.embed('hello')).length, embedder.dimensions);
  await embedder.close();
});

test('when the worker dies its requests are rejected and the next worker answers the same', async () => {
  const embedder = await createEmbedder({ modelsDir: MODELS_DIR, model: MODEL, logger });
  const before = await embedder.embed('Show customer data');
  const pending = Array.from({ length: 60 }, (_, index) => embedder.embed(`question ${index}`));
  const outcomes = Promise.allSettled(pending);
  await endNewestWorker();
  const rejected = (await outcomes).filter((outcome) => outcome.status === 'rejected');
  assert.ok(rejected.length > 0);
  for (const { reason } of rejected) assert.equal(reason.code, 'EMBEDDING_FAILED');
  assert.deepEqual(await untilAnswered(() => embedder.embed('Show customer data')), before);
  assert.equal(workers.length, 2);
  await embedder.close();
});

test('a worker that keeps ending stays off and its requests are rejected at once', async () => {
  const reopen = () => openModelFolder(MODELS_DIR, MODEL);
  const host = await startWorkerHost({ folder: await reopen(), reopen, logger, pausesMs: [0] });
  await endNewestWorker();
  await untilAnswered(() => embedOne(host, 'once more'));
  await endNewestWorker();
  await assert.rejects(embedOne(host, 'never'), { code: 'EMBEDDING_FAILED' });
  await setTimeout(50);
  await assert.rejects(embedOne(host, 'never'), { code: 'EMBEDDING_FAILED' });
  assert.equal(workers.length, 2);
  await host.close();
});

test('a model that changed on disk is not taken for the one that was started', async () => {
  const { modelsDir, path } = await createCopy();
  await rm(join(modelsDir, 'manifest.json'));
  const reopen = () => openModelFolder(modelsDir, MODEL);
  const host = await startWorkerHost({ folder: await reopen(), reopen, logger, pausesMs: [0] });
  await writeFile(join(path, 'tokenizer_config.json'), '{"model_max_length":64}');
  await endNewestWorker();
  await setTimeout(100);
  await assert.rejects(embedOne(host, 'another model'), { code: 'EMBEDDING_FAILED' });
  assert.equal(workers.length, 1);
  await host.close();
});

test('closing in the middle of a computation rejects what is left and harms nobody', async () => {
  for (let round = 0; round < 6; round += 1) {
    const embedder = await createEmbedder({ modelsDir: MODELS_DIR, model: MODEL, logger });
    const long = 'about orders '.repeat(400);
    const calls = Array.from({ length: 40 }, (_, index) => embedder.embed(`${index} ${long}`));
    const outcomes = Promise.allSettled(calls);
    await setTimeout(5 + 3 * round);
    await embedder.close();
    for (const outcome of await outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'EMBEDDING_FAILED');
    }
  }
});

test('closing while the worker is about to restart ends in peace', async () => {
  const embedder = await createEmbedder({ modelsDir: MODELS_DIR, model: MODEL, logger });
  await endNewestWorker();
  await embedder.close();
  await assert.rejects(embedder.embed('late'), { code: 'EMBEDDING_FAILED' });
});
