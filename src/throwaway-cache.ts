// Owns an embedded cache database that several servers share for a while, and that nothing is left of.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbeddedDatabase } from './db/embedded.ts';
import { createLogger } from './logger.ts';

/** @param fn Told its URL. @throws AppError DATABASE_UNAVAILABLE where it does not start. */
export async function withCache<T>(fn: (url: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'askonce-cache-'));
  try {
    const logger = createLogger('error');
    const engine = await startEmbeddedDatabase({ dataDir, name: 'cache', logger });
    try {
      return await fn(engine.url);
    } finally {
      await engine.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
