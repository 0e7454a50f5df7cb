// Owns the servers that are measured, each started anew when it is wanted: askonce, the peers, a bare server, and one that
// has a session and a connection for each user.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ReleaseStack } from '../../src/lib/release-stack.ts';
import { ADAPTER } from '../../src/validate/load/adapter.ts';
import type { Adapter } from '../../src/validate/load/adapter.ts';
import { startBenchServer } from '../child-process.ts';
import type { BenchServer } from '../child-process.ts';
import { startServer } from '../server-process.ts';
import type { PeersDatabases } from './databases.ts';
import type { Target } from './load-job.ts';
import { SERVER_FILE, fill } from './server-file.ts';
import { preparePeer, startPeer, stdioCommand } from './start.ts';

export interface Measured {
  readonly name: string;
  readonly target: Target;
  /** None where each client starts its own. */
  readonly pids: readonly number[];
  /** That it works in. */
  readonly databases: readonly string[];
}

export interface Candidate {
  readonly name: string;
  readonly title: string;
  readonly settings: string;
  /** Keeps what users have opened, so that each number of them wants a fresh one. */
  readonly keepsUsers?: true;
  start(releases: ReleaseStack): Promise<Measured>;
}

export interface CandidateParts {
  readonly root: string;
  readonly databases: PeersDatabases;
  readonly dataDir: string;
  /** Connections that each may hold. */
  readonly pool: number;
  readonly maxBytes: number;
  readonly version: string;
  readonly releases: ReleaseStack;
  readonly progress: (line: string) => void;
}

export const PEERS = ['dbhub', 'toolbox'] as const;
/** Takes the SQL by the name that the peers' tools have, too. */
const BARE: Adapter = { name: 'bare', tool: 'execute_sql', arguments: { sql: '{{sql}}' } };
const PER_SESSION: Adapter = {
  name: 'a session each',
  tool: 'query',
  arguments: { question: '{{question}}', sql: '{{sql}}' },
};

export function askonce(parts: CandidateParts): Candidate {
  const { databases, dataDir, maxBytes, pool, root, version } = parts;
  return {
    name: 'askonce',
    title: `askonce ${version}`,
    settings: `as shipped, with \`DB_POOL_MAX=${pool}\`, a cache database in the same PostgreSQL, rows that hold for a day, and \`MAX_RESPONSE_BYTES=${maxBytes}\``,
    async start(releases) {
      const server = await startServer(root, {
        ASKONCE_DATA_DIR: dataDir,
        DATABASE_URL: databases.url,
        CACHE_DATABASE_URL: databases.cacheUrl,
        DB_POOL_MAX: `${pool}`,
        // Rows that grow old in the middle of it would be read again.
        CACHE_TTL_SECONDS: '86400',
        MAX_RESPONSE_BYTES: `${maxBytes}`,
      });
      const both = [databases.names.shop, databases.names.cache];
      return measured('askonce', server, { adapter: null, databases: both, releases });
    },
  };
}

/** @throws AppError where it cannot be installed or started. */
export async function peer(name: (typeof PEERS)[number], parts: CandidateParts) {
  const { databases, pool, progress, releases, root } = parts;
  const folder = join(root, 'bench/peers');
  const adapter = ADAPTER.parse(await jsonOf(join(folder, `${name}.json`)));
  const file = SERVER_FILE.parse(await jsonOf(join(folder, `${name}.server.json`)));
  const { signal } = new AbortController();
  const prepared = await preparePeer(
    file,
    { databaseUrl: databases.url, pool },
    { env: process.env, signal, progress, releases },
  );
  const title = `${adapter.name} ${file.version}`;
  const common = { title, settings: fill(file.settings, { pool: `${pool}` }) };
  const over: Candidate = {
    name,
    ...common,
    start: async (stack) =>
      measured(name, await startPeer(prepared), {
        adapter,
        databases: [databases.names.shop],
        releases: stack,
      }),
  };
  const stdio = stdioCommand(prepared);
  const overStdio: Candidate | null = stdio && {
    name: `${name} over stdio`,
    title: `${title} over stdio`,
    settings: 'the same, a process for each user',
    start: () =>
      Promise.resolve({
        name: `${name} over stdio`,
        target: { adapter, at: { stdio } },
        pids: [],
        databases: [databases.names.shop],
      }),
  };
  return { over, overStdio };
}

export function bare({ databases, pool, root }: CandidateParts): Candidate {
  return {
    name: 'bare',
    title: 'bare server',
    settings: `\`node:http\` and a pool of ${pool}: the floor of whoever asks the database each time`,
    async start(releases) {
      const server = await startBenchServer(root, 'peers/bare-server.js', [
        databases.url,
        `${pool}`,
      ]);
      return measured('bare', server, {
        adapter: BARE,
        databases: [databases.names.shop],
        releases,
      });
    },
  };
}

export function sessionEach({ databases, root }: CandidateParts): Candidate {
  const name = 'a session each';
  return {
    name,
    title: 'a session each',
    settings: 'the SDK with a server and a connection for each session, as its examples have it',
    keepsUsers: true,
    async start(releases) {
      const server = await startBenchServer(root, 'contrast-server.js', [databases.url]);
      return measured(name, server, {
        adapter: PER_SESSION,
        databases: [databases.names.shop],
        releases,
      });
    },
  };
}

interface Of {
  readonly adapter: Adapter | null;
  readonly databases: readonly string[];
  readonly releases: ReleaseStack;
}

function measured(
  name: string,
  { pid, stop, url }: BenchServer,
  { adapter, databases, releases }: Of,
): Measured {
  releases.push(name, stop);
  return { name, target: { adapter, at: { url } }, pids: [pid], databases };
}

const jsonOf = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(file, 'utf8')) as unknown;
