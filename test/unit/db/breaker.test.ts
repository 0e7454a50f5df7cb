import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createBreaker } from '../../../src/db/breaker.ts';
import type { Breaker, BreakerState } from '../../../src/db/breaker.ts';
import { AppError, isAppError } from '../../../src/errors.ts';

const FAILURES = 5;
const WINDOW_MS = 30_000;

function breakerAt(clock: { now: number }, changes: BreakerState[] = []): Breaker {
  return createBreaker({
    failures: FAILURES,
    windowMs: WINDOW_MS,
    now: () => clock.now,
    onChange: (state) => changes.push(state),
  });
}

function fail(breaker: Breaker, times = FAILURES): void {
  for (let at = 0; at < times; at += 1) breaker.failed(FAULT);
}

const FAULT = new AppError('DATABASE_UNAVAILABLE', 'It is away.', { retryAfterMs: 1000 });

const isRefused = (error: unknown): boolean =>
  isAppError(error, 'DATABASE_UNAVAILABLE') && error.retryAfterMs! > 0;

test('it opens at the last of so many failures, and refuses at once', () => {
  const breaker = breakerAt({ now: 0 });
  fail(breaker, FAILURES - 1);
  breaker.pass();
  breaker.failed(FAULT);
  assert.equal(breaker.state, 'open');
  assert.throws(() => breaker.pass(), isRefused);
});

test('failures that lie further apart than the window do not open it', () => {
  const clock = { now: 0 };
  const breaker = breakerAt(clock);
  for (let at = 0; at < 20; at += 1) {
    clock.now += WINDOW_MS / (FAILURES - 1);
    breaker.failed(FAULT);
  }
  assert.equal(breaker.state, 'closed');
});

test('after a rest one caller tries and the others are still refused', () => {
  const clock = { now: 0 };
  const changes: BreakerState[] = [];
  const breaker = breakerAt(clock, changes);
  fail(breaker);
  clock.now += 1000;
  breaker.pass();
  assert.equal(breaker.state, 'half-open');
  assert.throws(() => breaker.pass(), isRefused);
  breaker.succeeded();
  breaker.pass();
  assert.deepEqual(changes, ['open', 'half-open', 'closed']);
});

test('each try in vain doubles the rest, to a bound; a success makes it short again', () => {
  const clock = { now: 0 };
  const breaker = breakerAt(clock);
  fail(breaker);
  for (const restMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    clock.now += restMs - 1;
    assert.throws(() => breaker.pass(), isRefused);
    clock.now += 1;
    breaker.pass();
    breaker.failed(FAULT);
  }
  clock.now += 30_000;
  breaker.pass();
  breaker.succeeded();
  fail(breaker);
  clock.now += 1000;
  breaker.pass();
});

test('a try that is given up leaves the next caller to try', () => {
  const clock = { now: 0 };
  const breaker = breakerAt(clock);
  fail(breaker);
  clock.now += 1000;
  breaker.pass();
  breaker.abandoned();
  breaker.pass();
  assert.equal(breaker.state, 'half-open');
});

test('whoever is refused is told why, and to come back only where that may help', () => {
  const breaker = breakerAt({ now: 0 });
  fail(breaker);
  assert.throws(() => breaker.check(), { message: 'It is away.' });
  const wrong = new AppError('DATABASE_UNAVAILABLE', 'Wrong password.', { hint: 'Correct it.' });
  breaker.failed(wrong);
  assert.throws(() => breaker.check(), {
    message: 'Wrong password.',
    hint: 'Correct it.',
    retryAfterMs: undefined,
  });
});

test('a statement that began before it opened does not close it', () => {
  const breaker = breakerAt({ now: 0 });
  breaker.pass();
  fail(breaker);
  breaker.succeeded();
  assert.equal(breaker.state, 'open');
});
