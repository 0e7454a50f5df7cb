// The agents' process: so many conversations, each with bursts of parallel calls and a pause between them.
// An agent that is refused tries again at once, whatever it was told; one that is asked for SQL brings it.
import { setTimeout as sleep } from 'node:timers/promises';

import { knownQuestions } from '../src/demo/questions.ts';
import { outcomeOf } from './burst-outcome.ts';
import { createDraw } from './burst-questions.ts';
import type { Drawn, Shares } from './burst-questions.ts';
import { QUESTIONS_SEED } from './burst-seed.ts';
import { createTally } from './burst-tally.ts';
import type { BurstFigures, Tally } from './burst-tally.ts';
import { createConnections } from './connections.ts';
import type { Connections } from './connections.ts';
import { addressOf } from './http-connection.ts';
import { callText, openSession } from './mcp-wire.ts';
import type { McpTarget, ToolCall } from './mcp-wire.ts';
import { createRandom } from '../src/lib/random.ts';
import type { Random } from '../src/lib/random.ts';

export interface BurstJob {
  readonly url: string;
  readonly conversations: number;
  readonly durationMs: number;
  /** Between two bursts of a conversation, on average: the time a model thinks. */
  readonly thinkMs: number;
  /** Without `ask`: every call brings its SQL. */
  readonly alwaysQueries: boolean;
  readonly coldFrom: number;
  readonly shares: Shares;
}

const MIN_BURST = 10;
const MAX_BURST = 50;
const MAX_TRIES = 20;
/** More than one server would be given by a proxy before it; what finds none waits, on the clock. */
const MAX_CONNECTIONS = 2000;

interface Agents {
  readonly job: BurstJob;
  readonly target: McpTarget;
  readonly connections: Connections;
  readonly tally: Tally;
  readonly draw: () => Drawn;
  readonly nextId: () => number;
  readonly random: Random;
}

async function run(job: BurstJob): Promise<BurstFigures> {
  const target: McpTarget = { url: job.url, era: '2025-11-25' };
  const connections = createConnections(addressOf(job.url), MAX_CONNECTIONS);
  const random = createRandom(job.conversations);
  const known = knownQuestions(createRandom(QUESTIONS_SEED));
  const draw = createDraw(known, random, job);
  const tally = createTally();
  let lastId = 0;
  const nextId = (): number => (lastId += 1);
  const agents: Agents = { job, target, connections, tally, draw, nextId, random };
  const sessions: Array<string | null> = [];
  for (let count = 0; count < job.conversations; count += 1) {
    sessions.push(await openSession(target, { ask: (text) => connections.ask(String(text)) }));
  }
  await connections.open(job.conversations * MAX_BURST);
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(sessions.map((session) => converse(session, agents, started)));
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  connections.close();
  return tally.figures({
    conversations: job.conversations,
    elapsedMs,
    cpuMs: (user + system) / 1000,
    mostAtOnce: connections.mostAtOnce,
  });
}

async function converse(session: string | null, agents: Agents, started: number): Promise<void> {
  const { job, random } = agents;
  await sleep(random() * job.thinkMs);
  while (performance.now() - started < job.durationMs) {
    const size = MIN_BURST + Math.floor(random() * (MAX_BURST - MIN_BURST + 1));
    await Promise.all(Array.from({ length: size }, () => act(session, agents)));
    await sleep(job.thinkMs * (0.5 + random()));
  }
}

async function act(session: string | null, agents: Agents): Promise<void> {
  const drawn = agents.draw();
  const { question, sql } = drawn;
  const query: ToolCall = { name: 'query', arguments: { question, sql } };
  if (agents.job.alwaysQueries) {
    await tried(query, drawn, session, agents);
    return;
  }
  const status = await tried({ name: 'ask', arguments: { question } }, drawn, session, agents);
  if (status === 'document') await tried(query, drawn, session, agents);
}

/** @returns what came of it in the end. */
async function tried(
  call: ToolCall,
  { kind, sql }: Drawn,
  session: string | null,
  { connections, nextId, tally, target }: Agents,
): Promise<string> {
  const text = callText(target, session, call, nextId());
  const started = performance.now();
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const outcome = await connections
      .ask(text)
      // Whose question it is not is another's answer: a fault that only a burst shows.
      .then((response) => outcomeOf(response, kind === 'known' ? sql : undefined))
      .catch((error: unknown) => ({ kind: 'failed', why: String(error) }) as const);
    tally.add(kind, outcome, performance.now() - started);
    if (outcome.kind !== 'shed') return outcome.kind;
  }
  tally.giveUp();
  return 'shed';
}

process.on('message', (job: BurstJob) => {
  void run(job)
    .then((figures) => process.send!({ figures }))
    .catch((error: unknown) => process.send!({ error: String(error) }));
});
