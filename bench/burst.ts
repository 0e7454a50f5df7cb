// `npm run bench -- burst`: how askonce gives way under more and more agents that ask in bursts, beside a
// server that keeps an instance and a connection for each of them; and what a cache is worth to them.
import { writeFile } from 'node:fs/promises';

import { knownQuestions } from '../src/demo/questions.ts';
import type { KnownQuestion } from '../src/demo/questions.ts';
import { ReleaseStack } from '../src/lib/release-stack.ts';
import type { BurstJob } from './burst-agents.ts';
import { openBurstDatabases } from './burst-databases.ts';
import type { Gauges, Watched } from './burst-gauges.ts';
import { watch } from './burst-gauges.ts';
import { burstPicture } from './burst-picture.ts';
import { ALL_KNOWN, MIXED } from './burst-questions.ts';
import type { Shares } from './burst-questions.ts';
import { measureRepeat } from './burst-repeat.ts';
import type { RepeatFigures } from './burst-repeat.ts';
import { QUESTIONS_SEED } from './burst-seed.ts';
import { latenciesOf } from './burst-tally.ts';
import type { BurstFigures, Latencies } from './burst-tally.ts';
import { startBenchServer, startBenchWorker } from './child-process.ts';
import type { BenchWorker } from './child-process.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions } from './decisions-options.ts';
import { addressOf, openConnection } from './http-connection.ts';
import type { LoadFigures, LoadJob } from './load-figures.ts';
import { callText, openSession } from './mcp-wire.ts';
import type { McpTarget } from './mcp-wire.ts';
import { createRandom } from '../src/lib/random.ts';
import { startServer } from './server-process.ts';
import { round } from './statistics.ts';

export const BURST_USAGE = `burst [--database-url URL] [--cache-url URL] [--think MS] [--seconds N] [--known-only] [--picture FILE.svg]
    1 to 1000 conversations in one server, each with bursts of 10 to 50 parallel calls and a pause of --think
    (5000) between them, for --seconds (15) each: 300 known questions by Zipf's law, one in ten in other
    words, one in twenty new and followed by SQL. Who is shed tries again at once. Up to 2000 connections,
    kept and opened before. Then the same against a server with an instance and a connection for each session,
    where --database-url names a PostgreSQL (the demo shop is built in it unless it is there); then one
    aggregate of 30 ms, 200 agents, with the cache and without. --known-only: none in other words, none new.
    --picture: the curve, as SVG.`;

export interface Level extends BurstFigures, Gauges {
  /** p99 of hits over their median with one conversation, in bursts too. */
  readonly p99_over_one_conversation: number;
  /** p99 of hits over the median of one caller that asks one at a time. */
  readonly p99_over_one_caller: number;
}

export interface BurstReport extends Record<string, unknown> {
  readonly database: 'PostgreSQL' | 'embedded';
  readonly think_ms: number;
  readonly shares: Shares;
  readonly pool_budget: number;
  readonly one_caller: Latencies;
  readonly levels: readonly Level[];
  readonly contrast: ReadonlyArray<BurstFigures & Gauges>;
  readonly repeat: RepeatFigures;
  readonly goals: ReadonlyArray<{ readonly goal: string; readonly met: boolean }>;
}

const LEVELS = [1, 10, 50, 200, 1000];
const CONTRAST_LEVELS = [50, 200];
const DEFAULT_THINK_MS = 5000;
const DEFAULT_SECONDS = 15;
const ALONE_CALLS = 1000;
const LEARNERS = 4;
const MAX_P99_RATIO = 10;

type Agents = BenchWorker<BurstJob, BurstFigures>;

export async function runBurst(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<BurstReport> {
  const options = burstOptions(args);
  const { databaseUrl, durationMs, shares, thinkMs } = options;
  const releases = new ReleaseStack();
  try {
    const databases = await openBurstDatabases(options, progress, releases);
    const server = await startServer(root, databases.settings);
    releases.push('askonce', () => server.stop());
    const target: McpTarget = { url: server.url, era: '2025-11-25' };
    const known = knownQuestions(createRandom(QUESTIONS_SEED));
    progress(`learning ${known.length} questions`);
    await learn(target, known);
    const oneCaller = latenciesOf(await askAlone(target, known[0]!));
    const agents: Agents = startBenchWorker(root, 'burst-agents.js');
    releases.push('agents', () => agents.stop());

    const plan = { agents, thinkMs, durationMs, shares, progress };
    const metricsUrl = new URL('/metrics', server.url).href;
    const watched = { pid: server.pid, metricsUrl, databaseUrl };
    const taken: Array<BurstFigures & Gauges> = [];
    for (const conversations of LEVELS) {
      taken.push(await takeLevel({ ...plan, conversations, url: server.url, watched }));
    }
    const levels = taken.map((level) => ({
      ...level,
      p99_over_one_conversation: round(level.hits.p99_ms / taken[0]!.hits.p50_ms),
      p99_over_one_caller: round(level.hits.p99_ms / oneCaller.p50_ms),
    }));
    const contrast = databaseUrl === null ? [] : await takeContrast(root, databaseUrl, plan);
    const load = startBenchWorker<LoadJob, LoadFigures>(root, 'load-child.js');
    releases.push('load generator', () => load.stop());
    const repeat = await measureRepeat({ url: server.url, load, progress });
    const report: BurstReport = {
      database: databaseUrl === null ? 'embedded' : 'PostgreSQL',
      think_ms: thinkMs,
      shares,
      pool_budget: databases.budget,
      one_caller: oneCaller,
      levels,
      contrast,
      repeat,
      goals: goalsOf(levels, databases.budget, repeat),
    };
    if (options.picture !== null) await writeFile(options.picture, burstPicture(report));
    return report;
  } finally {
    await releases.unwind(0);
  }
}

function goalsOf(levels: readonly Level[], budget: number, repeat: RepeatFigures) {
  return [
    { goal: 'every request is answered or shed', met: levels.every(({ failed }) => failed === 0) },
    {
      goal: `p99 of hits under ${MAX_P99_RATIO} times the median with one conversation`,
      met: levels.every((level) => level.p99_over_one_conversation < MAX_P99_RATIO),
    },
    {
      goal: 'the data pool within its budget',
      met: levels.every(({ pool_connections }) => (pool_connections ?? 0) <= budget),
    },
    { goal: `the cache is worth ${repeat.goal} times the requests`, met: repeat.met },
  ];
}

function burstOptions(args: readonly string[]) {
  const given = parseOptions(args, {
    json: { type: 'boolean' },
    'database-url': { type: 'string' },
    'cache-url': { type: 'string' },
    think: { type: 'string' },
    seconds: { type: 'string' },
    'known-only': { type: 'boolean' },
    picture: { type: 'string' },
  });
  return {
    databaseUrl: given['database-url'] ?? null,
    cacheUrl: given['cache-url'] ?? null,
    picture: given.picture ?? null,
    shares: given['known-only'] ? ALL_KNOWN : MIXED,
    thinkMs: countOption(given.think, 'think', { otherwise: DEFAULT_THINK_MS }),
    durationMs: 1000 * countOption(given.seconds, 'seconds', { otherwise: DEFAULT_SECONDS }),
  };
}

async function learn(target: McpTarget, known: readonly KnownQuestion[]): Promise<void> {
  const left = known.values();
  await Promise.all(
    Array.from({ length: LEARNERS }, async () => {
      const connection = await openConnection(addressOf(target.url));
      const session = await openSession(target, connection);
      for (const { question, sql } of left) {
        const call = { name: 'query', arguments: { question, sql } };
        const { body } = await connection.ask(callText(target, session, call));
        if (!body.includes('"status":"answered"')) {
          throw new Error(`${question} ${body.toString()}`);
        }
      }
      connection.close();
    }),
  );
}

/** One hit after the other, nothing else going on. */
async function askAlone(target: McpTarget, { question }: KnownQuestion): Promise<number[]> {
  const connection = await openConnection(addressOf(target.url));
  const session = await openSession(target, connection);
  const text = callText(target, session, { name: 'ask', arguments: { question } });
  const times: number[] = [];
  for (let count = 0; count < ALONE_CALLS; count += 1) {
    const started = performance.now();
    const { body } = await connection.ask(text);
    times.push(performance.now() - started);
    if (!body.includes('"source":"memory"')) throw new Error(`not a hit: ${body.toString()}`);
  }
  connection.close();
  return times;
}

interface Plan {
  readonly agents: Agents;
  readonly shares: Shares;
  readonly thinkMs: number;
  readonly durationMs: number;
  readonly progress: (line: string) => void;
}

interface LevelPlan extends Plan {
  readonly url: string;
  readonly conversations: number;
  readonly watched: Watched;
  readonly alwaysQueries?: boolean;
}

async function takeLevel(plan: LevelPlan): Promise<BurstFigures & Gauges> {
  const { agents, conversations, durationMs, progress, shares, thinkMs, url, watched } = plan;
  const alwaysQueries = plan.alwaysQueries ?? false;
  progress(`${conversations} conversations${alwaysQueries ? ', contrast' : ''}`);
  const stop = await watch(watched);
  // No earlier run over the same cache has asked these.
  const coldFrom = Date.now();
  const figures = await agents.run({
    url,
    conversations,
    durationMs,
    thinkMs,
    alwaysQueries,
    coldFrom,
    shares,
  });
  return { ...figures, ...(await stop()) };
}

/** A server of its own for each level: the connections of the last one would count in the next. */
async function takeContrast(root: string, databaseUrl: string, plan: Plan) {
  const taken: Array<BurstFigures & Gauges> = [];
  for (const conversations of CONTRAST_LEVELS) {
    const { url, pid, stop } = await startBenchServer(root, 'contrast-server.js', [databaseUrl]);
    try {
      const watched = { pid, metricsUrl: null, databaseUrl };
      taken.push(await takeLevel({ ...plan, url, conversations, watched, alwaysQueries: true }));
    } finally {
      await stop();
    }
  }
  return taken;
}
