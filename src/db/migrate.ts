// Owns bringing the cache database to the current schema: numbered files, applied once each, in order,
// under an advisory lock so that replicas may start together. Forward only; a schema that is ahead of this
// server is lived with as far as its migrations allow.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../errors.ts';
import type { Client, Pool } from './pool.ts';

/** Any constant will do, as long as every askonce uses the same. */
const LOCK_KEY = 4_150_337_021;
const FILE_NAME = /^(\d{6})_[a-z0-9_]+\.sql$/;
/**
 * In a migration that takes something away: the schema that a server must know at least to do without. What only adds
 * says nothing: every older server goes on beside it.
 */
const NEEDS = /^-- needs: (\d+)$/m;
/** Replicas at work wait behind whoever waits to change a table: better to try again than to hold them up. */
const LOCK_TIMEOUT = '3s';

interface Applied {
  readonly version: number;
  /** The schema that a server must know to live with it; 0 for any. */
  readonly needs: number;
}

/**
 * Applies what is missing; returns the names applied.
 * @param onAhead Told the version of a schema that is newer than any file here, and can be lived with.
 * @throws AppError CONFIG_INVALID where it cannot.
 */
export async function migrate(
  pool: Pool,
  dir: string,
  onAhead: (version: number) => void = () => undefined,
): Promise<readonly string[]> {
  const files = (await readdir(dir)).filter((name) => FILE_NAME.test(name)).sort();
  if (files.length === 0) throw new AppError('CONFIG_INVALID', 'No migrations found to apply.');
  return await pool.withClient(async (client) => {
    // One transaction for all: a lock of the session would not hold behind a transaction-mode pooler.
    await client.query('BEGIN');
    try {
      await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
      await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
      const known = await applied(client);
      const newest = Math.max(...files.map(versionOf));
      const ahead = known.filter(({ version }) => version > newest);
      refuseTakenAway(ahead, newest);
      const there = new Set(known.map(({ version }) => version));
      const missing = files.filter((name) => !there.has(versionOf(name)));
      for (const name of missing) await apply(client, join(dir, name), name);
      await client.query('COMMIT');
      if (ahead.length > 0) onAhead(newestOf(ahead));
      return missing;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  });
}

async function applied(client: Client): Promise<readonly Applied[]> {
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS askonce;
    CREATE TABLE IF NOT EXISTS askonce.migrations (
      version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  // Of the first versions the table has no such column.
  const { rows } = await client.query<{ version: number; needs: number }>(
    `SELECT version, coalesce((to_jsonb(m) ->> 'needs')::integer, 0) AS needs
     FROM askonce.migrations m ORDER BY version`,
  );
  return rows;
}

async function apply(client: Client, path: string, name: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  await client.query(text);
  const version = versionOf(name);
  await client.query('INSERT INTO askonce.migrations (version, name) VALUES ($1, $2)', [
    version,
    name,
  ]);
  const needs = needsOf(text);
  if (needs > 0)
    await client.query('UPDATE askonce.migrations SET needs = $2 WHERE version = $1', [
      version,
      needs,
    ]);
}

function refuseTakenAway(ahead: readonly Applied[], newest: number): void {
  const beyond = ahead.filter(({ needs }) => needs > newest);
  if (beyond.length === 0) return;
  throw new AppError(
    'CONFIG_INVALID',
    `The cache database was made by a newer askonce (schema ${newestOf(beyond)}, this one knows ${newest}) ` +
      'and lacks what this one needs.',
    { hint: 'Update askonce, or point CACHE_DATABASE_URL or ASKONCE_DATA_DIR elsewhere.' },
  );
}

/** @returns The schema that a server must know to live with this migration; 0 for any. */
export function needsOf(text: string): number {
  return Number(NEEDS.exec(text)?.[1] ?? 0);
}

const newestOf = (versions: readonly Applied[]): number =>
  Math.max(...versions.map(({ version }) => version));

function versionOf(name: string): number {
  return Number(name.slice(0, 6));
}
