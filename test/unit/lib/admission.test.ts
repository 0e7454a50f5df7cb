import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import type { AppError } from '../../../src/errors.ts';
import { createAdmission } from '../../../src/lib/admission.ts';
import type { Admission, AdmissionOptions } from '../../../src/lib/admission.ts';

const DEADLINE_MS = 5000;

function admissionOf(options: Partial<AdmissionOptions> = {}): Admission {
  return createAdmission({
    places: 2,
    maxWaiting: 3,
    maxWaitMs: DEADLINE_MS,
    refusal: 'All are busy.',
    now: Date.now,
    ...options,
  });
}

/** Settled promises reach their callers. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function asks(admission: Admission, principal: string, order: string[], signal?: AbortSignal) {
  const entry = admission.enter({ principal, ...(signal && { signal }) });
  const noted = entry.then(
    (leave) => {
      order.push(principal);
      return leave;
    },
    (error: unknown) => error as AppError,
  );
  return noted;
}

async function leaveOf(entry: Promise<(() => void) | AppError>): Promise<() => void> {
  const leave = await entry;
  assert.ok(typeof leave === 'function');
  return leave;
}

test('callers enter at once while there are places, then wait for one to be given back', async () => {
  const admission = admissionOf();
  const order: string[] = [];
  const first = await leaveOf(asks(admission, 'ana', order));
  await leaveOf(asks(admission, 'ana', order));
  const third = asks(admission, 'ana', order);
  await turn();
  assert.equal(order.length, 2);
  assert.deepEqual(admission.stats(), { places: 2, inside: 2, waiting: 1 });
  first();
  await leaveOf(third);
  assert.deepEqual(admission.stats(), { places: 2, inside: 2, waiting: 0 });
});

test('a place is given back once, however often its holder says so', async () => {
  const admission = admissionOf({ places: 1 });
  const leave = await leaveOf(asks(admission, 'ana', []));
  leave();
  leave();
  assert.equal(admission.stats().inside, 0);
});

test('room is what there is until a call would be refused at once: for each principal his own', async () => {
  const admission = admissionOf({ places: 1, maxWaiting: 2 });
  await leaveOf(asks(admission, 'noisy', []));
  admission.requireRoom('noisy');
  const waiting = [1, 2].map(() => asks(admission, 'noisy', []));
  assert.throws(
    () => admission.requireRoom('noisy'),
    (error) => isAppError(error, 'OVERLOADED') && error.retryAfterMs! > 0,
  );
  // Whoever waits less takes the last place of the longest line, but only when he comes.
  admission.requireRoom('quiet');
  assert.deepEqual(admission.stats(), { places: 1, inside: 1, waiting: 2 });
  admission.resize(2);
  await leaveOf(waiting[0]!);
  admission.requireRoom('noisy');
});

test('principals take turns, however many calls one of them has waiting', async () => {
  const admission = admissionOf({ places: 1, maxWaiting: 10 });
  const order: string[] = [];
  let leave = await leaveOf(asks(admission, 'noisy', order));
  const noisy = [1, 2, 3, 4].map(() => asks(admission, 'noisy', order));
  const quiet = [1, 2].map(() => asks(admission, 'quiet', order));
  for (const next of [noisy[0]!, quiet[0]!, noisy[1]!, quiet[1]!, noisy[2]!, noisy[3]!]) {
    leave();
    leave = await leaveOf(next);
  }
  assert.deepEqual(order, ['noisy', 'noisy', 'quiet', 'noisy', 'quiet', 'noisy', 'noisy']);
});

test('one principal leaves a part of the places to the others', async () => {
  const admission = admissionOf({ places: 4, share: 0.75 });
  const order: string[] = [];
  for (let at = 0; at < 3; at += 1) await leaveOf(asks(admission, 'noisy', order));
  const fourth = asks(admission, 'noisy', order);
  await turn();
  assert.equal(admission.stats().waiting, 1);
  const leave = await leaveOf(asks(admission, 'quiet', order));
  leave();
  await turn();
  assert.equal(admission.stats().waiting, 1);
  admission.resize(6);
  await leaveOf(fourth);
});

test('whoever comes when too many wait is told at once when to come again', async () => {
  let shed = 0;
  const admission = admissionOf({
    places: 1,
    watcher: { shed: () => (shed += 1), admitted: () => undefined },
  });
  await leaveOf(asks(admission, 'ana', []));
  for (let at = 0; at < 3; at += 1) void asks(admission, 'ana', []);
  const refused = await asks(admission, 'ana', []);
  assert.ok(isAppError(refused, 'OVERLOADED'));
  assert.ok(refused.retryAfterMs! >= 250);
  assert.equal(refused.message, 'All are busy.');
  assert.equal(shed, 1);
});

test('a full queue makes room for a principal who waits less than another', async () => {
  const admission = admissionOf({ places: 1 });
  await leaveOf(asks(admission, 'noisy', []));
  const noisy = [1, 2, 3].map(() => asks(admission, 'noisy', []));
  const quiet = asks(admission, 'quiet', []);
  const refused = await noisy[2]!;
  assert.ok(isAppError(refused, 'OVERLOADED'));
  assert.equal(admission.stats().waiting, 3);
  const other = await asks(admission, 'noisy', []);
  assert.ok(isAppError(other, 'OVERLOADED'));
  void quiet;
});

test('the longer turns take and the more wait, the later a caller is asked back', async () => {
  mock.timers.enable({ apis: ['Date', 'setTimeout'] });
  try {
    const retryAfter = async (turnMs: number): Promise<number> => {
      const admission = admissionOf({ places: 1, maxWaiting: 0 });
      for (let at = 0; at < 40; at += 1) {
        const leave = await leaveOf(asks(admission, 'ana', []));
        mock.timers.tick(turnMs);
        leave();
      }
      await leaveOf(asks(admission, 'ana', []));
      return ((await asks(admission, 'ana', [])) as AppError).retryAfterMs!;
    };
    assert.ok((await retryAfter(10)) <= 500);
    const long = await retryAfter(4000);
    assert.ok(long >= 3000 && long <= 8000, String(long));
    assert.ok((await retryAfter(1_000_000)) <= 60_000);
  } finally {
    mock.timers.reset();
  }
});

test('whoever waits too long is turned away and takes no turn', async () => {
  mock.timers.enable({ apis: ['Date', 'setTimeout'] });
  try {
    const admission = admissionOf({ places: 1 });
    const leave = await leaveOf(asks(admission, 'ana', []));
    const late = asks(admission, 'ana', []);
    mock.timers.tick(DEADLINE_MS);
    assert.ok(isAppError(await late, 'OVERLOADED'));
    leave();
    assert.deepEqual(admission.stats(), { places: 1, inside: 0, waiting: 0 });
  } finally {
    mock.timers.reset();
  }
});

test('whoever goes away leaves the queue at once', async () => {
  const admission = admissionOf({ places: 1 });
  const leave = await leaveOf(asks(admission, 'ana', []));
  const going = new AbortController();
  const gone = asks(admission, 'ana', [], going.signal);
  const next = asks(admission, 'ana', []);
  going.abort();
  assert.ok(isAppError(await gone, 'QUERY_CANCELLED'));
  leave();
  await leaveOf(next);
  assert.ok(isAppError(await asks(admission, 'ana', [], going.signal), 'QUERY_CANCELLED'));
});

test('fewer places end no turn, more let the waiting in', async () => {
  const admission = admissionOf({ places: 3 });
  const order: string[] = [];
  const leaves = [];
  for (let at = 0; at < 3; at += 1) leaves.push(await leaveOf(asks(admission, 'ana', order)));
  admission.resize(1);
  const waiting = [1, 2].map(() => asks(admission, 'ana', order));
  leaves[0]!();
  leaves[1]!();
  await turn();
  assert.deepEqual(admission.stats(), { places: 1, inside: 1, waiting: 2 });
  admission.resize(3);
  await Promise.all(waiting.map(leaveOf));
  assert.equal(admission.stats().inside, 3);
});
