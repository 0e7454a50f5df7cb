// Owns the databases of a burst: those that are named, with the demo shop built in the first if it is not
// there, or those that askonce embeds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import { buildDemoShop } from '../src/demo/shop.ts';
import type { ReleaseStack } from '../src/lib/release-stack.ts';

export interface BurstDatabases {
  readonly settings: Readonly<Record<string, string>>;
  /** Connections that the data pool may hold. */
  readonly budget: number;
}

/** As DB_POOL_MAX is unless set. */
const POOL_MAX = 20;
/** An embedded engine runs one transaction at a time. */
const EMBEDDED_POOL_MAX = 1;

export async function openBurstDatabases(
  named: { readonly databaseUrl: string | null; readonly cacheUrl: string | null },
  progress: (line: string) => void,
  releases: ReleaseStack,
): Promise<BurstDatabases> {
  const { databaseUrl, cacheUrl } = named;
  const dataDir = await mkdtemp(join(tmpdir(), 'askonce-bench-'));
  releases.push('data folder', () => rm(dataDir, { recursive: true, force: true }));
  if (databaseUrl !== null) await buildShop(databaseUrl, progress);
  return {
    budget: databaseUrl === null ? EMBEDDED_POOL_MAX : POOL_MAX,
    settings: {
      ASKONCE_DATA_DIR: dataDir,
      DB_POOL_MAX: `${POOL_MAX}`,
      // Rows that grow old in the middle of it would be read again.
      CACHE_TTL_SECONDS: '86400',
      ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
      ...(cacheUrl !== null && { CACHE_DATABASE_URL: cacheUrl }),
    },
  };
}

async function buildShop(url: string, progress: (line: string) => void): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await buildDemoShop(client, progress);
  } finally {
    await client.end();
  }
}
