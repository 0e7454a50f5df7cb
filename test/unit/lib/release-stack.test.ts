import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ReleaseStack } from '../../../src/lib/release-stack.ts';

test('what was acquired last is released first, one at a time', async () => {
  const stack = new ReleaseStack();
  const log: string[] = [];
  for (const name of ['pool', 'cache', 'http']) {
    stack.push(name, async (deadlineMs) => {
      log.push(`${name} begins with ${deadlineMs}`);
      await Promise.resolve();
      log.push(`${name} ends`);
    });
  }
  await stack.unwind(50);
  assert.deepEqual(log, [
    'http begins with 50',
    'http ends',
    'cache begins with 50',
    'cache ends',
    'pool begins with 50',
    'pool ends',
  ]);
});

test('each release is tried though others fail, and all failures are told together', async () => {
  const stack = new ReleaseStack();
  const released: string[] = [];
  stack.push('first', () => void released.push('first'));
  stack.push('second', () => {
    throw new Error('sync');
  });
  stack.push('third', () => Promise.reject(new Error('async')));
  stack.push('fourth', () => void released.push('fourth'));
  await assert.rejects(stack.unwind(0), (error: unknown) => {
    assert.ok(error instanceof AggregateError);
    const told = error.errors.map((each: Error) => [each.message, (each.cause as Error).message]);
    assert.deepEqual(told, [
      ['releasing third failed', 'async'],
      ['releasing second failed', 'sync'],
    ]);
    return true;
  });
  assert.deepEqual(released, ['fourth', 'first']);
});

test('a second unwind releases nothing twice', async () => {
  const stack = new ReleaseStack();
  let count = 0;
  stack.push('once', () => void (count += 1));
  await Promise.all([stack.unwind(0), stack.unwind(0)]);
  await stack.unwind(0);
  assert.equal(count, 1);
});

test('what is pushed while unwinding is released too', async () => {
  const stack = new ReleaseStack();
  const released: string[] = [];
  stack.push('outer', () => {
    stack.push('late', () => void released.push('late'));
    released.push('outer');
  });
  await stack.unwind(0);
  assert.deepEqual(released, ['outer', 'late']);
});
