// `npm run bench -- stream`: a large result through the whole of the server, against psql, which copies it,
// and against the usual way, which holds it; and what eight of them at once take of memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ReleaseStack } from '../src/lib/release-stack.ts';
import { statelessCall } from './mcp-wire.ts';
import { runSql } from './run-sql.ts';
import { processorMicroseconds, startBenchServer } from './child-process.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions, requireOption } from './decisions-options.ts';
import { median } from './protocol-figures.ts';
import { startServer } from './server-process.ts';
import { interleaved, round } from './statistics.ts';
import { watchMemory } from './stream-memory.ts';
import type { MemoryFigures } from './stream-memory.ts';
import { copied } from './stream-psql.ts';
import { pulled } from './stream-pull.ts';
import type { Pulled } from './stream-pull.ts';

export const STREAM_USAGE = `stream --database-url URL [--cache-url URL] [--psql COMMAND] [--rows N] [--rounds N] [--clients N]
    --rows (500000) rows of a table made for it, --rounds (5) times each way in turn: psql's \\copy of row_to_json,
    an answer of askonce that runs, the same in gzip, one that is stored, the rows as one text. Rows and megabytes per second,
    time to the first row, processor time of the server per megabyte. Then --clients (8) at once that pull
    100 MB each: how much the server grows. The database must be PostgreSQL, its user may create a table.`;

type Way = 'psql' | 'askonce' | 'gzip' | 'stored' | 'buffered';

export interface StreamWay {
  readonly rows_per_second: number;
  readonly mb_per_second: number;
  readonly mb: number;
  /** As it goes over the network. */
  readonly wire_mb: number;
  readonly first_row_ms: number;
  /** Of the server; null for psql. */
  readonly cpu_ms_per_mb: number | null;
}

export interface StreamFigures extends Record<string, unknown> {
  readonly rows: number;
  readonly ways: Readonly<Record<Way, StreamWay>>;
  readonly memory: MemoryFigures & { readonly clients: number; readonly mb_each: number };
  readonly goals: ReadonlyArray<{
    readonly goal: string;
    readonly value: number;
    readonly met: boolean;
  }>;
}

const TABLE = 'askonce_bench_stream';
const MEGABYTE = 1e6;
const PULL_MB = 100;
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_ROWS = 10_000_000;
const COLUMNS = 'id, name, email, amount, created, is_open, note';

interface Sample {
  readonly pulled: Omit<Pulled, 'text'>;
  readonly cpuMs: number | null;
}

export async function runStream(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<StreamFigures> {
  const options = streamOptions(args);
  const { databaseUrl, psql, rows, rounds, clients } = options;
  const releases = new ReleaseStack();
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'askonce-bench-'));
    releases.push('data folder', () => rm(dataDir, { recursive: true, force: true }));
    progress(`a table of ${rows} rows`);
    await buildTable(databaseUrl, rows);
    releases.push('table', () => runSql(databaseUrl, `DROP TABLE ${TABLE}`));
    const server = await startServer(root, {
      ASKONCE_DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      MAX_RESPONSE_BYTES: `${MAX_BYTES}`,
      MAX_ROWS: `${MAX_ROWS}`,
      SPOOL_MAX_BYTES: `${MAX_BYTES}`,
      STATEMENT_TIMEOUT_MS: '600000',
      ...(options.cacheUrl !== null && { CACHE_DATABASE_URL: options.cacheUrl }),
    });
    releases.push('askonce', () => server.stop());
    const buffered = await startBenchServer(root, 'stream-buffered.js', [databaseUrl]);
    releases.push('buffered', () => buffered.stop());

    const sql = `SELECT ${COLUMNS} FROM ${TABLE} ORDER BY id`;
    const timed = async (pid: number, pull: () => Promise<Pulled>): Promise<Sample> => {
      const before = processorMicroseconds(pid);
      const { text, ...figures } = await pull();
      if (!text.includes('"rows":[')) throw new Error(text);
      return { pulled: figures, cpuMs: (processorMicroseconds(pid) - before) / 1000 };
    };
    const ask = async (
      more: object,
      { statement = sql, encoding = 'identity' } = {},
    ): Promise<Pulled> => {
      const asked = { question: `all of ${statement}`, sql: statement, ...more };
      const answer = await pullAnswer(server.url, asked, encoding);
      if (!answer.text.includes('"rows":[[')) throw new Error(answer.text);
      return answer;
    };
    const samples: Record<Way, Sample[]> = {
      psql: [],
      askonce: [],
      gzip: [],
      stored: [],
      buffered: [],
    };
    const ways: Record<Way, () => Promise<Sample>> = {
      psql: async () => ({ pulled: await copied(psql, databaseUrl, sql), cpuMs: null }),
      askonce: () => timed(server.pid, () => ask({ max_age_seconds: 0 })),
      gzip: () => timed(server.pid, () => ask({ max_age_seconds: 0 }, { encoding: 'gzip' })),
      stored: () => timed(server.pid, () => ask({})),
      buffered: () => timed(buffered.pid, () => pulled(buffered.url, sql)),
    };
    progress('each way once, to warm up');
    for (const way of Object.values(ways)) await way();
    progress(`${rounds} rounds`);
    await interleaved(
      rounds,
      Object.fromEntries(
        Object.entries(ways).map(([name, way]) => [
          name,
          async () => samples[name as Way].push(await way()),
        ]),
      ),
    );
    progress(`${clients} clients at once`);
    const figures = {
      psql: wayOf(rows, samples.psql),
      askonce: wayOf(rows, samples.askonce),
      gzip: wayOf(rows, samples.gzip),
      stored: wayOf(rows, samples.stored),
      buffered: wayOf(rows, samples.buffered),
    };
    const mbEach = figures.askonce.mb / rows;
    const count = Math.ceil(PULL_MB / mbEach);
    const copies = Math.ceil(count / rows);
    const measured = watchMemory(server.pid);
    const pulls = await Promise.all(
      Array.from({ length: clients }, (_, client) =>
        ask(
          {},
          {
            statement: `SELECT ${COLUMNS} FROM generate_series(1, ${copies}) copy, ${TABLE}
              WHERE copy + ${client} > 0 LIMIT ${count}`,
          },
        ),
      ),
    );
    const mb = round(Math.min(...pulls.map(({ bytes }) => bytes)) / MEGABYTE);
    const memory = { clients, mb_each: mb, ...measured() };
    return { rows, ways: figures, memory, goals: goalsOf(figures, memory) };
  } finally {
    await releases.unwind(0);
  }
}

function goalsOf(ways: StreamFigures['ways'], memory: MemoryFigures): StreamFigures['goals'] {
  const { psql, askonce, buffered } = ways;
  const rowsRatio = round(askonce.rows_per_second / psql.rows_per_second);
  const cpuRatio = round(askonce.cpu_ms_per_mb! / buffered.cpu_ms_per_mb!);
  const firstRatio = round(askonce.first_row_ms / psql.first_row_ms);
  return [
    {
      goal: 'rows per second over those of psql at least',
      value: rowsRatio,
      met: rowsRatio >= 0.9,
    },
    {
      goal: 'CPU per MB over that of the buffered way at most 0.25',
      value: cpuRatio,
      met: cpuRatio <= 0.25,
    },
    { goal: 'first row within 2 times that of psql', value: firstRatio, met: firstRatio <= 2 },
    { goal: 'growth under 100 MiB', value: memory.growth_mib, met: memory.growth_mib < 100 },
  ];
}

function wayOf(rows: number, samples: readonly Sample[]): StreamWay {
  const middle = (of: (sample: Sample) => number): number => median(samples.map(of));
  const seconds = middle(({ pulled: { ms } }) => ms) / 1000;
  const mb = middle(({ pulled: { bytes } }) => bytes) / MEGABYTE;
  const hasCpu = samples[0]?.cpuMs !== null;
  return {
    rows_per_second: Math.round(rows / seconds),
    mb_per_second: round(mb / seconds),
    mb: round(mb),
    wire_mb: round(middle(({ pulled: { wireBytes } }) => wireBytes) / MEGABYTE),
    first_row_ms: round(middle(({ pulled: { firstMs } }) => firstMs)),
    cpu_ms_per_mb: hasCpu ? round(middle(({ cpuMs }) => cpuMs!) / mb) : null,
  };
}

function pullAnswer(url: string, args: object, encoding: string): Promise<Pulled> {
  const limits = { max_rows: MAX_ROWS, max_bytes: MAX_BYTES };
  const { body, headers } = statelessCall({ name: 'query', arguments: { ...args, ...limits } });
  return pulled(url, body, {
    ...headers,
    'content-type': 'application/json',
    'accept-encoding': encoding,
    accept: 'application/json, text/event-stream',
  });
}

async function buildTable(url: string, rows: number): Promise<void> {
  await runSql(
    url,
    `DROP TABLE IF EXISTS ${TABLE};
     CREATE TABLE ${TABLE} AS SELECT i AS id, 'Customer ' || md5(i::text) AS name,
       'c' || i || '@example.com' AS email, (i % 100000) / 100.0 AS amount,
       timestamptz '2024-01-01' + i * interval '1 minute' AS created, i % 3 = 0 AS is_open,
       CASE WHEN i % 4 > 0 THEN 'said "' || i || '", and more' END AS note
     FROM generate_series(1, ${rows}) i;
     ALTER TABLE ${TABLE} ADD PRIMARY KEY (id);
     ANALYZE ${TABLE}`,
  );
}

function streamOptions(args: readonly string[]) {
  const given = parseOptions(args, {
    json: { type: 'boolean' },
    'database-url': { type: 'string' },
    'cache-url': { type: 'string' },
    psql: { type: 'string' },
    rows: { type: 'string' },
    rounds: { type: 'string' },
    clients: { type: 'string' },
  });
  return {
    databaseUrl: requireOption(given['database-url'], 'database-url'),
    cacheUrl: given['cache-url'] ?? null,
    psql: given.psql ?? 'psql',
    rows: countOption(given.rows, 'rows', { otherwise: 500_000, least: 1 }),
    rounds: countOption(given.rounds, 'rounds', { otherwise: 5, least: 1 }),
    clients: countOption(given.clients, 'clients', { otherwise: 8, least: 1 }),
  };
}
