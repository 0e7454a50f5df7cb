// `npm run bench -- freshness`: several replicas over one cache while the data are written to: how late the latest
// answer is, how soon a write shows on every replica, by each source of changes; and how much more three
// replicas answer than one.
import { randomUUID } from 'node:crypto';

import { Client } from 'pg';

import { createPool } from '../src/db/pool.ts';
import { installPublication } from '../src/freshness/publication.ts';
import { installTriggers } from '../src/freshness/triggers.ts';
import { ReleaseStack } from '../src/lib/release-stack.ts';
import { pino } from 'pino';

import type { BenchContext } from './context.ts';
import { startBreakingCache } from './freshness-cache.ts';
import type { BreakingCache } from './freshness-cache.ts';
import { countOption, parseOptions, requireOption } from './decisions-options.ts';
import { createLedger } from './ledger.ts';
import { statelessCall } from './mcp-wire.ts';
import type { ToolCall } from './mcp-wire.ts';
import { runSql } from './run-sql.ts';
import { createPoster, startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { round, summary } from './statistics.ts';
import type { Summary } from './statistics.ts';

export const FRESHNESS_USAGE = `freshness --database-url URL [--reads N] [--writes N] [--sources LIST] [--break-cache]
    Makes two databases in that server (a superuser's URL), one that is asked and written to, one for the cache, and
    starts three replicas. --reads (100000) answers by each of --sources (triggers,logical,statistics) while writers
    commit: how many answers lack a write that was committed longer ago than the source says, and how late the latest is.
    With --break-cache the cache has a server of its own, which crashes and starts again after a third of the reads, and
    after two thirds crashes for good while its standby takes over. Then --writes (100) times a single write: until every replica answers with it. logical needs wal_level = logical.`;

const SOURCES = ['triggers', 'logical', 'statistics'] as const;
type Source = (typeof SOURCES)[number];

export interface SourceFigures {
  readonly reads: number;
  readonly from_cache: number;
  readonly bound_ms: number;
  readonly too_late: number;
  readonly latest_ms: number;
  /** Calls that were answered with an error. */
  readonly failed: number;
  readonly reads_per_second: number;
  /** How many times as much as one of the replicas answers alone, on this machine. */
  readonly against_one: number;
  /** From the commit of a write to the first answer with it, of the last replica. Null where that takes up to a minute. */
  readonly seen_everywhere: Summary | null;
}

export interface FreshnessFigures extends Record<string, unknown> {
  readonly sources: Partial<Record<Source, SourceFigures>>;
}

const BOUNDS: Readonly<Record<Source, number>> = {
  triggers: 1000,
  logical: 2000,
  statistics: 61_000,
};
const REPLICAS = 3;
const READERS = 4;
const QUESTION = 'what does the counter say?';
const SQL = 'SELECT n FROM newest';
const SETUP = `
  CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL);
  INSERT INTO counters VALUES (1, 0);
  CREATE VIEW newest AS SELECT n FROM counters WHERE id = 1`;
const WRITE = 'UPDATE counters SET n = n + 1 WHERE id = 1 RETURNING n';
/** Of the writers while the answers are judged. */
const LEAST_PAUSE_MS = 20;
const MOST_PAUSE_MS = 400;
const LIMIT_MS = 10 * 60_000;

export async function runFreshness(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<FreshnessFigures> {
  const options = parseOptions(args, {
    json: { type: 'boolean' },
    'database-url': { type: 'string' },
    reads: { type: 'string' },
    writes: { type: 'string' },
    sources: { type: 'string' },
    'break-cache': { type: 'boolean' },
  });
  const server = requireOption(options['database-url'], 'database-url');
  const reads = countOption(options.reads, 'reads', { otherwise: 100_000, least: 1 });
  const writes = countOption(options.writes, 'writes', { otherwise: 100, least: 1 });
  const wanted = options.sources?.split(',') ?? SOURCES;
  const sources: Partial<Record<Source, SourceFigures>> = {};
  for (const source of SOURCES.filter((each) => wanted.includes(each))) {
    const releases = new ReleaseStack();
    try {
      progress(`${source}: ${REPLICAS} replicas`);
      const breaking = options['break-cache'] ? await startBreakingCache(releases) : null;
      const { url, replicas } = await start({ server, source, root, breaking }, releases);
      progress(`${source}: ${reads} reads beside writers`);
      const judged = await judge(url, replicas, { reads, boundMs: BOUNDS[source], breaking });
      const alone = await judge(url, replicas.slice(0, 1), {
        reads: Math.ceil(reads / 5),
        boundMs: BOUNDS[source],
        breaking: null,
      });
      const against = round(judged.reads_per_second / alone.reads_per_second);
      if (source !== 'statistics') progress(`${source}: ${writes} single writes`);
      const seen = source === 'statistics' ? null : await untilSeen(url, replicas, writes);
      sources[source] = {
        ...judged,
        against_one: against,
        bound_ms: BOUNDS[source],
        seen_everywhere: seen,
      };
    } finally {
      await releases.unwind(0);
    }
  }
  return { sources };
}

interface Started {
  readonly url: string;
  readonly replicas: readonly Asker[];
}

async function start(
  {
    server,
    source,
    root,
    breaking,
  }: {
    readonly server: string;
    readonly source: Source;
    readonly root: string;
    readonly breaking: BreakingCache | null;
  },
  releases: ReleaseStack,
): Promise<Started> {
  const url = await database(server, releases);
  const cache = breaking?.url ?? (await database(server, releases));
  await runSql(url, SETUP);
  const pool = createPool({
    url,
    min: 0,
    max: 1,
    acquireTimeoutMs: 10_000,
    logger: pino({ level: 'silent' }),
  });
  if (source === 'triggers')
    await installTriggers({ pool, forStandbys: false, onProgress: () => undefined });
  if (source === 'logical') await installPublication({ pool, onProgress: () => undefined });
  await pool.close();
  const settings = {
    DATABASE_URL: url,
    CACHE_DATABASE_URL: cache,
    DB_POOL_MAX: '10',
    ...(source === 'logical' && { REPLICATION_URL: url }),
  };
  const replicas: Asker[] = [];
  for (let count = 0; count < REPLICAS; count += 1) {
    const started = await startServer(root, settings);
    releases.push('replica', started.stop);
    replicas.push(askerOf(started, releases));
  }
  for (const replica of replicas) await replica.call('query', { question: QUESTION, sql: SQL });
  await ready(replicas, source);
  return { url, replicas };
}

async function database(server: string, releases: ReleaseStack): Promise<string> {
  const name = `askonce_bench_${randomUUID().slice(0, 8)}`;
  await runSql(server, `CREATE DATABASE ${name}`);
  releases.push('database', async () => {
    await runSql(
      server,
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '${name}' AND NOT active`,
    );
    await runSql(server, `DROP DATABASE ${name} WITH (FORCE)`);
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** As a server is set by default: a commit is confirmed when it is in the log, from where the stream reads it. */
async function writerOf(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('SET synchronous_commit = on');
  return client;
}

interface Told {
  readonly source: string;
  readonly value: number;
}

interface Asker {
  readonly origin: string;
  /** Null where it was answered with an error. */
  readonly call: (tool: 'ask' | 'query', args: ToolCall['arguments']) => Promise<Told | null>;
}

function askerOf(server: ServerProcess, releases: ReleaseStack): Asker {
  const poster = createPoster(server.url, READERS * 2);
  releases.push('poster', async () => poster.close());
  return {
    origin: new URL(server.url).origin,
    async call(name, args) {
      const { body, headers } = statelessCall({ name, arguments: args });
      const answer = await poster.post(body, headers);
      const { result } = JSON.parse(answer.body) as {
        result: { structuredContent: { source: string; rows?: [[number]] } };
      };
      const { source, rows } = result.structuredContent;
      return rows ? { source, value: rows[0][0] } : null;
    },
  };
}

async function ready(replicas: readonly Asker[], source: Source): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (const { origin, call } of replicas) {
    for (;;) {
      await call('ask', { question: QUESTION });
      const { checks } = (await (await fetch(`${origin}/readyz`)).json()) as {
        checks: Record<string, string>;
      };
      if (checks['changes']?.startsWith(source)) break;
      if (performance.now() > deadline) throw new Error(`not by ${source}: ${checks['changes']}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function judge(
  url: string,
  replicas: readonly Asker[],
  {
    reads,
    boundMs,
    breaking,
  }: {
    readonly reads: number;
    readonly boundMs: number;
    readonly breaking: BreakingCache | null;
  },
): Promise<Omit<SourceFigures, 'bound_ms' | 'seen_everywhere' | 'against_one'>> {
  const ledger = createLedger();
  const begun = performance.now();
  let [done, known, failed, tooLate, latest] = [0, 0, 0, 0, 0];
  const isOver = (): boolean => done >= reads || performance.now() > begun + LIMIT_MS;
  const write = async (): Promise<void> => {
    const client = await writerOf(url);
    while (!isOver()) {
      const { rows } = await client.query<{ n: number }>(WRITE);
      ledger.committed(rows[0]!.n);
      const pause = LEAST_PAUSE_MS + Math.random() * (MOST_PAUSE_MS - LEAST_PAUSE_MS);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    await client.end();
  };
  const read = async ({ call }: Asker): Promise<void> => {
    while (!isOver()) {
      const calledAt = performance.now();
      const told = await call('ask', { question: QUESTION });
      if (told === null) {
        failed += 1;
        continue;
      }
      const { source, value } = told;
      const late = ledger.lateness(value, calledAt);
      latest = Math.max(latest, late);
      if (late > boundMs) tooLate += 1;
      if (source !== 'database') known += 1;
      done += 1;
    }
  };
  const readers = replicas.flatMap((replica) =>
    Array.from({ length: READERS }, () => read(replica)),
  );
  const after = async (share: number, work: () => Promise<void>): Promise<void> => {
    const hasCome = (): boolean => done >= share * reads || isOver();
    while (!hasCome()) await new Promise((resolve) => setTimeout(resolve, 20));
    await work();
  };
  const breaks = async (): Promise<void> => {
    if (breaking === null) return;
    await after(1 / 3, () => breaking.crash());
    await after(2 / 3, () => breaking.failOver());
  };
  await Promise.all([write(), breaks(), ...readers]);
  const seconds = (performance.now() - begun) / 1000;
  return {
    reads: done,
    failed,
    from_cache: round(known / done),
    too_late: tooLate,
    latest_ms: round(latest),
    reads_per_second: Math.round(done / seconds),
  };
}

/** Every replica is asked again and again, as busy agents do. */
async function untilSeen(
  url: string,
  replicas: readonly Asker[],
  writes: number,
): Promise<Summary> {
  const client = await writerOf(url);
  const taken: number[] = [];
  for (let count = 0; count < writes; count += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 100));
    const { rows } = await client.query<{ n: number }>(WRITE);
    const committedAt = performance.now();
    await Promise.all(
      replicas.map(async ({ call }) => {
        while (((await call('ask', { question: QUESTION }))?.value ?? -1) < rows[0]!.n)
          await new Promise((resolve) => setTimeout(resolve, 2));
      }),
    );
    taken.push(performance.now() - committedAt);
  }
  await client.end();
  return summary(taken);
}
