import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { McpServer } from '@modelcontextprotocol/server';

import { isAppError } from '../../../src/errors.ts';
import { createSessionPool } from '../../../src/http/session-pool.ts';
import type { SessionPool, SessionPoolOptions } from '../../../src/http/session-pool.ts';

const ANA = { principal: 'ana' };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function poolOf(given: Partial<SessionPoolOptions> = {}): SessionPool {
  return createSessionPool({
    create: () => ({}) as McpServer,
    min: 10,
    max: 40,
    maxQueue: 2,
    now: Date.now,
    ...given,
  });
}

async function lease(pool: SessionPool, count: number) {
  return await Promise.all(Array.from({ length: count }, () => pool.lease(ANA)));
}

test('sessions are built before they are asked for', () => {
  assert.deepEqual(poolOf().stats(), { leased: 0, total: 10, waiting: 0 });
});

test('above four fifths of what there is more are built, behind the request', async () => {
  const pool = poolOf();
  await lease(pool, 8);
  await turn();
  assert.equal(pool.stats().total, 10);
  await lease(pool, 1);
  await turn();
  assert.equal(pool.stats().total, 13);
});

test('a burst is served at once up to the bound, then callers wait, then are turned away', async () => {
  const pool = poolOf();
  const leases = await lease(pool, 40);
  assert.equal(new Set(leases.map(({ session }) => session)).size, 40);
  const waiting = [pool.lease(ANA), pool.lease(ANA)];
  await assert.rejects(pool.lease(ANA), (error) => isAppError(error, 'OVERLOADED'));
  leases[0]!.release();
  leases[1]!.release();
  await Promise.all(waiting);
  assert.deepEqual(pool.stats(), { leased: 40, total: 40, waiting: 0 });
});

test('what a quiet time has not needed is dropped, down to what is kept', async () => {
  const pool = poolOf();
  for (const { release } of await lease(pool, 32)) release();
  await turn();
  pool.shrink();
  assert.ok(pool.stats().total >= 40, 'the burst was just now');
  const few = await lease(pool, 12);
  pool.shrink();
  assert.equal(pool.stats().total, 15, 'as many as keep twelve below four fifths');
  for (const { release } of few) release();
  pool.shrink();
  pool.shrink();
  assert.equal(pool.stats().total, 10);
});

test('a conversation gets the session that it had last, if that is free', async () => {
  const pool = poolOf();
  const [first, second] = await lease(pool, 2);
  first!.release();
  second!.release();
  const again = await pool.lease(ANA, first!.id);
  assert.equal(again.session, first!.session);
  const other = await pool.lease(ANA, first!.id);
  assert.notEqual(other.session, first!.session);
});

test('a lower limit holds for those who come next', async () => {
  const pool = poolOf();
  const leases = await lease(pool, 5);
  pool.limit(3);
  const next = pool.lease(ANA);
  leases[0]!.release();
  leases[1]!.release();
  await turn();
  assert.equal(pool.stats().waiting, 1);
  leases[2]!.release();
  await next;
});
