// The main job, measured: exact hit over HTTP on a kept session against a bare JSON echo, semantic hit
// against one embedding plus one search, start-up to the first answer, memory at rest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pgvector from 'pgvector';
import { pino } from 'pino';

import { startEmbeddedDatabase } from '../src/db/embedded.ts';
import { createPool } from '../src/db/pool.ts';
import { createEmbedder } from '../src/embedding/embedder.ts';
import type { BenchContext } from './context.ts';
import { createPoster, residentMiB, startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { interleaved, round, summary, throughput } from './statistics.ts';

/** Each is asked about by name, so that what the others know must be refused. */
const COUNTRIES = ['Germany', 'France', 'Italy', 'Spain', 'Poland', 'Austria', 'Sweden', 'Brazil'];
const questionAbout = (country: string): string => `how many customers are in ${country}?`;
const sqlAbout = (country: string): string =>
  `SELECT count(*) FROM customers JOIN countries ON countries.code = customers.country_code
  WHERE countries.name = '${country}'`;
const QUESTION = questionAbout('Germany');
const SQL = sqlAbout('Germany');
const ROUNDS = 1500;
const CALLERS = 16;
const LOAD_MS = 4000;
const logger = pino({ level: 'silent' });

/** Rephrasings that are hits, each worded anew: a repeated one would be an exact hit. */
const OPENINGS = ['', 'please tell me ', 'tell me ', 'show me ', 'give me ', 'i want '];
const BODIES = [
  'the number of customers in',
  'the number of customers located in',
  'the count of customers in',
  'the total number of customers in',
  'the customer count in',
  'the count of customers located in',
];
/** A fresh process runs slowly: these are asked before the clock starts. */
const WARM_UP = 60;

export async function runMain({ progress, root }: BenchContext): Promise<Record<string, unknown>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'askonce-bench-'));
  try {
    progress('start-up: first start builds the demo shop, second finds it');
    const cold = await timedStart(root, { ASKONCE_DATA_DIR: dataDir });
    await cold.server.stop();
    const warm = await timedStart(root, { ASKONCE_DATA_DIR: dataDir });
    const memory = residentMiB(warm.server.pid);
    progress('exact hits against a bare JSON echo');
    const exact = await measureExact(root, warm.server);
    await warm.server.stop();
    progress('semantic hits against one embedding and one search');
    const semantic = await measureSemantic(root, dataDir);
    return {
      exact_hit: exact,
      semantic_hit: semantic,
      startup_to_first_answer_ms: { first: cold.ms, later: warm.ms },
      resident_mib_at_rest: {
        ...memory,
        total: Object.values(memory).reduce((sum, mib) => sum + mib, 0),
      },
    };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function timedStart(
  root: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ server: ServerProcess; ms: number }> {
  const started = performance.now();
  const server = await startServer(root, settings);
  const session = await openSession(server.url, 1);
  await session.call('query', { question: QUESTION, sql: SQL });
  session.close();
  return { server, ms: Math.round(performance.now() - started) };
}

async function openSession(url: string, callers: number) {
  const { post, close } = createPoster(url, callers);
  const opened = await post(
    rpc(0, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    }),
  );
  const headers = {
    'mcp-session-id': String(opened.headers['mcp-session-id']),
    'mcp-protocol-version': '2025-11-25',
  };
  let id = 0;
  const call = async (name: string, args: Record<string, unknown>) => {
    id += 1;
    const { body } = await post(rpc(id, 'tools/call', { name, arguments: args }), headers);
    return body;
  };
  return { call, close };
}

function rpc(id: number, method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

async function measureExact(root: string, server: ServerProcess) {
  const session = await openSession(server.url, CALLERS);
  const hit = async (): Promise<void> => {
    requireSource(await session.call('ask', { question: QUESTION }), 'memory');
  };
  const sample = await session.call('ask', { question: QUESTION });
  const echo = await startEcho(root, sample.slice(0, -100));
  const bare = createPoster(echo.url, CALLERS);
  const body = rpc(1, 'tools/call', { name: 'ask', arguments: { question: QUESTION } });
  const floor = (): Promise<unknown> => bare.post(body);
  await interleaved(200, { hit, floor });
  const samples = await interleaved(ROUNDS, { hit, floor });
  const hitsPerSecond = await throughput(CALLERS, LOAD_MS, hit);
  const floorPerSecond = await throughput(CALLERS, LOAD_MS, floor);
  session.close();
  bare.close();
  echo.stop();
  const [one, other] = [summary(samples.hit), summary(samples.floor)];
  return {
    one_caller: one,
    bare_echo_one_caller: other,
    latency_ratio: round(one.median_ms / other.median_ms),
    per_second: Math.round(hitsPerSecond),
    bare_echo_per_second: Math.round(floorPerSecond),
    throughput_ratio: round(hitsPerSecond / floorPerSecond),
    callers: CALLERS,
  };
}

async function startEcho(root: string, answer: string) {
  const child = spawn(process.execPath, [join(root, 'dist/bench/echo.js'), answer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${line.toString().trim()}/`, stop: () => child.kill() };
}

/** The cache database runs here, so that the floor searches the very table that the server searches. */
async function measureSemantic(root: string, dataDir: string) {
  const cache = await startEmbeddedDatabase({ dataDir, name: 'cache', logger });
  const embedder = await createEmbedder({
    modelsDir: join(root, 'models'),
    model: 'askonce-mini-v1',
    logger,
  });
  const pool = createPool({ url: cache.url, min: 1, max: 1, acquireTimeoutMs: 5000, logger });
  const server = await startServer(root, {
    ASKONCE_DATA_DIR: dataDir,
    CACHE_DATABASE_URL: cache.url,
  });
  try {
    const session = await openSession(server.url, 1);
    for (const country of COUNTRIES) {
      await session.call('query', { question: questionAbout(country), sql: sqlAbout(country) });
    }
    const wordings = OPENINGS.flatMap((opening) =>
      BODIES.flatMap((body) => COUNTRIES.map((country) => `${opening}${body} ${country}`)),
    );
    let next = 0;
    const sources: Record<string, number> = {};
    const tasks = {
      async hit() {
        const source = sourceOf(await session.call('ask', { question: wordings[next]! }));
        sources[source] = (sources[source] ?? 0) + 1;
        next += 1;
      },
      async floor() {
        const vector = await embedder.embed(`${wordings[next - 1]} `);
        await pool.query(
          'SELECT id FROM askonce.phrasings ORDER BY embedding <=> $1::vector LIMIT 10',
          [pgvector.toSql(Array.from(vector))],
        );
      },
    };
    await interleaved(WARM_UP, tasks);
    const samples = await interleaved(wordings.length - WARM_UP, tasks);
    session.close();
    const [hit, floor] = [summary(samples.hit), summary(samples.floor)];
    return {
      ...hit,
      sources,
      embedding_plus_search: floor,
      latency_ratio: round(hit.median_ms / floor.median_ms),
    };
  } finally {
    await server.stop();
    await pool.close();
    await embedder.close();
    await cache.close();
  }
}

function sourceOf(body: string): string {
  const { structuredContent } = (
    JSON.parse(body) as { result: { structuredContent: { source?: string; status?: string } } }
  ).result;
  return structuredContent.source ?? structuredContent.status ?? 'error';
}

function requireSource(body: string, source: string): void {
  if (!body.includes(`"source":"${source}"`)) throw new Error(`not from ${source}: ${body}`);
}
