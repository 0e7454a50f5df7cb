// `npm run bench -- protocol`: an exact hit of askonce, in both eras of the protocol, against servers that
// do nothing: a bare JSON echo, the SDK with a server kept for each session, and with one for each request.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ReleaseStack } from '../src/lib/release-stack.ts';
import { processorMicroseconds, startBenchServer, startBenchWorker } from './child-process.ts';
import type { BenchWorker } from './child-process.ts';
import type { BenchContext } from './context.ts';
import { parseOptions, requireOption } from './decisions-options.ts';
import { addressOf, openConnection } from './http-connection.ts';
import type { LoadFigures, LoadJob } from './load-figures.ts';
import { callText, openSession } from './mcp-wire.ts';
import type { McpTarget, ToolCall } from './mcp-wire.ts';
import { compare, serverFigures } from './protocol-figures.ts';
import type { Compared, Goal, Round, ServerFigures } from './protocol-figures.ts';
import { TOOLBOX_TOOL, startToolbox } from './protocol-toolbox.ts';
import { startServer } from './server-process.ts';

export const PROTOCOL_USAGE = `protocol [--toolbox BINARY --database-url URL] [--rounds N]
    Exact hits per second and processor time for each, with 1, 16 and 200 callers, against a bare node:http
    JSON echo and the official SDK answering the same without any work. In rounds, each server in turn; a
    ratio is the middle one of the rounds. Callers are a process of their own, on kept connections.
    BINARY: a server of @toolbox-sdk/server, measured over \`select 1\` with 200 callers.`;

export interface ProtocolFigures extends Record<string, unknown> {
  readonly rounds: number;
  readonly round_ms: number;
  readonly answer_bytes: number;
  readonly levels: ReadonlyArray<{
    readonly callers: number;
    readonly servers: Readonly<Record<string, ServerFigures>>;
  }>;
  readonly compared: readonly Compared[];
}

const CALLERS = [1, 16, 200];
const PEER_CALLERS = 200;
const DEFAULT_ROUNDS = 5;
const ROUND_MS = 1500;
const WARM_UP_MS = 2000;

const ASK: ToolCall = {
  name: 'ask',
  arguments: { question: 'how many customers are in Germany?' },
};
const SQL = `SELECT count(*) FROM customers JOIN countries ON countries.code = customers.country_code
  WHERE countries.name = 'Germany'`;

const SESSIONS = 'askonce, sessions';
const STATELESS = 'askonce, stateless';
const ECHO = 'bare JSON echo';
const SDK_KEPT = 'SDK, one per session';
const SDK_FRESH = 'SDK, one per request';
const TOOLBOX = 'toolbox, select 1';
const GOALS: readonly Goal[] = [SESSIONS, STATELESS].flatMap((of) => [
  { of, to: ECHO, atLeast: 0.5 },
  { of, to: SDK_KEPT, atLeast: 2 },
  { of, to: SDK_FRESH, atLeast: 5 },
  { of, to: TOOLBOX, atLeast: 1, callers: PEER_CALLERS },
]);

interface Measured {
  readonly name: string;
  readonly pid: number;
  readonly target: McpTarget;
  readonly call: ToolCall;
  /** What stands in every right answer. */
  readonly answer: string;
  readonly callers: readonly number[];
}

export async function runProtocol(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<ProtocolFigures> {
  const given = parseOptions(args, {
    json: { type: 'boolean' },
    toolbox: { type: 'string' },
    'database-url': { type: 'string' },
    rounds: { type: 'string' },
  });
  const rounds = Math.max(1, Number.parseInt(given.rounds ?? `${DEFAULT_ROUNDS}`, 10));
  const releases = new ReleaseStack();
  try {
    const servers = [...(await startAskonce(root, releases))];
    const sample = await sampleOf(servers[0]!);
    servers.push(...(await startFloors(root, sample, releases)));
    if (given.toolbox !== undefined) {
      const url = requireOption(given['database-url'], 'database-url');
      servers.push(await startPeer(given.toolbox, url, releases));
    }
    const load = startBenchWorker<LoadJob, LoadFigures>(root, 'load-child.js');
    releases.push('load generator', () => load.stop());
    const taken = await measure({ servers, rounds, load, progress });
    return {
      rounds,
      round_ms: ROUND_MS,
      answer_bytes: Buffer.byteLength(sample),
      levels: [...taken].map(([callers, byServer]) => ({
        callers,
        servers: Object.fromEntries([...byServer].map(([name, of]) => [name, serverFigures(of)])),
      })),
      compared: compare(taken, GOALS),
    };
  } finally {
    await releases.unwind(0);
  }
}

async function startAskonce(root: string, releases: ReleaseStack): Promise<Measured[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'askonce-bench-'));
  releases.push('data folder', () => rm(dataDir, { recursive: true, force: true }));
  const { url, pid, stop } = await startServer(root, {
    ASKONCE_DATA_DIR: dataDir,
    // Rows that grow old in the middle of it would be read again.
    CACHE_TTL_SECONDS: '86400',
  });
  releases.push('askonce', stop);
  const target: McpTarget = { url, era: '2025-11-25' };
  const learn = { name: 'query', arguments: { ...ASK.arguments, sql: SQL } };
  await answerOf(target, learn);
  const shared = { pid, call: ASK, answer: '"source":"memory"', callers: CALLERS };
  return [
    { ...shared, name: SESSIONS, target },
    { ...shared, name: STATELESS, target: { url, era: '2026-07-28' } },
  ];
}

/** What askonce answers, which the others answer too. */
async function sampleOf({ target, call }: Measured): Promise<string> {
  const { result } = JSON.parse(await answerOf(target, call)) as { result: unknown };
  return JSON.stringify(result);
}

async function startFloors(
  root: string,
  sample: string,
  releases: ReleaseStack,
): Promise<Measured[]> {
  // Of equal size, and cheaper to write than any document.
  const filler = 'x'.repeat(sample.length - 2);
  const echo = await startBenchServer(root, 'echo.js', [filler]);
  releases.push('echo', echo.stop);
  const kept = await startBenchServer(root, 'sdk-server.js', ['session', sample]);
  releases.push('SDK, kept', kept.stop);
  const fresh = await startBenchServer(root, 'sdk-server.js', ['stateless', sample]);
  releases.push('SDK, fresh', fresh.stop);
  const shared = { call: ASK, answer: '"source":"memory"', callers: CALLERS };
  return [
    {
      ...shared,
      name: ECHO,
      pid: echo.pid,
      // It keeps no sessions, and takes any message.
      target: { url: echo.url, era: '2026-07-28' },
      answer: '"result":"xxx',
    },
    { ...shared, name: SDK_KEPT, pid: kept.pid, target: { url: kept.url, era: '2025-11-25' } },
    { ...shared, name: SDK_FRESH, pid: fresh.pid, target: { url: fresh.url, era: '2026-07-28' } },
  ];
}

async function startPeer(
  binary: string,
  databaseUrl: string,
  releases: ReleaseStack,
): Promise<Measured> {
  const { url, pid, stop } = await startToolbox(binary, databaseUrl);
  releases.push('toolbox', stop);
  return {
    name: TOOLBOX,
    pid,
    target: { url, era: '2025-11-25' },
    call: { name: TOOLBOX_TOOL, arguments: {} },
    answer: 'column?',
    callers: [PEER_CALLERS],
  };
}

async function answerOf(target: McpTarget, call: ToolCall): Promise<string> {
  const connection = await openConnection(addressOf(target.url));
  try {
    const session = await openSession(target, connection);
    const { status, body } = await connection.ask(callText(target, session, call));
    if (status !== 200 || body.includes('"isError":true'))
      throw new Error(`${status}: ${body.toString()}`);
    return body.toString();
  } finally {
    connection.close();
  }
}

interface Measuring {
  readonly servers: readonly Measured[];
  readonly rounds: number;
  readonly load: BenchWorker<LoadJob, LoadFigures>;
  readonly progress: (line: string) => void;
}

async function measure({ servers, rounds, load, progress }: Measuring) {
  const taken = new Map<number, Map<string, Round[]>>();
  for (const callers of CALLERS) {
    const measured = servers.filter((server) => server.callers.includes(callers));
    const jobs = new Map<Measured, LoadJob>();
    for (const server of measured) jobs.set(server, await jobOf(server, callers));
    const byServer = new Map(measured.map(({ name }) => [name, [] as Round[]]));
    taken.set(callers, byServer);
    for (const [server, job] of jobs)
      await oneRound(server, { ...job, durationMs: WARM_UP_MS }, load);
    for (let count = 1; count <= rounds; count += 1) {
      progress(`${callers} callers, round ${count} of ${rounds}`);
      for (const [server, job] of jobs) {
        byServer.get(server.name)!.push(await oneRound(server, job, load));
      }
    }
  }
  return taken;
}

/** One session for each caller. */
async function jobOf({ target, call, answer }: Measured, callers: number): Promise<LoadJob> {
  const connection = await openConnection(addressOf(target.url));
  const requests: string[] = [];
  for (let count = 0; count < callers; count += 1) {
    requests.push(callText(target, await openSession(target, connection), call));
  }
  connection.close();
  return { ...addressOf(target.url), requests, durationMs: ROUND_MS, mustContain: answer };
}

async function oneRound(
  { name, pid }: Measured,
  job: LoadJob,
  load: BenchWorker<LoadJob, LoadFigures>,
): Promise<Round> {
  const before = processorMicroseconds(pid);
  const figures = await load.run(job);
  const cpuMicroseconds = processorMicroseconds(pid) - before;
  if (figures.failed > 0) throw new Error(`${name} answered wrongly: ${figures.failure}`);
  return { ...figures, cpuMicroseconds };
}
