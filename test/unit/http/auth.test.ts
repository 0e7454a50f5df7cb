// Bearer tokens, in the clear and hashed, and how often a principal may call.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createAuthenticate } from '../../../src/http/auth.ts';
import { createRateLimit } from '../../../src/http/rate-limit.ts';
import { AS_LOGIN } from '../../../src/db/identity.ts';

const ALICE = { name: 'alice', role: 'admin', identity: AS_LOGIN } as const;
const BOB = { name: 'oauth:bob', role: 'user', identity: AS_LOGIN } as const;
const SECRET = 'a-token-of-some-length';
const HASH = `sha256-${createHash('sha256').update(SECRET).digest('hex')}`;

test('a hashed token lets in who has the token, and not who has read the hash', () => {
  const authenticate = createAuthenticate({
    tokens: [{ token: HASH, principal: ALICE }],
  });
  assert.deepEqual(authenticate(`Bearer ${SECRET}`), ALICE);
  assert.deepEqual(authenticate(`bearer ${SECRET}`), ALICE);
  for (const given of [
    undefined,
    '',
    'Bearer',
    `Bearer ${HASH}`,
    `Basic ${SECRET}`,
    `Bearer ${SECRET}x`,
  ])
    assert.throws(
      () => authenticate(given),
      (error) => isAppError(error, 'UNAUTHENTICATED'),
    );
});

test('what is no token of the settings is asked about, nothing else is', async () => {
  const asked: string[] = [];
  const authenticate = createAuthenticate({
    tokens: [{ token: SECRET, principal: ALICE }],
    verify: (token) => {
      asked.push(token);
      return Promise.resolve(token === 'known' ? BOB : null);
    },
  });
  assert.equal((await authenticate(`Bearer ${SECRET}`)).name, 'alice');
  assert.equal((await authenticate('Bearer known')).name, 'oauth:bob');
  await assert.rejects(async () => await authenticate('Bearer other'));
  await assert.rejects(async () => await authenticate(undefined));
  assert.deepEqual(asked, ['known', 'other']);
});

test('a principal that calls too often is told when to come again, and others are not', () => {
  const clock = { now: 0 };
  const limit = createRateLimit(60, () => clock.now);
  for (let call = 0; call < 15; call += 1) limit.take('alice');
  assert.throws(
    () => limit.take('alice'),
    (error) => isAppError(error, 'RATE_LIMITED') && error.retryAfterMs === 1000,
  );
  limit.take('bob');
  clock.now += 1000;
  limit.take('alice');
  assert.throws(() => limit.take('alice'));
  clock.now += 60_000;
  for (let call = 0; call < 15; call += 1) limit.take('alice');
});

test('over a minute a principal gets what it may, whenever it calls', () => {
  const clock = { now: 0 };
  const limit = createRateLimit(100, () => clock.now);
  let taken = 0;
  for (; clock.now < 600_000; clock.now += 50) {
    try {
      limit.take('alice');
      taken += 1;
    } catch {
      // Too soon.
    }
  }
  assert.ok(taken >= 1000 && taken <= 1030, `${taken}`);
});

test('without a limit nobody is counted', () => {
  const limit = createRateLimit(0, () => 0);
  for (let call = 0; call < 1000; call += 1) limit.take('alice');
});
