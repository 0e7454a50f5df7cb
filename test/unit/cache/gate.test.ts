import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createGate } from '../../../src/cache/gate.ts';
import { AppError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMetrics } from '../../../src/metrics.ts';

function createBench({ ready = true } = {}) {
  let time = 0;
  const metrics = createMetrics();
  const gate = createGate({ logger: createLogger('silent'), metrics, now: () => time });
  if (ready) gate.ready();
  let calls = 0;
  const fail = (error: unknown) =>
    gate.attempt('find', 'fallback', () => {
      calls += 1;
      return Promise.reject(error);
    });
  const succeed = () =>
    gate.attempt('find', 'fallback', () => {
      calls += 1;
      return Promise.resolve('found');
    });
  const advance = (ms: number) => (time += ms);
  return { gate, metrics, fail, succeed, advance, calls: () => calls };
}

const down = () => new AppError('DATABASE_UNAVAILABLE', 'down');

test('nothing passes before the store is ready', async () => {
  const { gate, succeed, calls } = createBench({ ready: false });
  assert.equal(await succeed(), 'fallback');
  assert.equal(calls(), 0);
  assert.equal(gate.open, false);
  gate.ready();
  assert.equal(gate.open, true);
  assert.equal(await succeed(), 'found');
});

test('a failure gives the fallback, is counted, and the next call passes', async () => {
  const { fail, succeed, gate, metrics } = createBench();
  assert.equal(await fail(new AppError('QUERY_INVALID', 'bad')), 'fallback');
  assert.equal(await fail(new TypeError('a fault of ours')), 'fallback');
  assert.equal(gate.open, true);
  assert.equal(await succeed(), 'found');
  assert.match((await metrics.render()).text, /askonce_cache_failures_total\{operation="find"\} 2/);
});

test('a store that is down is left alone for a while, then asked again', async () => {
  const { gate, fail, succeed, advance, calls } = createBench();
  assert.equal(await fail(down()), 'fallback');
  assert.equal(gate.open, false);
  assert.equal(await succeed(), 'fallback');
  assert.equal(calls(), 1);
  advance(1999);
  assert.equal(gate.open, false);
  advance(1);
  assert.equal(gate.open, true);
  assert.equal(await succeed(), 'found');
  assert.equal(calls(), 2);
});

test('a store that is still down rests again', async () => {
  const { gate, fail, advance } = createBench();
  await fail(down());
  advance(2000);
  await fail(down());
  assert.equal(gate.open, false);
  advance(2000);
  assert.equal(gate.open, true);
});

test('a function that throws before it returns is a failure like another', async () => {
  const { gate } = createBench();
  const outcome = await gate.attempt('find', 'fallback', () => {
    throw new Error('sync');
  });
  assert.equal(outcome, 'fallback');
});
