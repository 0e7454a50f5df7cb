// Owns the PostgreSQL that all of them ask: one of its own unless another is named, with databases that end with the run;
// and how long the statements take in it without any server before it.
import { Client } from 'pg';

import { createServers } from '../../dev/postgres/servers.ts';
import { localSurroundings } from '../../dev/postgres/surroundings.ts';
import { buildDemoShop } from '../../src/demo/shop.ts';
import type { ReleaseStack } from '../../src/lib/release-stack.ts';
import { median } from '../../src/validate/figures.ts';
import { runSql } from '../run-sql.ts';
import { aggregateOf } from './questions.ts';

export interface PeersDatabases {
  readonly url: string;
  /** Of askonce's memory: a database beside, so that nobody has a PostgreSQL that others lack. */
  readonly cacheUrl: string;
  readonly names: { readonly shop: string; readonly cache: string };
  readonly version: string;
  readonly aggregate: { readonly rows: number; readonly ms: number };
}

export interface Opening {
  /** Null for one of its own. */
  readonly databaseUrl: string | null;
  readonly largeRows: number;
  readonly progress: (line: string) => void;
  readonly releases: ReleaseStack;
}

export const LARGE_SQL =
  'SELECT id, name, email, amount, created, note FROM peers_large ORDER BY id';

const TARGET_MS = 30;
const FIRST_ROWS = 50_000;
const STEPS = 4;
const SAMPLES = 15;

/** About 175 bytes each, as JSON. */
const LARGE_TABLE = `CREATE TABLE peers_large AS SELECT i AS id, 'customer number ' || i AS name,
  'customer' || i || '@example.com' AS email, (i * 7919 % 1000000)::numeric / 100 AS amount,
  timestamptz '2024-01-01' + i * interval '1 minute' AS created, repeat('x', 40) AS note
  FROM generate_series(1, ROWS) AS i`;

export async function openPeersDatabases(opening: Opening): Promise<PeersDatabases> {
  const { largeRows, progress, releases } = opening;
  const serverUrl = opening.databaseUrl ?? (await ownServer(opening));
  const names = {
    shop: `askonce_peers_${process.pid}`,
    cache: `askonce_peers_cache_${process.pid}`,
  };
  for (const name of Object.values(names)) {
    await runSql(serverUrl, `CREATE DATABASE ${name}`);
    releases.push(name, () => runSql(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`));
  }
  const url = within(serverUrl, names.shop);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await buildDemoShop(client, progress);
    progress(`a table of ${largeRows} rows`);
    await client.query(LARGE_TABLE.replace('ROWS', `${largeRows}`));
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    );
    return {
      url,
      cacheUrl: within(serverUrl, names.cache),
      names,
      version: rows[0]?.version.split(' ')[0] ?? '',
      aggregate: await calibrated(client),
    };
  } finally {
    await client.end();
  }
}

async function ownServer({ progress, releases }: Opening): Promise<string> {
  progress('a PostgreSQL of its own');
  const { signal } = new AbortController();
  const surroundings = { ...localSurroundings(process.env, signal), progress };
  const { server, release } = await createServers(surroundings).startOwn();
  releases.push('PostgreSQL', release);
  return server.url;
}

function within(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** How many rows take 30 ms here, and what they took in the end. */
async function calibrated(client: Client): Promise<PeersDatabases['aggregate']> {
  const timed = async (rows: number): Promise<number> => {
    const { sql } = aggregateOf(rows);
    const samples: number[] = [];
    for (let count = 0; count < SAMPLES; count += 1) {
      const started = performance.now();
      await client.query(sql);
      samples.push(performance.now() - started);
    }
    return median(samples);
  };
  let rows = FIRST_ROWS;
  for (let step = 0; step < STEPS; step += 1) {
    rows = Math.round((rows * TARGET_MS) / (await timed(rows)));
  }
  return { rows, ms: await timed(rows) };
}
