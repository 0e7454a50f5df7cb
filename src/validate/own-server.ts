// Owns a server of one's own to be tried: `askonce serve` as a process, on a free port of loopback, with what it learns in
// a folder of its own that goes with it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '../errors.ts';

export interface OwnServerOptions {
  /** Of the package. */
  readonly root: string;
  /** Handed on, but for what is set here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Before those of env. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where ./.env is looked for; default: the folder of what it learns, where there is none. */
  readonly cwd?: string;
  /** Instead of `askonce serve`: a program that says where it is in the same words. */
  readonly program?: string;
  /** What is started instead of a command, as that of limits. */
  readonly within?: (
    command: string,
    args: readonly string[],
  ) => { command: string; args: string[] };
  /** Told what a long start is doing. */
  readonly onLine: (line: string) => void;
}

export interface OwnServer {
  readonly url: URL;
  readonly pid: number;
  /** To a program of one's own. @returns what it answers. */
  send(message: object): Promise<unknown>;
  collectGarbage(): Promise<void>;
  /** Ends at once, as a process that crashes. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const READY_LINE = /askonce is ready at (\S+)/;
/** Twice: what a first pass ends may let go of more. */
const COLLECTS = `data:text/javascript,process.on('SIGUSR2',()=>{gc();gc()})`;
/** A collection stops everything, and is over before the next request is answered. */
const COLLECT_MS = 50;
const KEPT_CHARS = 4000;
/** Where the server that is in use keeps what it knows; empty is as good as not set, in ./.env, too. */
const NOT_SHARED = { CACHE_DATABASE_URL: '', REPLICATION_URL: '' };

/** @throws AppError CONFIG_INVALID with what the server said where it does not start. */
export async function startOwnServer(options: OwnServerOptions): Promise<OwnServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'askonce-validate-'));
  const program = options.program
    ? [options.program]
    : [join(options.root, 'bin/askonce.mjs'), 'serve'];
  const { within = (command, args) => ({ command, args: [...args] }) } = options;
  const start = within(process.execPath, ['--expose-gc', '--import', COLLECTS, ...program]);
  const child = spawn(start.command, start.args, {
    env: {
      ...options.env,
      ...NOT_SHARED,
      HOST: '127.0.0.1',
      PORT: '0',
      ASKONCE_DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ...options.settings,
    },
    cwd: options.cwd ?? dataDir,
    stdio: ['ignore', 'ignore', 'pipe', ...(options.program ? (['ipc'] as const) : [])],
  });
  const words = wordsOf(child, options.onLine);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await Promise.race([words.ready, ended.then(() => null)]);
    if (url === null) throw notStarted(words.last());
    return {
      url: new URL(url),
      pid: child.pid!,
      async send(message) {
        const answer = once(child, 'message');
        child.send(message);
        return ((await answer) as unknown[])[0];
      },
      async collectGarbage() {
        child.kill('SIGUSR2');
        await sleep(COLLECT_MS);
      },
      kill: () => end('SIGKILL'),
      stop: () => end('SIGTERM'),
    };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

function wordsOf(child: ChildProcess, onLine: (line: string) => void) {
  let text = '';
  const ready = new Promise<string>((resolve) => {
    child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      text = `${text}${piece}`.slice(-KEPT_CHARS);
      const url = READY_LINE.exec(text)?.[1];
      if (url !== undefined) resolve(url);
      // What it logs later is its own business.
      else for (const line of piece.split('\n')) if (line.trim() !== '') onLine(line.trim());
    });
  });
  return { ready, last: () => text };
}

function notStarted(words: string): AppError {
  return new AppError('CONFIG_INVALID', `The server to be tried does not start.\n${words.trim()}`, {
    hint: 'Its settings are those of this shell and of ./.env; `askonce config` prints them.',
  });
}
