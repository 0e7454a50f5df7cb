// The bridge between a window and a peer that misbehaves in every way a server can.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import {
  INITIALIZE,
  INITIALIZED,
  acknowledge,
  ask,
  openWindow,
  refuse,
  reply,
  startPeer,
} from './window.ts';
import type { Received } from './window.ts';

const VERSION = '2025-11-25';

/** A session-based server that forgets its sessions when told to. */
function sessions(answer: (received: Received) => void) {
  const state = { current: 1, inits: 0 };
  const handle = (received: Received): void => {
    const { message, request } = received;
    const id = request.headers['mcp-session-id'];
    if (message?.method === 'initialize') {
      state.inits += 1;
      reply(received, { protocolVersion: VERSION }, { 'mcp-session-id': `s${state.current}` });
    } else if (id !== `s${state.current}`) {
      refuse(received, 404, { code: -32001, message: 'gone', data: { code: 'SESSION_UNKNOWN' } });
    } else if (message?.id === undefined) {
      acknowledge(received);
    } else {
      assert.equal(request.headers['mcp-protocol-version'], VERSION);
      answer(received);
    }
  };
  return { state, handle };
}

test('requests are answered concurrently, each when it is ready', async (t) => {
  const waiting: Received[] = [];
  const peer = await startPeer(t, (received) => {
    waiting.unshift(received);
    if (waiting.length === 2) for (const one of waiting) reply(one, { for: one.message?.id });
  });
  const window = await openWindow(t, peer);
  window.send(ask(1), ask('two'));
  const answers = [await window.next(), await window.next()];
  assert.deepEqual(
    new Map(answers.map(({ id, result }) => [id, result])),
    new Map<unknown, unknown>([
      ['two', { for: 'two' }],
      [1, { for: 1 }],
    ]),
  );
});

test('what is sent behind initialize waits for the session that it opens', async (t) => {
  const { handle } = sessions((received) => reply(received, {}));
  const peer = await startPeer(t, handle);
  const window = await openWindow(t, peer);
  window.send(INITIALIZE, INITIALIZED, ask(1));
  assert.equal((await window.next()).id, 0);
  assert.deepEqual((await window.next()).result, {});
});

test('a cancelled request is ended at the server and not answered', async (t) => {
  let received: (one: Received) => void = () => undefined;
  const arrived = new Promise<Received>((resolve) => (received = resolve));
  const peer = await startPeer(t, (one) => {
    if (one.message?.params?.['name'] === 'slow') received(one);
    else reply(one, {});
  });
  const window = await openWindow(t, peer);
  window.send(ask(1, 'slow'));
  const { response } = await arrived;
  const ended = once(response, 'close');
  window.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  await ended;
  window.send(ask(2));
  assert.equal((await window.next()).id, 2);
  assert.deepEqual(await window.end(), { code: 0, rest: [] });
});

test('a cancellation is passed on where there is a session', async (t) => {
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const { handle } = sessions(() => arrive());
  const peer = await startPeer(t, handle);
  const window = await openWindow(t, peer);
  window.send(INITIALIZE, ask(1));
  await window.next();
  await arrived;
  window.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  await window.end();
  assert.ok(peer.received.includes('notifications/cancelled'));
});

test('a server that dies in the middle is an error, and the next one is spoken to', async (t) => {
  const first = sessions(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"jsonrpc":"2.0",', () => response.destroy());
  });
  const dying = await startPeer(t, first.handle);
  const window = await openWindow(t, { url: dying.url });
  window.send(INITIALIZE, INITIALIZED, ask(1), ask(2));
  assert.equal((await window.next()).id, 0);
  for (const answer of [await window.next(), await window.next()]) {
    assert.equal(answer.error?.data?.code, 'SERVER_GONE');
  }
  await dying.close();

  const second = sessions((received) => reply(received, { alive: true }));
  second.state.current = 2;
  await startPeer(t, second.handle, dying.port);
  window.send(ask(3), ask(4));
  for (const answer of [await window.next(), await window.next()]) {
    assert.deepEqual(answer.result, { alive: true });
  }
  assert.equal(second.state.inits, 1);
});

test('a session that cannot be opened again is told, once', async (t) => {
  let isClosed = false;
  const peer = await startPeer(t, (received) => {
    if (isClosed) refuse(received, 404, { code: -32001, message: 'gone' });
    else reply(received, { protocolVersion: VERSION }, { 'mcp-session-id': 'one' });
  });
  const window = await openWindow(t, peer);
  window.send(INITIALIZE);
  await window.next();
  isClosed = true;
  window.send(ask(1));
  assert.deepEqual(await window.next(), {
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32001, message: 'gone' },
  });
});

test('an overloaded server is passed on in its own words', async (t) => {
  const error = { code: -32000, message: 'Busy.', data: { code: 'OVERLOADED', retry_after_ms: 9 } };
  const peer = await startPeer(t, (received) => refuse(received, 503, error));
  const window = await openWindow(t, peer);
  window.send(ask(1));
  assert.deepEqual(await window.next(), { jsonrpc: '2.0', id: 1, error });
});

const FOREIGN: ReadonlyArray<readonly [string, number, string]> = [
  ['a web page', 200, 'text/html'],
  ['a web page that says not found', 404, 'text/html'],
  ['JSON that is no answer', 200, 'application/json'],
  ['nothing', 202, 'application/json'],
];

for (const [what, status, type] of FOREIGN) {
  test(`a request that is answered with ${what} is an error, never a hang`, async (t) => {
    const peer = await startPeer(t, ({ response }) => {
      response.writeHead(status, { 'content-type': type }).end('{}');
    });
    const window = await openWindow(t, peer);
    window.send(ask(1));
    assert.match((await window.next()).error?.message ?? '', /server (answered with|went away)/);
  });
}

test('an answer on a stream comes after the progress that it reports', async (t) => {
  const peer = await startPeer(t, ({ message, response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } };
    const answer = { jsonrpc: '2.0', id: message?.id, result: {} };
    for (const event of [progress, answer]) response.write(`data: ${JSON.stringify(event)}\n\n`);
    response.end();
  });
  const window = await openWindow(t, peer);
  window.send(ask(1));
  assert.equal((await window.next()).method, 'notifications/progress');
  assert.deepEqual((await window.next()).result, {});
});

test('a stream that ends without an answer is an error', async (t) => {
  const peer = await startPeer(t, ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
  });
  const window = await openWindow(t, peer);
  window.send(ask(1));
  assert.equal((await window.next()).error?.data?.code, 'SERVER_GONE');
});

test('the headers of the stateless revision are made from the message', async (t) => {
  let headers: Received['request']['headers'] = {};
  const peer = await startPeer(t, (received) => {
    headers = received.request.headers;
    reply(received, {});
  });
  const window = await openWindow(t, { url: peer.url, env: { MCP_AUTH_TOKEN: 'a-token' } });
  const request = ask(1, 'query');
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  window.send({ ...request, params: { ...request.params, _meta } });
  await window.next();
  assert.equal(headers['mcp-protocol-version'], '2026-07-28');
  assert.equal(headers['mcp-method'], 'tools/call');
  assert.equal(headers['mcp-name'], 'query');
  assert.equal(headers.authorization, 'Bearer a-token');
});

test('lines that are no message are answered as such and the bridge lives', async (t) => {
  const peer = await startPeer(t, (received) => reply(received, {}));
  const window = await openWindow(t, peer);
  window.send('{"jsonrpc":', '[]', '{"id":7}', `"${'x'.repeat(5_000_000)}"`);
  const codes: unknown[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { id, error } = await window.next();
    codes.push([id, error?.code]);
  }
  assert.deepEqual(codes, [
    [null, -32700],
    [null, -32600],
    [7, -32600],
    [null, -32600],
  ]);
  window.send(ask(1));
  assert.deepEqual((await window.next()).result, {});
});

test('an id in flight and more than a hundred requests are refused at once', async (t) => {
  const peer = await startPeer(t, () => undefined);
  const window = await openWindow(t, peer);
  window.send(ask(1), ask(1));
  assert.equal((await window.next()).error?.code, -32600);
  window.send(...Array.from({ length: 100 }, (_, n) => ask(n + 2)));
  const refused = await window.next();
  assert.equal(refused.id, 101);
  assert.equal(refused.error?.data?.code, 'OVERLOADED');
});

test('when stdin closes what is in flight is answered and the session ended', async (t) => {
  let arrive: (one: Received) => void = () => undefined;
  const arrived = new Promise<Received>((resolve) => (arrive = resolve));
  const { handle } = sessions(arrive);
  const peer = await startPeer(t, handle);
  const window = await openWindow(t, peer);
  window.send(INITIALIZE, ask(1));
  await window.next();
  const request = await arrived;
  const ended = window.end();
  reply(request, { late: true });
  const { code, rest } = await ended;
  assert.equal(code, 0);
  assert.deepEqual(rest, [{ jsonrpc: '2.0', id: 1, result: { late: true } }]);
  assert.equal(peer.received.at(-1), 'DELETE');
});

test('the bridge ends quietly when nobody reads its answers', async (t) => {
  const peer = await startPeer(t, (received) => reply(received, {}));
  const window = await openWindow(t, peer);
  window.send(ask(1));
  await window.next();
  window.stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  assert.equal(await window.exited, 0);
});

test('an answer of 10 MB passes unchanged', async (t) => {
  const rows = Array.from({ length: 10_000 }, (_, n) => `${n}:${'ü'.repeat(500)}`);
  const peer = await startPeer(t, (received) => reply(received, { rows }));
  const window = await openWindow(t, peer);
  window.send(ask(1));
  assert.deepEqual((await window.next()).result, { rows });
});

test('settings of this environment that a running server does not hear of are warned about', async (t) => {
  const peer = await startPeer(t, ({ response }) => response.end('{"status":"ok"}'));
  const env = { DATABASE_URL: 'postgres://a:s3cret@h/d', PORT: String(peer.port), PATH: 'x' };
  const window = await openWindow(t, { url: peer.url, env });
  while (!window.log().includes('WARNING')) await new Promise(setImmediate);
  assert.match(
    window.log(),
    /already runs there.*\(DATABASE_URL\) does not.*set PORT and ASKONCE_DATA_DIR/,
  );
  assert.doesNotMatch(window.log(), /s3cret/);
  await window.end();
});

test('nothing is warned of where no setting is given, or where no server runs yet', async (t) => {
  const peer = await startPeer(t, ({ response }) => response.end('{"status":"ok"}'));
  const plain = await openWindow(t, { url: peer.url, env: { PORT: '3000', PATH: 'x' } });
  await plain.end();
  await peer.close();
  const first = await openWindow(t, { url: peer.url, env: { DATABASE_URL: 'postgres://h/d' } });
  await first.end();
  for (const window of [plain, first]) assert.doesNotMatch(window.log(), /WARNING/);
  assert.deepEqual(peer.received, []);
});
