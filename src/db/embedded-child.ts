// Owns one engine process from the parent's side: start, the wait until it serves, stop, kill, and why
// it ended. Starts nothing again: that is for embedded.ts to decide.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

import { AppError } from '../errors.ts';
import { EXIT_CODES, LIFELINE_FD, cannotOpenHint } from './embedded-orders.ts';
import type { EngineOptions, EngineOrder, EngineReport } from './embedded-orders.ts';

export interface EngineExit {
  readonly code: number | null;
  readonly reason: string;
}

export interface EngineProcess {
  readonly pid: number | undefined;
  /**
   * Resolves once connections are served; rejects with an AppError if that never comes. 'created': the
   * process has made the database and ended; the next one serves it.
   */
  readonly ready: Promise<'created' | { readonly port: number | null }>;
  /** Resolves once the process is gone; never rejects. */
  readonly exited: Promise<EngineExit>;
  /** Ends the process after it has closed its database, or by force if that takes too long. */
  stop(): Promise<void>;
  /** Ends the process at once. What it had committed is on disk. */
  kill(): void;
}

/** A first start makes the database: some 5 s, more on a busy or slow machine. */
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;

export function spawnEngine(options: EngineOptions): EngineProcess {
  const child = fork(fileURLToPath(new URL('./embedded-engine.js', import.meta.url)), [], {
    // No secret of the parent's environment and no debugger port reaches the engine.
    env: {},
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
  });
  (child.stdio[LIFELINE_FD] as Socket | undefined)?.unref();
  const exited = waitForExit(child);
  const ready = waitForReady(child, exited, options.dir);
  order(child, { type: 'start', options });
  return {
    pid: child.pid,
    ready,
    exited,
    async stop() {
      order(child, { type: 'stop' });
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(limit);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function order(child: ChildProcess, message: EngineOrder): void {
  // A child that is gone cannot be told anything; its exit says the rest.
  if (child.connected) child.send(message, () => undefined);
}

async function waitForExit(child: ChildProcess): Promise<EngineExit> {
  return await new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ code: null, reason: `it could not be started: ${error.message}` });
    });
    child.once('exit', (code, signal) => resolve({ code, reason: exitReason(code, signal) }));
  });
}

function exitReason(code: number | null, signal: string | null): string {
  if (code === EXIT_CODES.stopped) return 'it was stopped';
  if (code === EXIT_CODES.silent) return 'its backend stopped answering';
  if (code === EXIT_CODES.overflow) return 'an answer outgrew its memory';
  return signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
}

async function waitForReady(
  child: ChildProcess,
  exited: Promise<EngineExit>,
  dir: string,
): Promise<'created' | { port: number | null }> {
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  try {
    const report = await Promise.race([
      once(child, 'message').then(([message]) => message as EngineReport),
      exited,
    ]);
    if ('reason' in report) {
      if (report.code === EXIT_CODES.created) return 'created';
      throw cannotOpen(report.reason, dir);
    }
    if (report.type === 'ready') return { port: report.port };
    const { code, message, hint } = report;
    child.kill('SIGKILL');
    await exited;
    throw new AppError(code, message, hint === null ? {} : { hint });
  } finally {
    clearTimeout(limit);
  }
}

function cannotOpen(reason: string, dir: string): AppError {
  return new AppError('DATABASE_UNAVAILABLE', `The embedded database did not start: ${reason}.`, {
    hint: cannotOpenHint(dir),
  });
}
