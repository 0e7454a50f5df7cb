// Owns starting a server where none answers: one for all windows, however many ask at once, detached so
// that it outlives the window that started it. Never stops a server, and starts one on loopback only.
import { spawn } from 'node:child_process';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '../errors.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { claimStart } from './claim.ts';
import type { Claim } from './claim.ts';
import { nodeProgram, usualNodeFolders } from './node-program.ts';
import { startedWith } from './started-with.ts';
import type { StartedWith } from './started-with.ts';
import type { Target } from './target.ts';

export interface LauncherOptions {
  readonly target: Target;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Root of the installed package; bin/askonce.mjs stands there. */
  readonly root: string;
  readonly dataDir: string;
  readonly version: string;
  /** Those of the environment that a server takes from it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
  /** Ends the waiting; a server that was started goes on starting. */
  readonly signal: AbortSignal;
}

export interface Launcher {
  /**
   * Resolves when a server answers at the target.
   * @throws AppError CONFIG_INVALID when none does and none can be started, with what to do.
   */
  ensure(): Promise<void>;
  /**
   * Has a server that was started from here with other settings, or by another version, end, so that the next one has
   * these. Others stay.
   */
  retire(): Promise<void>;
  /** Whether a server answers at the target now. */
  isUp(): Promise<boolean>;
}

/** A first start builds the demo database, up to a minute on a small machine. */
const START_MAX_MS = 180_000;
const POLL_MS = 200;
/** It sees the mark, lets answers finish, and goes. */
const RETIRE_MAX_MS = 15_000;
const SAY_EVERY_MS = 5000;
const PROBE_MS = 2000;
const LAST_WORDS_LINES = 3;
const LAST_WORDS_CHARS = 500;

export function createLauncher(options: LauncherOptions): Launcher {
  const { target, dataDir, say, signal } = options;
  const log = join(dataDir, 'logs', 'serve.log');
  const mark = startedWith({
    ...options,
    path: join(dataDir, `started-with-${target.startAt?.port}`),
  });
  let launching: Promise<void> | null = null;

  async function launch(at: NonNullable<Target['startAt']>): Promise<void> {
    await makeLogFolder(join(dataDir, 'logs'));
    const claimed = { path: join(dataDir, 'logs', `starting-${at.port}`), maxAgeMs: START_MAX_MS };
    const progress = createProgress(say);
    const deadline = Date.now() + START_MAX_MS;
    while (!(await isUp())) {
      const claim = await claimStart(claimed);
      // Between the last look and the claim another window's server may have come up.
      if (claim) return await startUnlessUp(claim, at, deadline);
      if (Date.now() > deadline) throw tooSlow(log);
      progress();
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  async function startUnlessUp(
    claim: Claim,
    at: NonNullable<Target['startAt']>,
    deadline: number,
  ): Promise<void> {
    try {
      if (await isUp()) return;
      say(`No server answers at ${target.endpoint.origin}; starting one. Its log: ${log}`);
      const server = await startServer(options, at, { log, mark });
      if (server.pid !== undefined) await claim.handTo(server.pid);
      if (!(await waitFor(server, deadline))) throw await didNotStart(log);
      say(`The server is up at ${target.endpoint.origin} (process ${server.pid}) and stays up.`);
    } finally {
      // When this window closes meanwhile the claim stays, for as long as the server lives.
      if (!signal.aborted) await claim.release();
    }
  }

  async function waitFor(server: StartedServer, deadline: number): Promise<boolean> {
    const progress = createProgress(say);
    for (;;) {
      const wasAlive = server.isAlive();
      // Also true when somebody else's server took the port first: one is as good as the other.
      if (await isUp()) return true;
      if (!wasAlive) return false;
      if (Date.now() > deadline) throw tooSlow(log);
      progress();
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  async function isUp(): Promise<boolean> {
    signal.throwIfAborted();
    try {
      const response = await fetch(new URL('/healthz', target.endpoint), {
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]),
      });
      const body = (await response.json()) as { status?: unknown };
      return response.ok && body.status === 'ok';
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  return {
    isUp,
    async retire() {
      if (!target.startAt || !(await mark.isOther()) || !(await isUp())) return;
      say(`The server at ${target.endpoint.origin} was started with other settings; it ends.`);
      await mark.mark();
      const deadline = Date.now() + RETIRE_MAX_MS;
      while (await isUp()) {
        if (Date.now() > deadline) return say('It stays up: it was not started from here.');
        await sleep(POLL_MS, undefined, { signal });
      }
    },
    async ensure() {
      if (!target.startAt) throw notOursToStart(target.endpoint);
      launching ??= launch(target.startAt).finally(() => (launching = null));
      await launching;
    },
  };
}

interface StartedServer {
  readonly pid: number | undefined;
  isAlive(): boolean;
}

async function startServer(
  { env, root }: LauncherOptions,
  { host, port }: NonNullable<Target['startAt']>,
  { log, mark }: { readonly log: string; readonly mark: StartedWith },
): Promise<StartedServer> {
  const node = await nodeProgram({
    execPath: process.execPath,
    isNode: process.versions['electron'] === undefined,
    env,
    usualFolders: usualNodeFolders(env),
  });
  await mark.mark();
  // The log of the start before is kept, so that two are the most there ever are.
  await rename(log, `${log}.old`).catch(() => undefined);
  const output = await open(log, 'a', 0o600);
  try {
    const program = [join(root, 'bin', 'askonce.mjs'), 'serve', '--while', mark.path];
    const child = spawn(node, program, {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', output.fd, output.fd],
      env: {
        ...env,
        HOST: host,
        PORT: String(port),
        // The token is the bridge's own; the server has its AUTH_TOKENS.
        MCP_AUTH_TOKEN: undefined,
        // It outlives this process, whatever npx has started that.
        npm_lifecycle_event: undefined,
      },
    });
    let isAlive = true;
    child.once('exit', () => (isAlive = false));
    child.once('error', () => (isAlive = false));
    child.unref();
    return { pid: child.pid, isAlive: () => isAlive };
  } finally {
    await output.close();
  }
}

function createProgress(say: (line: string) => void): () => void {
  const startedAt = Date.now();
  let saidAt = startedAt;
  return () => {
    if (Date.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = Date.now();
    const seconds = Math.round((saidAt - startedAt) / 1000);
    say(`Still starting after ${seconds} s; a first start builds a demo database.`);
  };
}

async function makeLogFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', 'The data folder cannot be written.', {
      cause,
      hint: 'Set ASKONCE_DATA_DIR to a folder on a local disk that this user may write to.',
    });
  }
}

function notOursToStart(endpoint: URL): AppError {
  return new AppError('CONFIG_INVALID', `No server answers at ${endpoint.origin}.`, {
    hint: 'Start it there with `askonce serve`, or correct the URL: connect starts one at http://127.0.0.1 only.',
  });
}

async function didNotStart(log: string): Promise<AppError> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const lines = text.trim().split('\n').slice(-LAST_WORDS_LINES);
  const lastWords = lines.join(' ').slice(-LAST_WORDS_CHARS);
  return new AppError('CONFIG_INVALID', `The askonce server did not start. ${lastWords}`, {
    hint: `Its log: ${log}`,
  });
}

function tooSlow(log: string): AppError {
  return new AppError('CONFIG_INVALID', 'The askonce server is still not up; ask again later.', {
    hint: `Its log: ${log}`,
  });
}
