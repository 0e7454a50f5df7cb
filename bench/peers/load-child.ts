// Owns the load, in a process of its own: the agents of `askonce validate` against whatever server is named, each message
// a job and its figures.
import { createRandom } from '../../src/lib/random.ts';
import { createEndpoint } from '../../src/validate/endpoint.ts';
import type { Conversation, Endpoint } from '../../src/validate/endpoint.ts';
import { mannerOf } from '../../src/validate/load/adapter.ts';
import type { AgentModel } from '../../src/validate/load/agent-model.ts';
import { AT_WILL, act, openConversations, runAgents } from '../../src/validate/load/agents.ts';
import type { Agents } from '../../src/validate/load/agents.ts';
import { createDraw } from '../../src/validate/load/draw.ts';
import { ASKONCE } from '../../src/validate/load/manner.ts';
import { createTally } from '../../src/validate/load/tally.ts';
import type { Tallied } from '../../src/validate/load/tally.ts';
import { processorMicroseconds } from '../child-process.ts';
import type { Loaded, PeersJob } from './load-job.ts';
import { peakKib } from './processes.ts';
import { askingOf } from './questions.ts';
import { createStdioEndpoint } from './stdio.ts';
import type { StdioEndpoint } from './stdio.ts';
import { wholeQuestions } from './whole.ts';

const MAX_CONNECTIONS = 2000;
/** Longer than a large answer takes anybody here. */
const TIMEOUT_MS = 180_000;
const US_PER_MS = 1000;
const KIB_PER_MIB = 1024;
const NEVER = new AbortController().signal;

/** Without time to think: as much as a server can do. Who is shed waits as long as it was told. */
const EAGER: Omit<AgentModel, 'shares'> = {
  name: 'eager',
  about: '',
  turns: { min: 1_000_000, max: 1_000_000 },
  think_ms: { min: 0, max: 0 },
  calls_per_turn: { min: 1, max: 1 },
  retry: 'as told',
  max_tries: 20,
};

type Opened = (Pick<Endpoint, 'converse' | 'close'> & { readonly pids?: never }) | Stdio;
type Stdio = StdioEndpoint & Pick<Endpoint, 'close'>;

type Told = Omit<Loaded, 'whole_cpu_ms'>;

async function run(job: PeersJob): Promise<Loaded> {
  const cpu = process.cpuUsage();
  const { at } = job.target;
  const endpoint: Opened =
    'url' in at
      ? createEndpoint({
          url: new URL(at.url),
          maxConnections: MAX_CONNECTIONS,
          timeoutMs: TIMEOUT_MS,
          version: 'bench',
        })
      : { ...createStdioEndpoint(at.stdio), close: () => Promise.resolve() };
  try {
    const told =
      job.task.kind === 'large'
        ? await pullLarge(endpoint, job, job.task)
        : await loadWith(endpoint, job, job.task);
    const { user, system } = process.cpuUsage(cpu);
    const whole_cpu_ms = (user + system) / US_PER_MS + (told.started?.whole_cpu_ms ?? 0);
    return { ...told, whole_cpu_ms };
  } finally {
    await endpoint.close();
  }
}

async function loadWith(
  opened: Opened,
  { aggregateRows, seed, target }: PeersJob,
  task: Exclude<PeersJob['task'], { kind: 'large' }>,
): Promise<Told> {
  const random = createRandom(seed);
  const asking = askingOf(task.workload, {
    aggregate: { rows: aggregateRows },
    firstNew: Date.now(),
  });
  const { adapter } = target;
  const { endpoint, manner } = wholeQuestions(
    opened,
    adapter === null ? ASKONCE : mannerOf(adapter),
  );
  const beganOpening = performance.now();
  const conversations = await openConversations(endpoint, task.agents, NEVER);
  const openedMs = performance.now() - beganOpening;
  const tally = createTally(() => performance.now());
  const agents: Agents = {
    endpoint,
    model: { ...EAGER, shares: asking.shares },
    manner,
    draw: createDraw(asking.source, asking.shares, random),
    tally,
    random,
    pace: AT_WILL,
    signal: NEVER,
  };
  const cpu = process.cpuUsage();
  const startedBefore = processorMs(opened);
  const elapsedMs =
    task.kind === 'agents'
      ? await runAgents(agents, conversations, task.durationMs)
      : await allAtOnce(agents, conversations);
  const { user, system } = process.cpuUsage(cpu);
  const windowMs = task.kind === 'agents' ? Math.min(elapsedMs, task.durationMs) : elapsedMs;
  const started = startedBy(opened, { openedMs, cpu_ms: processorMs(opened) - startedBefore });
  await Promise.all(conversations.map((one) => one.end()));
  return {
    ...loadedOf(tally.figures(windowMs)),
    seconds: elapsedMs / 1000,
    first_byte_ms: null,
    load_cpu_ms: (user + system) / US_PER_MS,
    started,
  };
}

async function allAtOnce(agents: Agents, conversations: readonly Conversation[]): Promise<number> {
  const started = performance.now();
  await Promise.all(conversations.map((one) => act(agents, one)));
  return performance.now() - started;
}

function loadedOf(figures: Tallied) {
  return {
    questions: figures.answered + figures.failed + figures.refused + figures.given_up,
    answered: figures.answered,
    answered_per_second: figures.answered_per_second,
    p50_ms: figures.latency_ms.all.p50,
    p99_ms: figures.latency_ms.all.p99,
    shed: figures.shed,
    failed: figures.failed + figures.refused,
    faults: figures.faults,
    hit_ratio: figures.hit_ratio,
    bytes: figures.bytes,
  };
}

function startedBy(
  opened: Opened,
  { cpu_ms, openedMs }: { readonly cpu_ms: number; readonly openedMs: number },
): Loaded['started'] {
  const up = opened.pids?.();
  if (up === undefined) return null;
  const peakKiB = up.reduce((sum, pid) => sum + peakKib(pid), 0);
  return {
    processes: up.length,
    peak_mib: Math.round(peakKiB / KIB_PER_MIB),
    cpu_ms,
    whole_cpu_ms: processorMs(opened),
    start_ms: openedMs,
  };
}

function processorMs({ pids }: Opened): number {
  const up = pids?.() ?? [];
  return up.reduce((sum, pid) => sum + processorMicroseconds(pid), 0) / US_PER_MS;
}

/** One answer, counted and not parsed. */
async function pullLarge(
  endpoint: Opened,
  { target }: PeersJob,
  { maxBytes, sql }: Extract<PeersJob['task'], { kind: 'large' }>,
): Promise<Told> {
  const manner = target.adapter === null ? ASKONCE : mannerOf(target.adapter);
  const question = 'all rows of the large table';
  const { arguments: usual, tool } = manner.first({ kind: 'anew', question, sql });
  const limits = target.adapter === null ? { max_rows: 1_000_000, max_bytes: maxBytes } : {};
  const conversation = await endpoint.converse();
  const cpu = process.cpuUsage();
  const reply = await conversation.call({ tool, arguments: { ...usual, ...limits } });
  const { user, system } = process.cpuUsage(cpu);
  await conversation.end();
  const { bytes, firstByteMs, ms, outcome } = reply;
  const isAnswered = outcome.kind === 'answered';
  return {
    questions: 1,
    answered: isAnswered ? 1 : 0,
    answered_per_second: 1000 / ms,
    p50_ms: ms,
    p99_ms: ms,
    shed: outcome.kind === 'shed' ? 1 : 0,
    failed: isAnswered || outcome.kind === 'shed' ? 0 : 1,
    faults: isAnswered ? {} : { [JSON.stringify(outcome)]: 1 },
    hit_ratio: null,
    seconds: ms / 1000,
    bytes,
    first_byte_ms: firstByteMs,
    load_cpu_ms: (user + system) / US_PER_MS,
    started: null,
  };
}

process.on('message', (job: PeersJob) => {
  void run(job)
    .then((figures) => process.send!({ figures }))
    .catch((error: unknown) => process.send!({ error: String(error) }));
});

// Whoever is interrupted leaves no load behind, nor servers that it has started: they read an end.
process.on('disconnect', () => process.exit());
