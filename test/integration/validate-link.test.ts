import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { Client } from 'pg';

import { createRandom } from '../../src/lib/random.ts';
import { MAX_HELD_BYTES } from '../../src/validate/conditions/lane.ts';
import { openLink } from '../../src/validate/conditions/link.ts';
import type { Address, Link, LinkOptions } from '../../src/validate/conditions/link.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const CHUNK = 64 * 1024;

/** Says what it is given. */
const echo = (socket: Socket): void => void socket.pipe(socket);

async function listening(
  t: TestContext,
  serve: (socket: Socket) => void,
  path?: string,
): Promise<Address> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen(path ?? { port: 0, host: '127.0.0.1', backlog: 1000 });
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return path === undefined
    ? { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    : { path };
}

async function linkTo(t: TestContext, to: Address, options: Partial<LinkOptions> = {}) {
  const link = await openLink({ to, random: createRandom(1), ...options });
  t.after(() => link.close());
  return link;
}

async function joined(t: TestContext, { host, port }: Link): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** @returns what comes back, once it is all there. */
async function asked(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  let answer = '';
  while (answer.length < text.length) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    answer += chunk.toString();
  }
  return answer;
}

async function hashOf(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  socket.on('data', (chunk: Buffer) => hash.update(chunk));
  await once(socket, 'end');
  return hash.digest('hex');
}

const codeOf = async (socket: Socket): Promise<string | undefined> => {
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code;
};

const zeros = (bytes: number): Readable =>
  Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= CHUNK) yield Buffer.alloc(Math.min(CHUNK, left));
    })(),
  );

test('everything arrives in order, and an end that is half a close passes on', async (t) => {
  const to = await listening(t, (socket) => {
    void hashOf(socket).then((hash) => socket.end(hash));
  });
  const conditions = { latencyMs: 3, jitterMs: 5, lossRatio: 0.01 };
  const link = await linkTo(t, to, { conditions });
  const socket = await joined(t, link);
  const bytes = randomBytes(500_000);
  for (let at = 0; at < bytes.length; at += 7001) socket.write(bytes.subarray(at, at + 7001));
  socket.end();
  const [hash] = (await once(socket, 'data')) as [Buffer];
  assert.equal(hash.toString(), createHash('sha256').update(bytes).digest('hex'));
  assert.ok(link.counters().lostSegments > 0);
  await eventually('both ends are closed', () => link.counters().open === 0);
  const { connections, bytesUp, bytesDown, heldBytes } = link.counters();
  assert.deepEqual([connections, bytesUp, bytesDown, heldBytes], [1, bytes.length, 64, 0]);
});

test('each way takes its latency, and a new connection the round trip of its handshake', async (t) => {
  const link = await linkTo(t, await listening(t, echo), {
    conditions: { latencyMs: 20, down: { latencyMs: 30 } },
  });
  const since = performance.now();
  const socket = await joined(t, link);
  assert.equal(await asked(socket, 'one'), 'one');
  assert.ok(performance.now() - since >= 100);
  const again = performance.now();
  assert.equal(await asked(socket, 'two'), 'two');
  assert.ok(performance.now() - again >= 50);
  link.set({ latencyMs: 0.3 });
  const third = performance.now();
  assert.equal(await asked(socket, 'three'), 'three');
  assert.ok(performance.now() - third >= 0.6);
});

test('a line carries no more than it can, and a small answer is not behind all of a large one', async (t) => {
  const to = await listening(t, (socket) => {
    socket.once('data', (wanted) => void zeros(Number(String(wanted))).pipe(socket));
  });
  const link = await linkTo(t, to, { conditions: { bandwidthBytesPerSecond: 4_000_000 } });
  const [large, small] = [await joined(t, link), await joined(t, link)];
  const since = performance.now();
  large.write('2000000');
  await once(large, 'data');
  const order: string[] = [];
  const isDone = (socket: Socket, name: string) => hashOf(socket).then(() => void order.push(name));
  const both = [isDone(large, 'large'), isDone(small, 'small')];
  small.write('20000');
  small.end();
  large.end();
  await Promise.all(both);
  assert.deepEqual(order, ['small', 'large']);
  assert.ok(performance.now() - since >= 2_020_000 / 4000);
});

test('a reader that takes nothing stops the sender, with 1 MB on its way', async (t) => {
  const bytes = 50_000_000;
  let sent = 0;
  const to = await listening(t, (socket) => {
    const source = zeros(bytes);
    source.on('data', (chunk: Buffer) => (sent += chunk.length));
    void pipeline(source, socket).catch(() => undefined);
  });
  const link = await linkTo(t, to, { conditions: { latencyMs: 1 } });
  const socket = await joined(t, link);
  await eventually('it is full', () => link.counters().heldBytes >= MAX_HELD_BYTES);
  let most = 0;
  let taken = 0;
  assert.ok(sent < bytes);
  for await (const chunk of socket) {
    taken += (chunk as Buffer).length;
    most = Math.max(most, link.counters().heldBytes);
  }
  assert.equal(taken, bytes);
  assert.ok(most < MAX_HELD_BYTES + CHUNK, String(most));
});

/** A connection that has carried something both ways, and how its far end ends. */
async function talking(t: TestContext) {
  const atServer: Array<Promise<string | undefined>> = [];
  const to = await listening(t, (socket) => {
    atServer.push(codeOf(socket));
    echo(socket);
  });
  const link = await linkTo(t, to, { conditions: { latencyMs: 5 } });
  const socket = await joined(t, link);
  await asked(socket, 'hello');
  return { atServer, link, socket };
}

test('what is cut is reset at both ends, and who comes again is let in', async (t) => {
  const { atServer, link, socket } = await talking(t);
  const code = codeOf(socket);
  link.cut();
  assert.deepEqual([await code, await atServer[0]], ['ECONNRESET', 'ECONNRESET']);
  await eventually('none is open', () => link.counters().open === 0);
  assert.equal(await asked(await joined(t, link), 'again'), 'again');
});

test('a reset of one end reaches the other', async (t) => {
  const { atServer, link, socket } = await talking(t);
  socket.resetAndDestroy();
  assert.equal(await atServer[0], 'ECONNRESET');
  await eventually('none is open', () => link.counters().open === 0);
});

test('refused is who comes, not who is there; restored, it listens where it did, and leads elsewhere', async (t) => {
  const link = await linkTo(t, await listening(t, echo));
  const standing = await joined(t, link);
  assert.equal(await asked(standing, 'before'), 'before');
  link.refuse();
  assert.equal(await codeOf(connect(link.port, link.host)), 'ECONNREFUSED');
  assert.equal(await asked(standing, 'meanwhile'), 'meanwhile');
  await link.restore(await listening(t, (socket) => void socket.end('another')));
  const [answer] = (await once(await joined(t, link), 'data')) as [Buffer];
  assert.equal(answer.toString(), 'another');
  // While its end is under way.
  link.cut();
  await eventually('none is open', () => link.counters().open === 0);
});

test('where nothing listens behind it a client is reset', async (t) => {
  const link = await linkTo(t, { host: '127.0.0.1', port: 1 });
  assert.equal(await codeOf(await joined(t, link)), 'ECONNRESET');
  await eventually('none is open', () => link.counters().open === 0);
});

test('silence holds who is there, who comes is carried', async (t) => {
  const link = await linkTo(t, await listening(t, echo));
  const silent = await joined(t, link);
  assert.equal(await asked(silent, 'before'), 'before');
  link.silence();
  silent.on('data', () => assert.fail('it is not silent'));
  silent.write('lost');
  assert.equal(await asked(await joined(t, link), 'new'), 'new');
  assert.equal(silent.readyState, 'open');
});

test('with all lost nothing is carried until that is over', async (t) => {
  const link = await linkTo(t, await listening(t, echo));
  const socket = await joined(t, link);
  await asked(socket, 'before');
  link.set({ lossRatio: 1 });
  const answer = asked(socket, 'after');
  await eventually('it waits', () => link.counters().heldBytes === 5);
  assert.equal(link.counters().bytesUp, 6);
  link.set({});
  assert.equal(await answer, 'after');
});

test('two hundred connections at once are carried, each its own', async (t) => {
  const link = await linkTo(t, await listening(t, echo), {
    conditions: { latencyMs: 10, jitterMs: 5, bandwidthBytesPerSecond: 50_000_000 },
  });
  const sockets = await Promise.all(Array.from({ length: 200 }, () => joined(t, link)));
  const answers = await Promise.all(
    sockets.map((socket, at) => asked(socket, `${at} `.repeat(1000))),
  );
  assert.ok(answers.every((answer, at) => answer === `${at} `.repeat(1000)));
  const { connections, open, bytesUp, bytesDown } = link.counters();
  assert.deepEqual([connections, open, bytesUp], [200, 200, bytesDown]);
});

test('a Unix socket can stand behind it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-link-'));
  t.after(() => rm(folder, { recursive: true }));
  const link = await linkTo(t, await listening(t, echo, join(folder, 'socket')));
  const socket = await joined(t, link);
  assert.equal(await asked(socket, 'hello'), 'hello');
  const code = codeOf(socket);
  link.cut();
  assert.equal(await code, 'ECONNRESET');
});

test('PostgreSQL is asked over a bad network, and its restart is told to its client', async (t) => {
  const { url } = await freshDatabase(t);
  const { hostname, port } = new URL(url);
  const link = await linkTo(
    t,
    { host: hostname, port: Number(port) },
    { conditions: { latencyMs: 2, jitterMs: 2, lossRatio: 0.02 } },
  );
  const through = new URL(url);
  through.hostname = link.host;
  through.port = String(link.port);
  const client = new Client({ connectionString: through.href });
  client.on('error', () => undefined);
  const isOver = new Promise<void>((resolve) => void client.once('end', resolve));
  await client.connect();
  const since = performance.now();
  const { rows } = await client.query<{ i: number; s: string }>(
    `select i, repeat('x', 100) as s from generate_series(1, 5000) i`,
  );
  assert.ok(performance.now() - since >= 4);
  assert.deepEqual([rows.length, rows.at(-1)?.i], [5000, 5000]);
  link.refuse();
  link.cut();
  await isOver;
  await assert.rejects(new Client({ connectionString: through.href }).connect(), {
    code: 'ECONNREFUSED',
  });
  await link.restore();
  const again = new Client({ connectionString: through.href });
  await again.connect();
  await again.end();
});
