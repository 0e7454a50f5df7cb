// Starting a server, with a program in its place that does nothing but listen, or fails to.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { ask, openWindow } from './window.ts';

const SERVER = `
  import { appendFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  appendFileSync(process.env.STARTS, process.pid + '\\n');
  createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.setHeader('content-type', 'application/json');
    if (request.url === '/healthz') return response.end('{"status":"ok"}');
    const { id } = JSON.parse(body);
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { pid: process.pid } }), () => {
      if (String(id).startsWith('die')) process.exit();
    });
  }).listen(Number(process.env.PORT), process.env.HOST);
`;
const FAILING = `
  console.error('askonce: DB_POOL_MIN must be a number');
  process.exit(1);
`;

interface Place {
  readonly url: string;
  readonly root: string;
  readonly env: { readonly ASKONCE_DATA_DIR: string; readonly STARTS: string };
  /** The servers started so far. */
  pids(): Promise<number[]>;
}

async function place(t: TestContext, program: string): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'askonce-launch-'));
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'askonce.mjs'), program);
  const starts = join(root, 'starts');
  await writeFile(starts, '');
  const pids = async (): Promise<number[]> =>
    (await readFile(starts, 'utf8')).trim().split('\n').filter(Boolean).map(Number);
  t.after(async () => {
    for (const pid of await pids()) if (isRunning(pid)) process.kill(pid);
    await rm(root, { recursive: true, maxRetries: 5 });
  });
  const url = `http://127.0.0.1:${await freePort()}`;
  return { url, root, env: { ASKONCE_DATA_DIR: join(root, 'data'), STARTS: starts }, pids };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('windows that open at once share the one server that the first of them starts', async (t) => {
  const at = await place(t, SERVER);
  const windows = await Promise.all([1, 2, 3].map(() => openWindow(t, at)));
  for (const window of windows) window.send(ask(1), ask(2));
  const answers = await Promise.all(windows.map((window) => window.next()));
  const pids = await at.pids();
  assert.equal(pids.length, 1);
  for (const answer of answers)
    assert.equal(answer.result?.['pid'], pids[0], JSON.stringify(answer));
  for (const window of windows) assert.equal((await window.end()).code, 0);
  assert.ok(isRunning(pids[0]!), 'the server stays up for other windows');
  assert.deepEqual(await readdir(join(at.env.ASKONCE_DATA_DIR, 'logs')), ['serve.log']);
});

test('a server that died is started again for the next request', async (t) => {
  const at = await place(t, SERVER);
  const window = await openWindow(t, at);
  window.send(ask('die'));
  const first = await window.next();
  while (isRunning(Number(first.result?.['pid']))) await new Promise(setImmediate);
  window.send(ask(2));
  const second = await window.next();
  assert.deepEqual(await at.pids(), [first.result?.['pid'], second.result?.['pid']]);
});

test('a server that does not start is an error with its last words', async (t) => {
  const at = await place(t, FAILING);
  const window = await openWindow(t, at);
  window.send(ask(1));
  const { error } = await window.next();
  assert.match(error?.message ?? '', /did not start\. askonce: DB_POOL_MIN must be a number/);
  assert.match(window.log(), /DB_POOL_MIN must be a number/);
});

test('nothing is started for a server elsewhere', async (t) => {
  const at = await place(t, SERVER);
  const window = await openWindow(t, { ...at, url: at.url.replace('http:', 'https:') });
  window.send(ask(1));
  assert.match((await window.next()).error?.message ?? '', /^No server answers at https:/);
  assert.deepEqual(await at.pids(), []);
});
