// Owns the child process in which PGlite runs: opens one data folder under its lock, serves it on the
// address given, closes it when told to or when the parent is gone. The only file that imports
// @electric-sql. It is started by embedded-child.ts and imported by nobody.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';

import { AppError } from '../errors.ts';
import { acquireDataLock } from './data-lock.ts';
import {
  DATABASE_NAME,
  EXIT_CODES,
  OWNER_ROLE,
  READER_ROLE,
  cannotOpenHint,
} from './embedded-orders.ts';
import type { EngineAddress, EngineOptions, EngineOrder, EngineReport } from './embedded-orders.ts';
import { openSession } from './embedded-session.ts';
import { createSwitch } from './embedded-switch.ts';
import type { Backend } from './embedded-switch.ts';
import { startUpkeep } from './embedded-upkeep.ts';
import { startupMessage } from './embedded-wire.ts';

const MAX_SILENCE_MS = 60_000;
const UPKEEP_INTERVAL_MS = 60_000;

const START_PARAMETERS = [
  ...PGlite.defaultStartParams,
  // The default of 160 MB is resident from the first moment on.
  '-c',
  'shared_buffers=32MB',
  // A sort that spills must not fill the disk.
  '-c',
  'temp_file_limit=1GB',
];

const FIRST_SQL = `
  CREATE ROLE ${READER_ROLE} LOGIN;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${READER_ROLE};`;

interface Engine {
  /** The port, where the address is one. */
  readonly port: number | null;
  stop(): Promise<void>;
}

async function startEngine(options: EngineOptions): Promise<Engine> {
  const lock = await acquireDataLock(options.dir, process.ppid);
  const db = await openDatabase(options.dir);
  const backend: Backend = {
    execute: (messages, onOutput) =>
      db.execProtocolRawStream(messages, { syncToFs: false, onRawData: onOutput }),
  };
  const turns = createSwitch({
    backend,
    owner: OWNER_ROLE,
    maxSilenceMs: MAX_SILENCE_MS,
    onBroken: (reason) => process.exit(EXIT_CODES[reason]),
  });
  const upkeep = startUpkeep({
    turns,
    query: async (sql) => (await db.query<Record<string, unknown>>(sql)).rows,
    intervalMs: UPKEEP_INTERVAL_MS,
  });
  const greeting = await greetingOf(backend);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    openSession({
      socket,
      greeting,
      users: new Set([OWNER_ROLE, READER_ROLE]),
      password: 'password' in options.address ? options.address.password : undefined,
      onBatch: (session) => turns.wake(session),
      onEnd: (session) => turns.drop(session),
    });
  });
  await listen(server, options.address);
  return {
    port: portOf(server),
    async stop() {
      upkeep.stop();
      server.close();
      for (const socket of sockets) socket.destroy();
      // Behind whoever holds the backend, and behind the rollback of what they leave open.
      await turns.exclusively(async () => undefined);
      await db.close();
      await lock.release();
    },
  };
}

/** A folder that is not finished never bears the name under which it is opened. */
async function openDatabase(dir: string): Promise<PGlite> {
  const finished = join(dir, 'pgdata');
  if (!existsSync(finished)) {
    const unfinished = join(dir, 'pgdata.new');
    await rm(unfinished, { recursive: true, force: true });
    const fresh = await openFolder(unfinished);
    await fresh.exec(FIRST_SQL);
    await fresh.close();
    await rename(unfinished, finished);
    // Making a database leaves some 130 MB that are never given back: another process opens it.
    process.exit(EXIT_CODES.created);
  }
  return await openFolder(finished);
}

async function openFolder(dataDir: string): Promise<PGlite> {
  return await PGlite.create({
    dataDir,
    database: DATABASE_NAME,
    extensions: { vector },
    startParams: START_PARAMETERS,
  });
}

async function greetingOf(backend: Backend): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await backend.execute(startupMessage(OWNER_ROLE, DATABASE_NAME), (piece) => {
    pieces.push(Buffer.from(piece));
  });
  return Buffer.concat(pieces);
}

async function listen(server: Server, address: EngineAddress): Promise<void> {
  if ('path' in address) {
    // An engine that was killed leaves its socket behind; the data lock says that it is gone.
    await rm(address.path, { force: true });
    server.listen(address.path);
  } else {
    server.listen(address.port, '127.0.0.1');
  }
  await once(server, 'listening');
}

function portOf(server: Server): number | null {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : null;
}

function failure(error: unknown, dir: string): EngineReport {
  if (error instanceof AppError) {
    const { code, message, hint = null } = error;
    return { type: 'failed', code, message, hint };
  }
  return {
    type: 'failed',
    code: 'DATABASE_UNAVAILABLE',
    message: `The embedded database cannot be opened (${(error as Error).message}).`,
    hint: cannotOpenHint(dir),
  };
}

function runProcess(): void {
  // A terminal sends its signals to parent and child alike; the parent decides what they mean.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  let starting: Promise<Engine> | undefined;
  let socketDir: string | undefined;

  async function stop(): Promise<void> {
    await (await starting)?.stop();
  }

  process.on('message', (order: EngineOrder) => {
    if (order.type === 'stop') {
      void stop().finally(() => process.exit(EXIT_CODES.stopped));
      return;
    }
    const { address } = order.options;
    socketDir = 'path' in address ? dirname(address.path) : undefined;
    starting = watchParent(socketDir).then(() => startEngine(order.options));
    starting.then(
      ({ port }) => report({ type: 'ready', port }),
      (error: unknown) => report(failure(error, order.options.dir)),
    );
  });
  process.on('disconnect', () => {
    void stop()
      .then(() => (socketDir ? rm(socketDir, { recursive: true, force: true }) : undefined))
      .finally(() => process.exit(EXIT_CODES.stopped));
  });
}

/** Before the first statement there must be somebody who can end it. */
async function watchParent(socketDir: string | undefined): Promise<void> {
  const lifeline = new Worker(new URL('./embedded-lifeline.js', import.meta.url), {
    workerData: { socketDir },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  await once(lifeline, 'online');
  lifeline.unref();
}

function report(message: EngineReport): void {
  process.send?.(message);
}

runProcess();
