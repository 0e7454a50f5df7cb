// Owns an embedded database for as long as the program runs: an address that stays, and an engine
// process behind it that is started again whenever it ends. Knows nothing of what is stored in it.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '../logger.ts';
import { spawnEngine } from './embedded-child.ts';
import type { EngineProcess } from './embedded-child.ts';
import { DATABASE_NAME, OWNER_ROLE, READER_ROLE } from './embedded-orders.ts';
import type { EngineAddress } from './embedded-orders.ts';

export interface EmbeddedDatabase {
  /** For pg, as the owner of everything in it. Stays the same when the engine is started again. */
  readonly url: string;
  /** The same database as a role that may only SELECT. */
  readonly readerUrl: string;
  readonly pid: number | undefined;
  /**
   * Ends whatever the engine is doing, with all its connections, and resolves when it serves again:
   * a single backend hears neither time limits nor cancel requests. Never rejects.
   */
  endRunaway(): Promise<void>;
  /** How many engines have served so far. */
  readonly starts: number;
  /** Resolves when the engine serves, which after its end takes until the next one does. Never rejects. */
  serving(): Promise<void>;
  /** Closes the database properly. Idempotent. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder of all embedded databases; each has its own folder in it. */
  readonly dataDir: string;
  readonly name: 'cache' | 'shop';
  readonly logger: Logger;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

/** A socket's path may have some 104 bytes; what mkdtemp and the protocol add to a folder is below 40. */
const MAX_TMPDIR_BYTES = 60;
/**
 * Engines that do not start are tried again ever more slowly, and without end. One that has served and
 * was ended, which a statement can do, is there again soon: others wait for it.
 */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
const HEALTHY_AFTER_MS = 60_000;
/** A dying process closes its sockets before its end is told. */
const END_IS_TOLD_MS = 250;

/** @throws AppError CONFIG_INVALID (folder in use or not writable), DATABASE_UNAVAILABLE. */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { logger, signal } = options;
  signal?.throwIfAborted();
  const dir = join(options.dataDir, options.name);
  const log = logger.child({ database: options.name });
  const closing = new AbortController();
  let address = await newAddress();
  let engine: EngineProcess;
  /** Set from the end of one engine to the readiness of the next. */
  let recovery: Promise<void> | undefined;
  let failures = 0;
  let starts = 0;
  let isGivenUp = false;
  let closed: Promise<void> | undefined;

  async function launch(): Promise<void> {
    const next = spawnEngine({ dir, address });
    engine = next;
    const ready = await next.ready;
    if (ready === 'created') {
      if (isGivenUp) throw new Error('given up');
      return await launch();
    }
    const { port } = ready;
    if (port !== null && 'port' in address) address = { ...address, port };
    starts += 1;
    const since = performance.now();
    void next.exited.then(({ reason }) => {
      failures = performance.now() - since > HEALTHY_AFTER_MS ? 0 : Math.min(failures, 1);
      const begin = (): void => {
        if (!closing.signal.aborted) recovery = recover(reason);
      };
      // An engine may end in the very moment in which its own recovery is about to be over.
      if (recovery === undefined) begin();
      else void recovery.then(begin);
    });
  }

  async function recover(reason: string): Promise<void> {
    log.warn({ reason }, 'the embedded database ended; starting it again');
    for (;;) {
      if (failures > 0) await pause(failures, closing.signal);
      if (closing.signal.aborted) break;
      failures += 1;
      try {
        await launch();
        log.info({ pid: engine.pid }, 'the embedded database serves again');
        break;
      } catch (error) {
        if (closing.signal.aborted) break;
        log.error({ error: (error as Error).message }, 'the embedded database did not start');
      }
    }
    recovery = undefined;
  }

  async function close(): Promise<void> {
    closing.abort();
    await engine.stop();
    await recovery;
    if ('path' in address) await rm(dirname(address.path), { recursive: true, force: true });
  }

  const giveUp = (): void => {
    isGivenUp = true;
    engine.kill();
  };
  try {
    const launching = launch();
    signal?.addEventListener('abort', giveUp, { once: true });
    await launching;
  } catch (error) {
    await close();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  return {
    url: urlOf(address, OWNER_ROLE),
    readerUrl: urlOf(address, READER_ROLE),
    get pid() {
      return engine.pid;
    },
    get starts() {
      return starts;
    },
    async endRunaway() {
      if (recovery === undefined && !closing.signal.aborted) {
        // Meant, so no sign of a broken engine: the next one is started without a pause.
        failures = 0;
        engine.kill();
        await engine.exited;
      }
      await recovery;
    },
    async serving() {
      if (recovery === undefined) {
        await Promise.race([engine.exited, sleep(END_IS_TOLD_MS, undefined, { ref: false })]);
      }
      await recovery;
    },
    close: () => (closed ??= close()),
  };
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  // Closing ends the pause; the caller then sees that it is closing.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** A folder of our own in which nobody else may open the socket; elsewhere a port behind a password. */
async function newAddress(): Promise<EngineAddress> {
  if (process.platform === 'win32') {
    return { port: 0, password: randomBytes(24).toString('base64url') };
  }
  const base = Buffer.byteLength(tmpdir()) <= MAX_TMPDIR_BYTES ? tmpdir() : '/tmp';
  return { path: join(await mkdtemp(join(base, 'askonce-')), '.s.PGSQL.5432') };
}

function urlOf(address: EngineAddress, user: string): string {
  const url = new URL(`postgres://${user}@127.0.0.1/${DATABASE_NAME}`);
  if ('path' in address) {
    url.searchParams.set('host', dirname(address.path));
  } else {
    url.port = String(address.port);
    url.password = address.password;
  }
  // Whatever PGSSLMODE says: there is no network in between.
  url.searchParams.set('sslmode', 'disable');
  return url.href;
}
