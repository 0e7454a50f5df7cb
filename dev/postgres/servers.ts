// Owns the servers of this machine's user: the one started by hand, which all may share, and those of
// single runs, which end with the run or, if that was killed, at the next start of anything.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../../src/errors.ts';
import { isProcess } from './command.ts';
import { debian } from './debian.ts';
import { docker } from './docker.ts';
import { isRunning, stop } from './handle.ts';
import { installed } from './installed.ts';
import { withLock } from './lock.ts';
import { checkFitForTests } from './probe.ts';
import type { RunningPostgres, Strategy, Surroundings } from './strategy.ts';

interface OwnedPostgres extends RunningPostgres {
  /** The run that it belongs to. */
  readonly owner: number;
}

export interface Servers {
  /** The one started by hand, if it is up. */
  shared(): Promise<RunningPostgres | null>;
  /** Brings the shared one up, or finds it up. */
  startShared(): Promise<RunningPostgres>;
  /** @returns whether there was one to stop. */
  stopShared(): Promise<boolean>;
  /** One for this process alone; to be released by it. */
  startOwn(): Promise<{ server: RunningPostgres; release: () => Promise<void> }>;
}

export function createServers(surroundings: Surroundings): Servers {
  const { folder, signal, progress } = surroundings;
  const sharedFile = join(folder, 'server.json');
  const runsFolder = join(folder, 'runs');
  const exclusively = async <T>(work: () => Promise<T>): Promise<T> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const waiting = () => progress('another process is starting or stopping it; waiting');
    return withLock(join(folder, 'server.lock'), { signal, waiting }, work);
  };
  const shared = async (): Promise<RunningPostgres | null> => {
    const server = await readRecord<RunningPostgres>(sharedFile);
    return server && (await isRunning(server.handle)) ? server : null;
  };
  return {
    shared,
    startShared: () =>
      exclusively(async () => {
        const live = await shared();
        if (live) return live;
        await sweep(runsFolder);
        await discard(sharedFile);
        const server = await startAny(surroundings);
        await writeRecord(sharedFile, server);
        return server;
      }),
    stopShared: () => exclusively(() => discard(sharedFile)),
    async startOwn() {
      await mkdir(runsFolder, { recursive: true, mode: 0o700 });
      await sweep(runsFolder);
      const server = await startAny(surroundings);
      const file = join(runsFolder, `${process.pid}-${randomBytes(4).toString('hex')}.json`);
      const owned: OwnedPostgres = { ...server, owner: process.pid };
      await writeRecord(file, owned);
      return {
        server,
        release: async () => {
          await discard(file);
        },
      };
    },
  };
}

/** @throws AppError DATABASE_UNAVAILABLE naming what was tried, one reason a line. */
async function startAny(surroundings: Surroundings): Promise<RunningPostgres> {
  const strategies: Strategy[] = [installed, docker, debian].map((create) => create(surroundings));
  const reasons: string[] = [];
  for (const { name, available, start } of strategies) {
    const obstacle = await available();
    if (obstacle !== null) {
      reasons.push(`${name}: ${obstacle}`);
      continue;
    }
    try {
      return await usable(await start());
    } catch (error) {
      surroundings.signal.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      surroundings.progress(`${name}: ${message}`);
      reasons.push(`${name}: ${message.split('\n')[0] ?? ''}`);
    }
  }
  throw new AppError('DATABASE_UNAVAILABLE', reasons.join('\n'), {
    hint:
      'Set TEST_DATABASE_URL to a superuser of a PostgreSQL with pgvector, ' +
      'or install one, or start Docker.',
  });
}

async function usable(server: RunningPostgres): Promise<RunningPostgres> {
  try {
    await checkFitForTests(server.url);
    return server;
  } catch (error) {
    await stop(server.handle);
    throw error;
  }
}

/** Ends what runs left behind that could not end it themselves. */
async function sweep(runsFolder: string): Promise<void> {
  for (const name of await readdir(runsFolder).catch(() => [])) {
    const file = join(runsFolder, name);
    const record = await readRecord<OwnedPostgres>(file);
    if (!record || !isProcess(record.owner)) await discard(file);
  }
}

async function discard(file: string): Promise<boolean> {
  const server = await readRecord<RunningPostgres>(file);
  const wasRunning = server !== null && (await isRunning(server.handle));
  if (server) await stop(server.handle);
  await rm(file, { force: true });
  return wasRunning;
}

async function readRecord<T extends RunningPostgres>(file: string): Promise<T | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

/** Written aside and renamed: a reader never sees half of it. The URL holds a password. */
async function writeRecord(file: string, server: RunningPostgres): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(server), { mode: 0o600 });
  await rename(draft, file);
}
