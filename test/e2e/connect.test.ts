// `askonce connect` as a desktop client runs it: a process on stdio, with the SDK's own client in either
// era of the protocol, before a server that is started, killed and replaced.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { after, before } from 'node:test';
import type { TestContext } from 'node:test';

import { Client, LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { ERAS, ROOT, call, startAskonce } from '../support/askonce.ts';
import type { Era } from '../support/askonce.ts';
import { freePort, serverPid } from '../support/started-server.ts';

const QUESTION = 'how many customers are there?';
const SQL = 'SELECT count(*) FROM customers';
const SLOW = 'SELECT count(*) FROM customers a CROSS JOIN customers b CROSS JOIN customers c';
const LARGE = "SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) AS n";
const MAX_BYTES = 10 * 1024 * 1024;
const LAUNCHER = join(ROOT, 'bin/askonce.mjs');

/** Built by the first server and used by all: the demo shop takes its time. */
let dataDir: string;

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'askonce-connect-'));
});
after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));

interface Settings {
  readonly env: Record<string, string>;
  readonly url: string;
}

async function settings(): Promise<Settings> {
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dataDir,
    ASKONCE_DATA_DIR: dataDir,
    PORT: String(port),
  };
  return { env, url: `http://127.0.0.1:${port}/mcp` };
}

async function openWindow(
  t: TestContext,
  { env }: Settings,
  era: Era,
  ...flags: readonly string[]
): Promise<Client> {
  const client = new Client(
    { name: 'askonce-tests', version: '1' },
    { versionNegotiation: era === '2026-07-28' ? { mode: 'auto' } : { mode: 'legacy' } },
  );
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [LAUNCHER, 'connect', ...flags],
      env,
      cwd: dataDir,
      stderr: 'ignore',
    }),
  );
  t.after(() => client.close().catch(() => undefined));
  return client;
}

test('windows that open at once share one server, which outlives them', async (t) => {
  const at = await settings();
  const [one, two] = await Promise.all(ERAS.map((era) => openWindow(t, at, era)));
  assert.ok(one && two);
  const pid = await serverPid(dataDir);
  t.after(() => process.kill(pid));
  const first = await call(one, 'query', { question: QUESTION, sql: SQL });
  assert.equal(first.source, 'database');
  const second = await call(two, 'ask', { question: QUESTION });
  assert.equal(second.source, 'memory');
  assert.deepEqual(second.rows, first.rows);
  await Promise.all([one.close(), two.close()]);
  const health = await fetch(new URL('/healthz', at.url));
  assert.deepEqual(await health.json(), { status: 'ok' });
  assert.deepEqual(await readdir(join(dataDir, 'logs')), ['serve.log'], 'one server was started');
});

test('a window that may restart the server has its own settings, and those that are open go on with it', async (t) => {
  const at = await settings();
  const [era] = ERAS;
  const tablesOf = async (client: Client): Promise<number> =>
    (await client.listResources()).resources.length - 1;
  const first = await openWindow(t, at, era!, '--restart');
  const pid = await serverPid(dataDir);
  assert.ok((await tablesOf(first)) > 1);

  const second = await openWindow(t, at, era!, '--restart');
  assert.ok((await tablesOf(second)) > 1);
  assert.equal(await serverPid(dataDir), pid, 'nothing has changed');

  const changed = { ...at, env: { ...at.env, ALLOWED_TABLES: 'customers' } };
  const without = await openWindow(t, changed, era!);
  assert.ok((await tablesOf(without)) > 1, 'not asked for');
  const third = await openWindow(t, changed, era!, '--restart');
  assert.equal(await tablesOf(third), 1);
  const successor = await serverPid(dataDir);
  t.after(() => process.kill(successor));
  assert.notEqual(successor, pid);
  assert.equal(await tablesOf(first), 1);
  assert.equal(await serverPid(dataDir), successor);
});

for (const era of ERAS) {
  test(`a window outlives its server (${era})`, async (t) => {
    const at = await settings();
    const server = await startAskonce(t, at.env);
    const client = await openWindow(t, at, era);
    assert.equal(client.getProtocolEra(), era === '2026-07-28' ? 'modern' : 'legacy');
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'ask'));
    const earlier = await call(client, 'query', { question: QUESTION, sql: SQL });

    const pending = client.callTool({
      name: 'query',
      arguments: { question: 'a slow one', sql: SLOW },
    });
    const broken = assert.rejects(pending, /went away/);
    await call(client, 'ask', { question: QUESTION });
    await server.stop('SIGKILL');
    await broken;

    const next = await startAskonce(t, at.env);
    const later = await call(client, 'ask', { question: QUESTION });
    assert.deepEqual(later.rows, earlier.rows);
    await next.stop();
  });

  test(`an answer at the limit of size comes through whole (${era})`, async (t) => {
    const at = await settings();
    const server = await startAskonce(t, at.env);
    const client = await openWindow(t, at, era);
    const limits = { max_rows: 20_000, max_bytes: MAX_BYTES };
    const answer = await call(client, 'query', { question: 'all of it', sql: LARGE, ...limits });
    assert.equal(answer.truncated, true);
    assert.equal(answer.rows.length, answer.row_count);
    assert.ok(answer.bytes > MAX_BYTES * 0.9 && answer.bytes <= MAX_BYTES);
    await server.stop();
  });
}

test('stdout carries the protocol and nothing else, whatever comes in', async (t) => {
  const at = await settings();
  const server = await startAskonce(t, at.env);
  const child = spawn(process.execPath, [LAUNCHER, 'connect', new URL(at.url).origin], {
    env: at.env,
    cwd: dataDir,
  });
  const initialize = {
    protocolVersion: LATEST_PROTOCOL_VERSION,
    capabilities: {},
    clientInfo: { name: 'askonce-tests', version: '1' },
  };
  child.stdin.end(
    [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      'not json',
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      { jsonrpc: '2.0', id: 3, method: 'no/such/method' },
    ]
      .map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
      .join(''),
  );
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
  for (const { jsonrpc } of answers) assert.equal(jsonrpc, '2.0');
  assert.deepEqual(
    new Map(answers.map(({ id, error }) => [id, error?.code])),
    new Map<unknown, unknown>([
      [null, -32700],
      [1, undefined],
      [2, undefined],
      [3, -32601],
    ]),
  );
  assert.match(stderr, /^askonce connect: Bridging stdio to /);
  assert.deepEqual(await exited, [0, null]);
  await server.stop();
});

interface Answer {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly error?: { readonly code: number };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the bridge while it waits for an answer`, async (t) => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    t.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const arrived = once(silent, 'connection');
    const { env } = await settings();
    const child = spawn(process.execPath, [LAUNCHER, 'connect', `http://127.0.0.1:${port}`], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n');
    await arrived;
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
}
