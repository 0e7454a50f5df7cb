import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { JSONRPCRequest } from '@modelcontextprotocol/server';

import { isAppError } from '../../../src/errors.ts';
import { createConversationIds } from '../../../src/http/conversation-ids.ts';
import { createConversationNews } from '../../../src/http/conversation-news.ts';
import type { Channel } from '../../../src/http/conversation-news.ts';
import { createConversations } from '../../../src/http/conversations.ts';

const IDLE_MS = 1000;

function initializeOf(clientInfo: object, capabilities: object = {}): JSONRPCRequest {
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  return { jsonrpc: '2.0', id: 1, method: 'initialize', params };
}

const INITIALIZE = initializeOf({ name: 'agent', version: '1' });
const IDS = createConversationIds(Buffer.alloc(32, 1));
const IDLE = { cancel: () => undefined, hear: () => false };

function registryOf(max = 3, share = 1) {
  const clock = { now: 0 };
  const now = (): number => clock.now;
  const conversations = createConversations({ max, share, idleMs: IDLE_MS, ids: IDS, now });
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
  for (const { id, name } of opened) {
    conversations.require(id, 'ana');
    conversations.close(name);
  }
  conversations.close(opened[0]!.name);
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
  assert.equal(conversations.find(idle!.name), undefined);
  const more = (): unknown => conversations.open('bob', INITIALIZE);
  assert.throws(more, (error) => isAppError(error, 'OVERLOADED'));
});

test('the record of what is idle for long is dropped, what is in flight or used is kept', () => {
  const { conversations, clock } = registryOf();
  const [idle, busy, used] = ['a', 'b', 'c'].map((name) => conversations.open(name, INITIALIZE));
  busy!.inFlight.add({ requestId: 1, ...IDLE });
  clock.now = IDLE_MS - 1;
  conversations.require(used!.id, 'c');
  clock.now = IDLE_MS + 1;
  conversations.sweep();
  assert.equal(conversations.size, 2);
  assert.equal(conversations.find(idle!.name), undefined);
  assert.deepEqual(conversations.require(idle!.id, 'a').initialize, INITIALIZE);
  assert.equal(conversations.size, 3);
});

test('a conversation that another replica has opened is taken up from its id, by its principal alone', () => {
  const [here, there] = [registryOf(), registryOf(1)].map(({ conversations }) => conversations);
  const opened = here!.open('ana', INITIALIZE);
  for (const forged of [
    opened.name,
    `${opened.id}A`,
    opened.id.replace(/\.[\w-]{4}/, '.AAAA'),
    createConversationIds(Buffer.alloc(32, 2)).issue('ana', INITIALIZE),
  ])
    assert.throws(
      () => there!.require(forged, 'ana'),
      (error) => isAppError(error, 'SESSION_UNKNOWN'),
      forged,
    );
  assert.throws(
    () => there!.require(opened.id, 'bob'),
    (error) => isAppError(error, 'SESSION_UNKNOWN'),
  );
  const taken = there!.require(opened.id, 'ana');
  assert.deepEqual(taken, { ...opened, inFlight: new Set() });
  assert.equal(there!.require(opened.id, 'ana'), taken);
  assert.equal(there!.size, 1);
  assert.throws(
    () => there!.require(here!.open('ana', INITIALIZE).id, 'ana'),
    (error) => isAppError(error, 'OVERLOADED'),
  );
});

test('whoever says very much at the start belongs to the replica that heard it', () => {
  const [here, there] = [registryOf(), registryOf()].map(({ conversations }) => conversations);
  const { id } = here!.open('ana', initializeOf({ name: 'x'.repeat(5000), version: '1' }));
  assert.equal(id.length, 36);
  assert.equal(here!.require(id, 'ana').id, id);
  assert.throws(
    () => there!.require(id, 'ana'),
    (error) => isAppError(error, 'SESSION_UNKNOWN'),
  );
});

test('what one replica hears of a conversation holds at the others', () => {
  const told = new EventEmitter();
  const replicaOf = () => {
    const { conversations } = registryOf();
    const channel: Channel = {
      tell: async (kind, ...words) => void told.emit(kind, ...words),
      on: (kind, hear) => void told.on(kind, hear),
    };
    return { conversations, news: createConversationNews(channel, conversations) };
  };
  const [here, there] = [replicaOf(), replicaOf()];
  const { id, name } = here.conversations.open('ana', INITIALIZE);
  const cancelled: unknown[] = [];
  for (const requestId of [1, '1', 'a b']) {
    const cancel = (): unknown => cancelled.push(requestId);
    here.conversations.find(name)!.inFlight.add({ ...IDLE, requestId, cancel });
  }
  there.news.cancelled(name, '1');
  there.news.cancelled(name, 'a b');
  there.news.cancelled(name, 'c'.repeat(10_000));
  there.news.cancelled('unknown', 1);
  assert.deepEqual(cancelled, ['1', 'a b']);

  here.news.level(name, 'info');
  assert.equal(there.conversations.require(id, 'ana').log.level, 'info');
  here.news.level(name, 'error');
  assert.equal(there.conversations.require(id, 'ana').log.level, 'error');

  there.conversations.close(name);
  there.news.ended(name);
  assert.deepEqual(cancelled, ['1', 'a b', 1, '1', 'a b']);
  for (const { conversations } of [here, there])
    assert.throws(
      () => conversations.require(id, 'ana'),
      (error) => isAppError(error, 'SESSION_UNKNOWN'),
    );
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
