// Owns the aggregate that everybody asks for: so many agents, one statement of about 30 ms, with the cache
// and without it.
import type { BenchWorker } from './child-process.ts';
import type { Connection } from './http-connection.ts';
import { addressOf, openConnection } from './http-connection.ts';
import type { LoadFigures, LoadJob } from './load-figures.ts';
import { callText, openSession } from './mcp-wire.ts';
import type { McpTarget, ToolCall } from './mcp-wire.ts';
import { median } from './protocol-figures.ts';
import { round } from './statistics.ts';

export interface RepeatFigures {
  readonly agents: number;
  /** Of one call of the statement, nothing else going on. */
  readonly statement_ms: number;
  readonly with_cache: LoadFigures;
  /** `max_age_seconds: 0`; what was not answered was shed or failed. */
  readonly without_cache: LoadFigures;
  readonly ratio: number;
  readonly goal: number;
  readonly met: boolean;
}

export interface RepeatParts {
  readonly url: string;
  readonly load: BenchWorker<LoadJob, LoadFigures>;
  readonly progress: (line: string) => void;
}

const AGENTS = 200;
const GOAL = 30;
const TARGET_MS = 30;
const CACHED_MS = 3000;
/** Long enough for each agent to be answered several times. */
const UNCACHED_MS = 12_000;
const FIRST_ROWS = 50_000;
const STEPS = 4;
const SAMPLES = 7;

export async function measureRepeat({ url, load, progress }: RepeatParts): Promise<RepeatFigures> {
  const target: McpTarget = { url, era: '2025-11-25' };
  const connection = await openConnection(addressOf(url));
  const session = await openSession(target, connection);
  const timed = (rows: number): Promise<number> =>
    statementMs(connection, (call) => callText(target, session, call), rows);
  let rows = FIRST_ROWS;
  for (let step = 0; step < STEPS; step += 1) {
    rows = Math.round((rows * TARGET_MS) / (await timed(rows)));
  }
  const statement_ms = await timed(rows);
  progress(`an aggregate of ${statement_ms} ms, ${AGENTS} agents`);
  const sessions: Array<string | null> = [];
  for (let agent = 0; agent < AGENTS; agent += 1) {
    sessions.push(await openSession(target, connection));
  }
  connection.close();

  const jobOf = (more: object, source: string, durationMs: number): LoadJob => {
    const call = { name: 'ask', arguments: { question: questionOf(rows), ...more } };
    const requests = sessions.map((one) => callText(target, one, call));
    return { ...addressOf(url), requests, durationMs, mustContain: `"source":"${source}"` };
  };
  const without = await load.run(jobOf({ max_age_seconds: 0 }, 'database', UNCACHED_MS));
  const cached = await load.run(jobOf({}, 'memory', CACHED_MS));
  const ratio = round(cached.per_second / without.per_second);
  return {
    agents: AGENTS,
    statement_ms,
    with_cache: cached,
    without_cache: without,
    ratio,
    goal: GOAL,
    met: ratio >= GOAL,
  };
}

const questionOf = (rows: number): string =>
  `what is the sum of the square roots of the first ${rows} numbers?`;

async function statementMs(
  connection: Connection,
  textOf: (call: ToolCall) => string,
  rows: number,
): Promise<number> {
  const sql = `SELECT sum(sqrt(i)) FROM generate_series(1, ${rows}) AS i`;
  const args = { question: questionOf(rows), sql, max_age_seconds: 0 };
  const samples: number[] = [];
  for (let count = 0; count < SAMPLES; count += 1) {
    const started = performance.now();
    const { body } = await connection.ask(textOf({ name: 'query', arguments: args }));
    samples.push(performance.now() - started);
    if (!body.includes('"source":"database"')) throw new Error(`the aggregate: ${body.toString()}`);
  }
  return median(samples);
}
