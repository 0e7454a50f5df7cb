// Owns a desktop window as the bridge sees it: lines in, lines out, both in this process. And the peer on
// the other side, a bare HTTP server that answers as each test tells it, faults included.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

import { runConnect } from '../../../src/connect/bridge.ts';

export interface Answer {
  readonly jsonrpc: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: { code?: string } };
}

export interface Window {
  send(...lines: ReadonlyArray<object | string>): void;
  /** The next line that the client reads. */
  next(): Promise<Answer>;
  /** Closes stdin; resolves with the exit code and what was written after the last line read. */
  end(): Promise<{ code: number; rest: Answer[] }>;
  readonly stdout: PassThrough;
  readonly exited: Promise<number>;
  log(): string;
}

export interface WindowOptions {
  readonly url: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: string;
}

export async function openWindow(t: TestContext, options: WindowOptions): Promise<Window> {
  const dataDir = options.env?.['ASKONCE_DATA_DIR'] ?? (await temporaryFolder(t));
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let log = '';
  stderr.on('data', (data: Buffer) => (log += data.toString()));
  const exited = runConnect({
    args: [options.url],
    version: '0',
    env: { ...options.env, ASKONCE_DATA_DIR: dataDir },
    settings: ['PORT', 'DATABASE_URL', 'MAX_ROWS'],
    root: options.root ?? dataDir,
    stdin,
    stdout,
    stderr,
  });
  t.after(async () => {
    stdin.end();
    stdout.destroy(new Error('the test is over'));
    await exited;
  });
  const lines = readAnswers(stdout);
  return {
    stdout,
    exited,
    log: () => log,
    send(...messages) {
      for (const line of messages) {
        stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
      }
    },
    async next() {
      const { value } = await lines.next();
      assert.ok(value, `the bridge has ended; it said: ${log}`);
      return value;
    },
    async end() {
      stdin.end();
      const code = await exited;
      stdout.end();
      const rest: Answer[] = [];
      for await (const line of lines) rest.push(line);
      return { code, rest };
    },
  };
}

async function* readAnswers(stdout: PassThrough): AsyncGenerator<Answer> {
  let buffered = '';
  for await (const chunk of stdout) {
    buffered += String(chunk);
    const lines = buffered.split('\n');
    buffered = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Answer;
  }
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'askonce-connect-'));
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

export interface Message {
  readonly id?: string | number;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

export interface Received {
  /** Absent where the request has no body. */
  readonly message?: Message;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Peer {
  readonly url: string;
  readonly port: number;
  /** In order: the method of a message, else that of HTTP. */
  readonly received: string[];
  close(): Promise<void>;
}

export async function startPeer(
  t: TestContext,
  answer: (received: Received) => void,
  port = 0,
): Promise<Peer> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const message = body === '' ? undefined : (JSON.parse(body) as Message);
      received.push(message?.method ?? request.method ?? '');
      answer({ request, response, ...(message && { message }) });
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  const { port: taken } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${taken}/mcp`, port: taken, received, close };
}

export function reply(
  received: Received,
  result: object,
  headers: Record<string, string> = {},
): void {
  const { message, response } = received;
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message?.id, result }));
}

export function refuse(received: Received, status: number, error: object): void {
  received.response.writeHead(status, { 'content-type': 'application/json' });
  received.response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
}

/** Everything but requests: what a server without streams says to it. */
export function acknowledge({ request, response }: Received): void {
  if (request.method === 'GET') response.writeHead(405).end();
  else response.writeHead(202).end();
}

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'askonce-tests', version: '1' },
  },
};
export const INITIALIZED = { jsonrpc: '2.0', method: 'notifications/initialized' };

export function ask(id: string | number, name = 'any'): Message & { jsonrpc: string } {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } };
}
