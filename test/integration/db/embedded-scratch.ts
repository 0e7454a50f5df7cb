// Owns what the tests of the embedded database need: a folder of their own, a database in it, a pool.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'pg';

import { startEmbeddedDatabase } from '../../../src/db/embedded.ts';
import type { EmbeddedDatabase } from '../../../src/db/embedded.ts';
import { createLogger } from '../../../src/logger.ts';

export interface Scratch {
  readonly dataDir: string;
  start(name?: 'cache' | 'shop'): Promise<EmbeddedDatabase>;
  /** A pool as the program keeps it: it outlives its connections. */
  pool(url: string, max: number): Pool;
  close(): Promise<void>;
}

export async function createScratch(): Promise<Scratch> {
  const dataDir = await mkdtemp(join(tmpdir(), 'askonce-test-'));
  const closings: Array<() => Promise<void>> = [];
  return {
    dataDir,
    async start(name = 'cache') {
      const database = await startEmbeddedDatabase({
        dataDir,
        name,
        logger: createLogger('silent'),
      });
      closings.push(() => database.close());
      return database;
    },
    pool(url, max) {
      const pool = new Pool({ connectionString: url, max });
      pool.on('error', () => undefined);
      pool.on('connect', (client) => client.on('error', () => undefined));
      closings.push(async () => (pool.ended ? undefined : await pool.end()));
      return pool;
    },
    async close() {
      for (const closing of closings.reverse()) await closing();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks until it is true, for things that the other side does in its own time. */
export async function eventually(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isTrue()) return;
    await sleep(25);
  }
  throw new Error('it did not come to be');
}

/** Whether a process runs; one that is dead but not yet buried by its new parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return !stat.includes(') Z ');
  } catch {
    return false;
  }
}

export async function answers(pool: Pool): Promise<boolean> {
  return await pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
}
