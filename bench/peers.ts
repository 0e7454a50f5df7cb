// `npm run bench -- peers`: the same load against askonce, dbhub, the MCP Toolbox for Databases and a bare server, over
// one PostgreSQL; and the figures that the field quotes, beside those that are measured here.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AppError } from '../src/errors.ts';
import { ReleaseStack } from '../src/lib/release-stack.ts';
import { ASKONCE } from '../src/validate/load/manner.ts';
import { createEndpoint } from '../src/validate/endpoint.ts';
import { teach } from '../src/validate/teach.ts';
import { startBenchWorker } from './child-process.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions } from './decisions-options.ts';
import { LARGE_SQL, openPeersDatabases } from './peers/databases.ts';
import { readFigures, writeDocuments } from './peers/document.ts';
import type { Cell, FieldCell, PeersFigures, Summary } from './peers/figures.ts';
import type { Loaded, PeersJob } from './peers/load-job.ts';
import { WORKLOADS, askingOf } from './peers/questions.ts';
import type { Workload } from './peers/questions.ts';
import { takeRounds } from './peers/rounds.ts';
import type { RoundParts, Task } from './peers/rounds.ts';
import { PEERS, askonce, bare, peer, sessionEach } from './peers/servers.ts';
import type { Candidate, CandidateParts, Measured } from './peers/servers.ts';

export const PEERS_USAGE = `peers [--database-url URL] [--rounds N] [--seconds N] [--only NAMES] [--parts NAMES] [--write] [--from FILE]
    askonce, @bytebase/dbhub and @toolbox-sdk/server (from npm at pinned versions, kept in the cache of this
    machine) and a bare server over one PostgreSQL 17: its own, or databases made in the one that is named. --parts:
    large (a result of 35 MB), agents (1, 20 and 200 without time to think: a 30 ms aggregate, questions of the demo
    shop with a third in other words, new ones, a trivial statement), burst (1000 calls at once), field (20 to 1000 users, beside
    what the field quotes). --rounds (3) with each in turn, --seconds (5) each; a round in which others took a
    quarter of the machine is taken anew, once. --only askonce,dbhub,toolbox,bare. --write: docs/peers.json,
    and the tables of README.md and docs/peers.md; --from FILE: of figures that are there. Linux only.`;

interface PeersOptions {
  readonly databaseUrl: string | null;
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly string[];
  readonly parts: readonly Part[];
}

const PARTS = ['large', 'agents', 'burst', 'field'] as const;
type Part = (typeof PARTS)[number];

const SERVERS = ['askonce', ...PEERS, 'bare'] as const;
const POOL = 20;
const MAX_BYTES = 128 * 1024 * 1024;
/** As JSON objects without spaces they are 35 MB. */
const LARGE_ROWS = 175_000;
const LEVELS: Readonly<Record<Workload, readonly number[]>> = {
  trivial: [20],
  aggregate: [1, 20, 200],
  shop: [1, 20, 200],
  new: [20],
};
const BURST = 1000;
const USERS = [20, 30, 60, 150, 1000];
/** Each is a process of its own. */
const MAX_STDIO_USERS = 20;
const WARM_UP_MS = 2000;

export async function runPeers(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<PeersFigures> {
  const { from, isWritten, ...options } = peersOptions(args);
  const figures = from === null ? await measure(root, options, progress) : await readFigures(from);
  if (isWritten) await writeDocuments(root, figures);
  return figures;
}

async function measure(
  root: string,
  options: PeersOptions,
  progress: (line: string) => void,
): Promise<PeersFigures> {
  const [lastMinute = 0, , lastQuarter = 0] = os.loadavg();
  const releases = new ReleaseStack();
  try {
    const { databaseUrl } = options;
    const databases = await openPeersDatabases({
      databaseUrl,
      largeRows: LARGE_ROWS,
      progress,
      releases,
    });
    const dataDir = await mkdtemp(join(tmpdir(), 'askonce-bench-'));
    releases.push('data folder', () => rm(dataDir, { recursive: true, force: true }));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    const common = { root, databases, dataDir, pool: POOL, maxBytes: MAX_BYTES, version };
    const candidates = await candidatesOf({ ...common, releases, progress }, options.only);
    const load = startBenchWorker<PeersJob, Loaded>(root, 'peers/load-child.js');
    releases.push('load', () => load.stop());
    const parts: RoundParts = { load, databases, progress };
    const all = [...candidates.sideBySide, ...candidates.inTheField];
    return {
      at: new Date().toISOString(),
      node: process.version,
      machine: thisMachine(),
      load_average: { minute: lastMinute, quarter_hour: lastQuarter },
      servers: Object.fromEntries(
        all.map(({ name, settings, title }) => [name, { title, settings }]),
      ),
      postgres: databases.version,
      rounds: options.rounds,
      seconds_each: options.seconds,
      pool: POOL,
      aggregate_ms: Math.round(databases.aggregate.ms * 10) / 10,
      large_rows: LARGE_ROWS,
      ...(await takeSideBySide(parts, candidates.sideBySide, options)),
      field: options.parts.includes('field') ? await takeInTheField(parts, all, options) : [],
    };
  } finally {
    await releases.unwind(0);
  }
}

async function candidatesOf(parts: CandidateParts, only: readonly string[]) {
  const sideBySide: Candidate[] = [];
  const inTheField: Candidate[] = [];
  if (only.includes('askonce')) sideBySide.push(askonce(parts));
  for (const name of PEERS) {
    if (!only.includes(name)) continue;
    const { over, overStdio } = await peer(name, parts);
    sideBySide.push(over);
    if (overStdio) inTheField.push(overStdio);
  }
  if (only.includes('bare')) {
    sideBySide.push(bare(parts));
    inTheField.push(sessionEach(parts));
  }
  return { sideBySide, inTheField };
}

/** All of them are up, and each has its turn in every round. */
async function takeSideBySide(
  parts: RoundParts,
  candidates: readonly Candidate[],
  { parts: wanted, rounds, seconds }: PeersOptions,
): Promise<Pick<PeersFigures, 'agents' | 'burst' | 'large'>> {
  const releases = new ReleaseStack();
  const agents: Cell[] = [];
  const burst: Cell[] = [];
  const large: Cell[] = [];
  try {
    const servers: Measured[] = [];
    for (const candidate of candidates) servers.push(await started(parts, candidate, releases));
    const take = async (task: Task, what: string): Promise<ReadonlyMap<string, Summary>> =>
      await takeRounds(parts, servers, { rounds, task, what });
    const cells = (
      summaries: ReadonlyMap<string, Summary>,
      of: Pick<Cell, 'workload' | 'agents'>,
    ): Cell[] => [...summaries].map(([server, summary]) => ({ server, ...of, ...summary }));

    // First, while they are fresh: it is their memory that is looked at.
    if (wanted.includes('large')) {
      const task: Task = { kind: 'large', sql: LARGE_SQL, maxBytes: MAX_BYTES };
      large.push(...cells(await take(task, 'a large result'), { workload: 'large', agents: 1 }));
    }
    for (const workload of wanted.includes('agents') ? WORKLOADS : []) {
      for (const count of LEVELS[workload]) {
        const of = { workload, agents: count };
        const task: Task = { kind: 'agents', ...of, durationMs: seconds * 1000 };
        agents.push(...cells(await take(task, `${workload}, ${count} agents`), of));
      }
    }
    if (wanted.includes('burst')) {
      const of = { workload: 'shop', agents: BURST } as const;
      burst.push(...cells(await take({ kind: 'burst', ...of }, `${BURST} at once`), of));
    }
  } finally {
    await releases.unwind(0);
  }
  return { agents, burst, large };
}

/** One after the other, each alone: one of them wants a connection of the database for each user. */
async function takeInTheField(
  parts: RoundParts,
  candidates: readonly Candidate[],
  { seconds }: PeersOptions,
): Promise<FieldCell[]> {
  const field: FieldCell[] = [];
  for (const candidate of candidates) {
    const together = candidate.keepsUsers ? USERS.map((users) => [users]) : [USERS];
    for (const levels of together)
      field.push(...(await takeLevels(parts, candidate, levels, seconds)));
  }
  return field;
}

async function takeLevels(
  parts: RoundParts,
  candidate: Candidate,
  levels: readonly number[],
  seconds: number,
): Promise<FieldCell[]> {
  const cells: FieldCell[] = [];
  const releases = new ReleaseStack();
  try {
    const server = await started(parts, candidate, releases);
    const isStdio = server.pids.length === 0;
    for (const users of levels) {
      if (isStdio && users > MAX_STDIO_USERS) continue;
      const load = { workload: 'shop', agents: users, durationMs: seconds * 1000 } as const;
      const task: Task = { kind: 'agents', ...load };
      // A second try would find the connections of the first.
      const tries = candidate.keepsUsers ? 1 : undefined;
      const once = { rounds: 1, tries, task, what: `${users} users` };
      const taken = await takeRounds(parts, [server], once);
      const processes = isStdio ? users : null;
      cells.push({ server: server.name, users, processes, ...taken.get(server.name)! });
    }
  } finally {
    await releases.unwind(0);
  }
  return cells;
}

/** Up, and warm: what it can remember it has been asked. */
async function started(
  parts: RoundParts,
  candidate: Candidate,
  releases: ReleaseStack,
): Promise<Measured> {
  const { databases, load, progress } = parts;
  progress(`starting ${candidate.title}`);
  const server = await candidate.start(releases);
  const { at } = server.target;
  if (!('url' in at)) return server;
  if (server.target.adapter === null) await teachAskonce(at.url, parts);
  for (const workload of ['shop', 'aggregate'] as const) {
    const task: Task = { kind: 'agents', workload, agents: 8, durationMs: WARM_UP_MS };
    const { rows } = databases.aggregate;
    const warm = await load.run({ target: server.target, aggregateRows: rows, seed: 0, task });
    if (warm.answered > 0) continue;
    const [why = 'nothing came'] = Object.keys(warm.faults);
    throw new AppError('INPUT_INVALID', `${candidate.title} answers nothing: ${why}`);
  }
  return server;
}

async function teachAskonce(url: string, { databases, progress }: RoundParts): Promise<void> {
  const endpoint = createEndpoint({
    url: new URL(url),
    maxConnections: 8,
    timeoutMs: 60_000,
    version: 'bench',
  });
  const tell = { step: progress, share: () => undefined, note: progress };
  const { signal } = new AbortController();
  for (const workload of ['shop', 'aggregate'] as const) {
    const { source } = askingOf(workload, { aggregate: databases.aggregate, firstNew: 0 });
    await teach(endpoint, source, { manner: ASKONCE, signal, tell });
  }
  await endpoint.close();
}

function peersOptions(args: readonly string[]) {
  const given = parseOptions(args, {
    json: { type: 'boolean' },
    'database-url': { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    parts: { type: 'string' },
    write: { type: 'boolean' },
    from: { type: 'string' },
  });
  return {
    databaseUrl: given['database-url'] ?? null,
    rounds: countOption(given.rounds, 'rounds', { otherwise: 3, least: 1 }),
    seconds: countOption(given.seconds, 'seconds', { otherwise: 5, least: 1 }),
    only: namesOf(given.only, SERVERS, 'only'),
    parts: namesOf(given.parts, PARTS, 'parts'),
    isWritten: given.write === true,
    from: given.from ?? null,
  };
}

function namesOf<Name extends string>(
  given: string | undefined,
  known: readonly Name[],
  option: string,
): readonly Name[] {
  if (given === undefined) return known;
  const names = given.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !(known as readonly string[]).includes(name));
  if (wrong !== undefined) {
    throw new AppError('INPUT_INVALID', `--${option} knows no ${wrong}.`, {
      hint: `It takes some of ${known.join(',')}.`,
    });
  }
  return known.filter((name) => names.includes(name));
}

function thisMachine(): PeersFigures['machine'] {
  const GIB = 1024 ** 3;
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memory_gib: Math.round(os.totalmem() / GIB),
    platform: `${os.platform()} ${os.arch()}`,
  };
}
