import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { createWriteQueue } from '../../../src/cache/write-queue.ts';

function createBench(maxBytes = 100) {
  const dropped: string[] = [];
  const failed: string[] = [];
  const log: string[] = [];
  const queue = createWriteQueue({
    maxBytes,
    onDropped: () => dropped.push('one'),
    onFailed: (error) => failed.push(String(error)),
  });
  const held: Array<() => void> = [];
  /** A write that ends when the test says so. */
  const add = (id: string, bytes = 1) =>
    queue.add({
      id,
      bytes,
      write: async () => {
        log.push(`${id} begins`);
        await new Promise<void>((resolve) => held.push(resolve));
        log.push(`${id} ends`);
      },
    });
  const finishNext = async () => {
    await setImmediate();
    held.shift()?.();
    await setImmediate();
  };
  return { queue, add, finishNext, dropped, failed, log };
}

test('writes run one at a time and in order', async () => {
  const { add, finishNext, queue, log } = createBench();
  for (const id of ['a', 'b', 'c']) add(id);
  for (let index = 0; index < 3; index += 1) await finishNext();
  await queue.drain();
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('what does not fit is dropped and counted, and room comes back', async () => {
  const { add, finishNext, queue, dropped } = createBench(100);
  assert.equal(add('a', 60), true);
  assert.equal(add('b', 40), true);
  assert.equal(add('c', 1), false);
  assert.equal(dropped.length, 1);
  await finishNext();
  assert.equal(add('d', 60), true);
  assert.equal(add('e', 101), false);
  await finishNext();
  await finishNext();
  await queue.drain();
  assert.equal(add('f', 100), true);
  assert.equal(dropped.length, 2);
  await finishNext();
});

test('a failed write is told, gives its room back, and the next one runs', async () => {
  const { queue, failed } = createBench(100);
  queue.add({ id: 'a', bytes: 100, write: () => Promise.reject(new Error('disk full')) });
  await queue.settled('a');
  assert.deepEqual(failed, ['Error: disk full']);
  await queue.drain();
  let ran = false;
  const write = async (): Promise<void> => void (ran = true);
  assert.equal(queue.add({ id: 'b', bytes: 100, write }), true);
  await queue.settled('b');
  assert.equal(ran, true);
});

test('a write that throws at once is a failed write', async () => {
  const { queue, failed } = createBench();
  queue.add({
    id: 'a',
    bytes: 1,
    write: () => {
      throw new Error('sync');
    },
  });
  await queue.drain();
  assert.deepEqual(failed, ['Error: sync']);
});

test('settled waits for the entry that was added last under an id, and for no other', async () => {
  const { queue, add, finishNext, log } = createBench();
  await queue.settled('nobody');
  add('a');
  add('b');
  add('a');
  add('c');
  const seen: string[] = [];
  const waiting = queue.settled('a').then(() => seen.push(...log));
  for (let index = 0; index < 3; index += 1) await finishNext();
  await waiting;
  assert.deepEqual(
    seen.filter((line) => line.endsWith('ends')),
    ['a ends', 'b ends', 'a ends'],
  );
  await queue.settled('a');
  await finishNext();
});

test('drain waits for what waits now', async () => {
  const { queue, add, finishNext } = createBench();
  add('a');
  let drained = false;
  const waiting = queue.drain().then(() => (drained = true));
  await setImmediate();
  assert.equal(drained, false);
  await finishNext();
  await waiting;
});
