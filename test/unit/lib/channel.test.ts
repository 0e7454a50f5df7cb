import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { Channel } from '../../../src/lib/channel.ts';

/** Whether a promise has settled once everything that could run has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await setImmediate();
  await setImmediate();
  return !settled;
}

async function collect<T>(channel: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of channel) items.push(item);
  return items;
}

test('a full channel holds the producer back until the consumer takes one', async () => {
  const channel = new Channel<number>(2);
  await channel.push(1);
  await channel.push(2);
  const third = channel.push(3);
  assert.equal(await isPending(third), true);
  const reader = channel[Symbol.asyncIterator]();
  assert.equal((await reader.next()).value, 1);
  assert.equal(await isPending(third), false);
  assert.equal((await reader.next()).value, 2);
  assert.equal((await reader.next()).value, 3);
});

test('every item arrives once and in order, however the two sides are paced', async () => {
  for (const capacity of [1, 2, 7]) {
    const channel = new Channel<number>(capacity);
    const produced = (async () => {
      for (let item = 0; item < 500; item += 1) {
        await channel.push(item);
        if (item % 13 === 0) await setImmediate();
      }
      channel.end();
    })();
    const items: number[] = [];
    for await (const item of channel) {
      items.push(item);
      if (item % 7 === 0) await setImmediate();
    }
    await produced;
    assert.deepEqual(
      items,
      Array.from({ length: 500 }, (_, index) => index),
    );
  }
});

test('a consumer that leaves midway frees a waiting producer for ever', async () => {
  const channel = new Channel<number>(1);
  const produced = (async () => {
    for (let item = 0; item < 100; item += 1) await channel.push(item);
    return 'done';
  })();
  for await (const item of channel) if (item === 3) break;
  assert.equal(await produced, 'done');
  assert.equal(channel.abandoned, true);
});

test('a consumer that leaves without having read anything frees the producer', async () => {
  const channel = new Channel<number>(1);
  await channel.push(1);
  const waiting = channel.push(2);
  channel.leave();
  await waiting;
  assert.deepEqual(await collect(channel), []);
});

test('a waiting consumer is let go when the other side leaves for it', async () => {
  const channel = new Channel<number>(1);
  const items = collect(channel);
  await setImmediate();
  channel.leave();
  assert.deepEqual(await items, []);
});

test('the end lets the consumer drain what is there', async () => {
  const channel = new Channel<string>(5);
  await channel.push('a');
  await channel.push('b');
  channel.end();
  channel.end(new Error('a second end changes nothing'));
  assert.deepEqual(await collect(channel), ['a', 'b']);
});

test('an error comes after the items that came before it', async () => {
  const channel = new Channel<string>(5);
  await channel.push('a');
  channel.end(new Error('lost'));
  const reader = channel[Symbol.asyncIterator]();
  assert.deepEqual(await reader.next(), { value: 'a', done: false });
  await assert.rejects(reader.next(), /lost/);
  assert.equal(channel.abandoned, true);
});

test('an error reaches a consumer that already waits', async () => {
  const channel = new Channel<string>(5);
  const reader = channel[Symbol.asyncIterator]();
  const next = reader.next();
  await setImmediate();
  channel.end(new Error('lost'));
  await assert.rejects(next, /lost/);
});

test('falsy items are items', async () => {
  const channel = new Channel<number | string | boolean | null>(5);
  for (const item of [0, '', false, null]) await channel.push(item);
  channel.end();
  assert.deepEqual(await collect(channel), [0, '', false, null]);
});

test('an end frees a producer that waits for room', async () => {
  const channel = new Channel<number>(1);
  await channel.push(1);
  const waiting = channel.push(2);
  channel.end(new Error('stopped'));
  assert.equal(await isPending(waiting), false);
});

test('a producer may lose patience with a full channel, and the item is not in it', async () => {
  const channel = new Channel<number>(1);
  assert.equal(await channel.push(1, 20), true);
  assert.equal(await channel.push(2, 20), false);
  const waits = channel.push(3, 10_000);
  const items = channel[Symbol.asyncIterator]();
  assert.equal((await items.next()).value, 1);
  assert.equal(await waits, true);
  channel.end();
  assert.deepEqual([(await items.next()).value, (await items.next()).done], [3, true]);
});
