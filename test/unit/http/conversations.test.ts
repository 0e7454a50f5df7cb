import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { JSONRPCRequest } from '@modelcontextprotocol/server';

import { isAppError } from '../../../src/errors.ts';
import { createConversations } from '../../../src/http/conversations.ts';

const IDLE_MS = 1000;

function initializeOf(clientInfo: object, capabilities: object = {}): JSONRPCRequest {
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  return { jsonrpc: '2.0', id: 1, method: 'initialize', params };
}

const INITIALIZE = initializeOf({ name: 'agent', version: '1' });
const IDLE = { cancel: () => undefined, hear: () => false };

function registryOf(max = 3, share = 1) {
  const clock = { now: 0 };
  const conversations = createConversations({ max, share, idleMs: IDLE_MS, now: () => clock.now });
  return { clock, conversations };
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

test('a conversation is its principal’s alone', () => {
  const { conversations } = registryOf();
  const { id } = conversations.open('ana', INITIALIZE);
  assert.equal(conversations.require(id, 'ana').id, id);
  for (const [other, name] of [
    [id, 'bob'],
    ['no-such-id', 'ana'],
  ] as const)
    assert.throws(
      () => conversations.require(other, name),
      (error) => isAppError(error, 'SESSION_UNKNOWN'),
    );
  assert.throws(
    () => conversations.require(undefined, 'ana'),
    (error) => isAppError(error, 'SESSION_MISSING'),
  );
});

test('one principal leaves room for others', () => {
  const { conversations } = registryOf(4, 0.75);
  const opened = [1, 2, 3].map(() => conversations.open('ana', INITIALIZE));
  const more = (): unknown => conversations.open('ana', INITIALIZE);
  assert.throws(more, (error) => isAppError(error, 'OVERLOADED'));
  conversations.open('bob', INITIALIZE);
  for (const { id } of opened) {
    conversations.require(id, 'ana');
    conversations.close(id);
  }
  conversations.close(opened[0]!.id);
  for (let times = 0; times < 3; times += 1) conversations.open('ana', INITIALIZE);
  assert.throws(more, (error) => isAppError(error, 'OVERLOADED'));
});

test('whoever opens one after the other and ends none makes room for himself, for nobody else', () => {
  const { conversations, clock } = registryOf(2);
  const [idle, busy] = [1, 2].map(() => conversations.open('ana', INITIALIZE));
  busy!.inFlight.add({ requestId: 1, ...IDLE });
  clock.now = 61_000;
  conversations.require(busy!.id, 'ana');
  const [{ inFlight }] = [conversations.open('ana', INITIALIZE)];
  inFlight.add({ requestId: 1, ...IDLE });
  assert.throws(() => conversations.require(idle!.id, 'ana'));
  const more = (): unknown => conversations.open('bob', INITIALIZE);
  assert.throws(more, (error) => isAppError(error, 'OVERLOADED'));
});

test('what is idle for long ends by itself, what is in flight or used does not', () => {
  const { conversations, clock } = registryOf();
  const [idle, busy, used] = ['a', 'b', 'c'].map((name) => conversations.open(name, INITIALIZE));
  busy!.inFlight.add({ requestId: 1, ...IDLE });
  clock.now = IDLE_MS - 1;
  conversations.require(used!.id, 'c');
  clock.now = IDLE_MS + 1;
  conversations.sweep();
  assert.equal(conversations.size, 2);
  assert.throws(() => conversations.require(idle!.id, 'a'));
});

test('more than the bound are refused with a time to wait', () => {
  const { conversations } = registryOf(2);
  conversations.open('a', INITIALIZE);
  conversations.open('b', INITIALIZE);
  assert.throws(
    () => conversations.open('c', INITIALIZE),
    (error) => isAppError(error, 'OVERLOADED') && error.retryAfterMs! > 0,
  );
});

test('of an initialize request the name, the version and the capabilities are kept, within bounds', () => {
  const { conversations } = registryOf();
  const icons = [{ src: `data:image/png;base64,${'A'.repeat(100_000)}` }];
  const wordy = initializeOf({ name: 'agent', version: '1', icons }, { sampling: {} });
  assert.deepEqual(conversations.open('ana', wordy).initialize.params, {
    protocolVersion: '2025-11-25',
    capabilities: { sampling: {} },
    clientInfo: { name: 'agent', version: '1' },
  });
  const endless = initializeOf({ name: 'x'.repeat(100_000), version: '1' });
  assert.throws(
    () => conversations.open('ana', endless),
    (error) => isAppError(error, 'INPUT_INVALID'),
  );
  assert.equal(conversations.size, 1);
});

test('ten thousand conversations of fifty turns are light, and leave nothing behind', () => {
  const { conversations, clock } = registryOf(10_000);
  const before = heapBytes();
  const ids = Array.from({ length: 10_000 }, () => conversations.open('ana', INITIALIZE).id);
  const opened = heapBytes();
  for (let turn = 0; turn < 50; turn += 1) {
    for (const id of ids) {
      const conversation = conversations.require(id, 'ana');
      const entry = { requestId: turn, cancel: () => conversation.id, hear: () => false };
      conversation.inFlight.add(entry);
      conversation.inFlight.delete(entry);
    }
  }
  const used = heapBytes();
  clock.now += IDLE_MS + 1;
  conversations.sweep();
  ids.length = 0;
  const after = heapBytes();
  const megabytes = (bytes: number): number => bytes / 1e6;
  assert.equal(conversations.size, 0);
  assert.ok(megabytes(opened - before) < 20, `${megabytes(opened - before)} MB`);
  assert.ok(megabytes(used - opened) < 3, `${megabytes(used - opened)} MB more`);
  assert.ok(megabytes(after - before) < 3, `${megabytes(after - before)} MB left`);
});
