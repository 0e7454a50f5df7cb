// Owns askonce as a process for the end-to-end tests: started as users start it, on a free port, and
// talked to with the real SDK client in either era of the protocol.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = 'dist/src/main.js';
const SERVE = [MAIN, 'serve'];
const READY = /askonce is ready at (\S+)/;

export interface Askonce {
  readonly url: string;
  readonly origin: string;
  readonly pid: number;
  /** Everything written to stderr so far. */
  log(): string;
  /** Resolves with the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

export type Environment = Readonly<Record<string, string>>;

/** A folder for the embedded databases that is removed after the test. */
export async function temporaryDataDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'askonce-e2e-'));
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

export interface StartOptions {
  /** Signals reach its engines too, at the same moment. */
  readonly ownGroup?: boolean;
  /** A program that serves it, from the root of the package, and its arguments. */
  readonly program?: readonly string[];
}

export async function startAskonce(
  t: TestContext,
  env: Environment,
  { ownGroup = false, program = SERVE }: StartOptions = {},
): Promise<Askonce> {
  const { child, log, exited } = launch(env, program, ownGroup);
  let stopped: Promise<number | string> | undefined;
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> => {
    const isGone = child.exitCode !== null || child.signalCode !== null;
    stopped ??= exited;
    if (ownGroup && !isGone) process.kill(-child.pid!, signal);
    else child.kill(signal);
    return stopped;
  };
  t.after(() => stop('SIGKILL'));
  const url = await new Promise<string>((resolve, reject) => {
    // Not longer than it must: many calls make a log that nobody can search again for each line.
    const look = (): void => {
      const found = READY.exec(log())?.[1];
      if (!found) return;
      child.stderr.off('data', look);
      resolve(found);
    };
    child.stderr.on('data', look);
    void exited.then((code) => reject(new Error(`askonce ended with ${code}:\n${log()}`)));
  });
  return { url, origin: new URL(url).origin, pid: child.pid!, log, stop };
}

/** Runs a command that is expected to end by itself. */
export async function runAskonce(
  args: readonly string[],
  env: Environment = {},
  input = '',
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const { child, log, exited } = launch(env, [MAIN, ...args]);
  // It may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  const code = await exited;
  return { code, stdout, stderr: log() };
}

function launch(env: Environment, [program = MAIN, ...args]: readonly string[], detached = false) {
  const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, program), ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), PORT: '0', LOG_LEVEL: 'info', ...env },
    cwd: tmpdir(),
    detached,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { child, log: () => output, exited };
}

export type Era = 'session-based' | '2026-07-28';
export const ERAS: readonly Era[] = ['session-based', '2026-07-28'];

export async function connect(
  t: TestContext,
  url: string,
  options: { readonly era?: Era; readonly token?: string } = {},
): Promise<Client> {
  const pin = options.era === '2026-07-28' ? { mode: { pin: '2026-07-28' } } : undefined;
  const client = new Client(
    { name: 'askonce-tests', version: '1' },
    pin ? { versionNegotiation: pin } : {},
  );
  const headers = options.token ? { authorization: `Bearer ${options.token}` } : {};
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  );
  t.after(() => client.close().catch(() => undefined));
  return client;
}

/** An answer document as tests read it. */
export interface Document {
  readonly [key: string]: unknown;
  readonly status: string;
  readonly source: string;
  readonly sql: string;
  readonly answer_id: string;
  readonly matched: {
    readonly id: string;
    readonly question: string;
    readonly similarity: number;
    readonly confidence: number;
    readonly rebound?: ReadonlyArray<{ readonly from: string; readonly to: string }>;
  } | null;
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>;
  readonly rows: unknown[][];
  readonly row_count: number;
  readonly bytes: number;
  readonly truncated: boolean;
  readonly next_cursor: string | null;
  readonly schema: ReadonlyArray<{ readonly table: string }>;
  readonly candidates: ReadonlyArray<{
    readonly id: string;
    readonly question: string;
    readonly sql: string;
    readonly similarity: number;
    readonly confidence: number;
    readonly differences: readonly string[];
  }>;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<Document> {
  const result = await client.callTool({ name, arguments: args });
  return result.structuredContent as Document;
}
