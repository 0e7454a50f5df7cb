import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';

import { createRequestQueue } from '../../../src/embedding/request-queue.ts';
import type { Settle } from '../../../src/embedding/request-queue.ts';
import { AppError } from '../../../src/errors.ts';

/** A worker in the hands of the test: batches pile up here and are answered by hand. */
function createBench(limits: { maxQueue?: number; maxBatch?: number } = {}) {
  const batches: Array<{
    texts: readonly string[];
    settle: Settle;
    finish: () => void;
    die: (error: Error) => void;
  }> = [];
  const queue = createRequestQueue({
    maxQueue: 100,
    maxBatch: 3,
    ...limits,
    run: (texts, settle) =>
      new Promise((finish, die) => {
        batches.push({ texts, settle, finish, die });
      }),
  });
  const answer = async (number: number) => {
    const batch = batches[number];
    assert.ok(batch, `there is no batch ${number}`);
    for (const [index, text] of batch.texts.entries()) {
      batch.settle(index, Float32Array.of(text.length));
    }
    batch.finish();
    await setImmediate();
  };
  return { batches, queue, answer };
}

const texts = (batch: { texts: readonly string[] } | undefined) => batch?.texts;

test('what arrives while a batch runs goes together in the next, up to the largest batch', async () => {
  const { queue, batches, answer } = createBench();
  const all = ['a', 'bb', 'ccc', 'dddd', 'eeeee'].map((text) => queue.add(text));
  await answer(0);
  await answer(1);
  await answer(2);
  assert.deepEqual(batches.map(texts), [['a'], ['bb', 'ccc', 'dddd'], ['eeeee']]);
  assert.deepEqual(
    (await Promise.all(all)).map((vector) => vector[0]),
    [1, 2, 3, 4, 5],
  );
});

test('identical texts share one computation, running or waiting, and own their vectors', async () => {
  const { queue, batches, answer } = createBench();
  const first = queue.add('same');
  const second = queue.add('same');
  const third = queue.add('other');
  const fourth = queue.add('other');
  await answer(0);
  await answer(1);
  assert.deepEqual(batches.map(texts), [['same'], ['other']]);
  const [one, two] = await Promise.all([first, second]);
  assert.notEqual(one, two);
  assert.deepEqual(one, two);
  assert.deepEqual(await third, await fourth);
});

test('a full queue refuses at once with EMBEDDING_FAILED, and takes more once it has drained', async () => {
  const { queue, answer } = createBench({ maxQueue: 2 });
  const running = queue.add('a');
  const waiting = queue.add('b');
  await assert.rejects(queue.add('c'), { code: 'EMBEDDING_FAILED' });
  await answer(0);
  await answer(1);
  await Promise.all([running, waiting]);
  const later = queue.add('d');
  await answer(2);
  assert.ok(await later);
});

test('an aborted request that nobody else waits for leaves the queue', async () => {
  const { queue, batches, answer } = createBench({ maxQueue: 3 });
  const controller = new AbortController();
  const running = queue.add('a');
  const aborted = queue.add('b', controller.signal);
  const kept = queue.add('c');
  controller.abort();
  await assert.rejects(aborted, { code: 'QUERY_CANCELLED' });
  const replacement = queue.add('d');
  await answer(0);
  assert.deepEqual(texts(batches[1]), ['c', 'd']);
  await answer(1);
  await Promise.all([running, kept, replacement]);
});

test('an abort takes one waiter away and leaves the others their answer', async () => {
  const { queue, answer } = createBench();
  const controller = new AbortController();
  const aborted = queue.add('same', controller.signal);
  const kept = queue.add('same');
  controller.abort();
  await assert.rejects(aborted, { code: 'QUERY_CANCELLED' });
  await answer(0);
  assert.equal((await kept)[0], 4);
});

test('a signal that fired before asks nothing of the worker', async () => {
  const { queue, batches } = createBench();
  await assert.rejects(queue.add('a', AbortSignal.abort()), { code: 'QUERY_CANCELLED' });
  assert.equal(batches.length, 0);
});

test('a fault of one text rejects that text alone', async () => {
  const { queue, batches, answer } = createBench();
  const first = queue.add('a');
  await answer(0);
  await first;
  const bad = queue.add('bad');
  const good = queue.add('good');
  batches[1]?.settle(0, new AppError('EMBEDDING_FAILED', 'no vector'));
  await assert.rejects(bad, { code: 'EMBEDDING_FAILED' });
  batches[1]?.finish();
  await setImmediate();
  await answer(2);
  assert.ok(await good);
});

test('when the worker dies every request is rejected, and the next one is tried afresh', async () => {
  const { queue, batches, answer } = createBench();
  const pending = ['a', 'b', 'c', 'd', 'e'].map((text) => queue.add(text));
  batches[0]?.die(new Error('killed'));
  for (const request of pending) await assert.rejects(request, { code: 'EMBEDDING_FAILED' });
  await setImmediate();
  const next = queue.add('f');
  await answer(1);
  assert.ok(await next);
});
