// Owns bringing the cache database to the current schema: numbered files, applied once each, in order,
// under an advisory lock so that replicas may start together. Forward only.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../errors.ts';
import type { Client, Pool } from './pool.ts';

/** Any constant will do, as long as every askonce uses the same. */
const LOCK_KEY = 4_150_337_021;
const FILE_NAME = /^(\d{6})_[a-z0-9_]+\.sql$/;

/** Applies what is missing; returns the names applied. */
export async function migrate(pool: Pool, dir: string): Promise<readonly string[]> {
  const files = (await readdir(dir)).filter((name) => FILE_NAME.test(name)).sort();
  if (files.length === 0) throw new AppError('CONFIG_INVALID', 'No migrations found to apply.');
  return await pool.withClient(async (client) => {
    // One transaction for all: a lock of the session would not hold behind a transaction-mode pooler.
    await client.query('BEGIN');
    try {
      await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
      const known = await appliedVersions(client);
      refuseNewer(known, files);
      const missing = files.filter((name) => !known.has(versionOf(name)));
      for (const name of missing) await apply(client, join(dir, name), name);
      await client.query('COMMIT');
      return missing;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  });
}

async function appliedVersions(client: Client): Promise<ReadonlySet<number>> {
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS askonce;
    CREATE TABLE IF NOT EXISTS askonce.migrations (
      version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const { rows } = await client.query<{ version: number }>(
    'SELECT version FROM askonce.migrations ORDER BY version',
  );
  return new Set(rows.map((row) => row.version));
}

async function apply(client: Client, path: string, name: string): Promise<void> {
  await client.query(await readFile(path, 'utf8'));
  await client.query('INSERT INTO askonce.migrations (version, name) VALUES ($1, $2)', [
    versionOf(name),
    name,
  ]);
}

function refuseNewer(known: ReadonlySet<number>, files: readonly string[]): void {
  const newest = Math.max(...files.map(versionOf));
  const ahead = [...known].filter((version) => version > newest);
  if (ahead.length === 0) return;
  throw new AppError(
    'CONFIG_INVALID',
    `The cache database was made by a newer askonce (schema ${Math.max(...ahead)}, this one knows ${newest}).`,
    { hint: 'Update askonce, or point CACHE_DATABASE_URL or ASKONCE_DATA_DIR elsewhere.' },
  );
}

function versionOf(name: string): number {
  return Number(name.slice(0, 6));
}
