// Owns the profile of one conversation: each scenario in blocks that take turns, so that what else the machine does falls
// on all alike; what a block took is told by the client's clock and by what the server's own figures grew by.
import type { Conversation, Endpoint } from '../endpoint.ts';
import { latencyOf, median, rounded } from '../figures.ts';
import type { Latency } from '../figures.ts';
import type { Samples } from '../samples.ts';
import type { Tell } from '../tell.ts';
import {
  CPU_SECONDS,
  DEPENDENCY_SECONDS,
  STAGE_SECONDS,
  readSamples,
  usedBetween,
} from '../watch.ts';
import { yardstick } from '../yardstick.ts';
import type { Scenario } from './scenarios.ts';

/** What one call took in the middle of a block, in milliseconds by part. */
export interface Block {
  /** By the client's clock. */
  readonly call: number;
  /** Processor time of the server, all of its threads. */
  readonly cpu: number | null;
  /** Stages and dependencies, per call; what no call of the block used is left out. */
  readonly parts: Readonly<Record<string, number>>;
  /** What the machine took for a fixed piece of work just then; 1 where that was not looked at. */
  readonly yardstick: number;
}

export interface ScenarioProfile {
  readonly name: string;
  readonly calls: number;
  readonly latency_ms: Latency;
  readonly bytes_per_call: number;
  /** Medians over the blocks. */
  readonly cpu_ms_per_call: number | null;
  readonly parts_ms_per_call: Readonly<Record<string, number>>;
  /** How often a call used each dependency. */
  readonly uses_per_call: Readonly<Record<string, number>>;
  /** What did not go the way that was to be measured, by what it was. */
  readonly otherwise: Readonly<Record<string, number>>;
  /** What `validate compare` compares. */
  readonly blocks: readonly Block[];
}

interface Running {
  readonly scenario: Scenario;
  readonly samples: number[];
  readonly blocks: Block[];
  readonly uses: Map<string, number>;
  readonly otherwise: Map<string, number>;
  bytes: number;
  calls: number;
  isOver: boolean;
}

const MS_PER_S = 1000;

export interface ProfileOptions {
  readonly blocks: number;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/** One conversation that is profiled. */
export interface Profiler {
  readonly names: readonly string[];
  /** @returns null when nothing of the block went as meant, or the scenario has no more calls. */
  block(name: string, extent?: BlockExtent): Promise<Block | null>;
  profiles(): ScenarioProfile[];
}

export interface BlockExtent {
  /** Of the scenario's calls, at least one; all by default. */
  readonly share?: number;
  /** Whether it is compared with blocks of another time. */
  readonly isMeasured?: boolean;
}

const READ_BY_BLOCK = [CPU_SECONDS, DEPENDENCY_SECONDS, STAGE_SECONDS];

export function createProfiler(
  endpoint: Pick<Endpoint, 'read'>,
  conversation: Conversation,
  scenarios: readonly Scenario[],
): Profiler {
  const running = new Map(scenarios.map((scenario) => [scenario.name, begun(scenario)]));
  return {
    names: [...running.keys()],
    async block(name, { share = 1, isMeasured = true } = {}) {
      const one = running.get(name);
      if (!one || one.isOver) return null;
      return await takeBlock(endpoint, conversation, {
        running: one,
        calls: Math.max(1, Math.round(one.scenario.calls * share)),
        machine: isMeasured ? yardstick : () => 1,
      });
    },
    profiles: () => [...running.values()].filter(({ calls }) => calls > 0).map(profileOf),
  };
}

export async function profile(
  profiler: Profiler,
  { blocks, signal, tell }: ProfileOptions,
): Promise<ScenarioProfile[]> {
  for (let at = 0; at < blocks && !signal.aborted; at += 1) {
    tell.step('baseline: one conversation, tool by tool', { at, of: blocks });
    for (const name of profiler.names) if (!signal.aborted) await profiler.block(name);
  }
  return profiler.profiles();
}

const begun = (scenario: Scenario): Running => ({
  scenario,
  samples: [],
  blocks: [],
  uses: new Map(),
  otherwise: new Map(),
  bytes: 0,
  calls: 0,
  isOver: false,
});

async function takeBlock(
  endpoint: Pick<Endpoint, 'read'>,
  conversation: Conversation,
  {
    running,
    calls,
    machine,
  }: { readonly running: Running; readonly calls: number; readonly machine: () => number },
): Promise<Block | null> {
  const { scenario, otherwise, samples } = running;
  const meant: number[] = [];
  let called = 0;
  const machineBefore = machine();
  const before = await readSamples(endpoint, READ_BY_BLOCK);
  for (; called < calls; called += 1) {
    const call = scenario.next();
    if (call === null) {
      running.isOver = true;
      break;
    }
    const { outcome, ms, bytes } = await conversation.call(call);
    if (scenario.isMeant(outcome)) {
      meant.push(ms);
      running.bytes += bytes;
    } else {
      const what = 'source' in outcome ? `${outcome.source}` : outcomeName(outcome);
      otherwise.set(what, (otherwise.get(what) ?? 0) + 1);
    }
  }
  const after = await readSamples(endpoint, READ_BY_BLOCK);
  running.calls += meant.length;
  samples.push(...meant);
  if (meant.length === 0) return null;
  const block = {
    call: median(meant),
    ...serverParts(before, after, { running, called }),
    yardstick: (machineBefore + machine()) / 2,
  };
  running.blocks.push(block);
  return block;
}

function outcomeName(
  outcome: { readonly kind: string } & Partial<Record<'code' | 'status' | 'why', string>>,
) {
  return outcome.code ?? outcome.status ?? outcome.why ?? outcome.kind;
}

function serverParts(
  before: Samples | null,
  after: Samples | null,
  { running, called }: { readonly running: Running; readonly called: number },
): Pick<Block, 'cpu' | 'parts'> {
  if (!before || !after) return { cpu: null, parts: {} };
  const { cpu_seconds: cpu, stages, dependencies } = usedBetween(before, after);
  const parts: Record<string, number> = {};
  for (const [name, { seconds }] of Object.entries({ ...stages, ...dependencies })) {
    parts[name] = (seconds * MS_PER_S) / called;
  }
  for (const [name, { count }] of Object.entries(dependencies)) {
    running.uses.set(name, (running.uses.get(name) ?? 0) + count);
  }
  return { cpu: cpu === null ? null : (cpu * MS_PER_S) / called, parts };
}

/** Whether or not they went as meant. */
export const callsOf = ({
  calls,
  otherwise,
}: Pick<ScenarioProfile, 'calls' | 'otherwise'>): number =>
  Object.values(otherwise).reduce((sum, count) => sum + count, calls);

function profileOf({
  scenario,
  samples,
  blocks,
  uses,
  otherwise,
  bytes,
  calls,
}: Running): ScenarioProfile {
  const all = callsOf({ calls, otherwise: Object.fromEntries(otherwise) });
  const cpu = blocks.map((block) => block.cpu).filter((one) => one !== null);
  const names = [...new Set(blocks.flatMap(({ parts }) => Object.keys(parts)))];
  return {
    name: scenario.name,
    calls,
    latency_ms: latencyOf(samples),
    bytes_per_call: calls === 0 ? 0 : Math.round(bytes / calls),
    cpu_ms_per_call: cpu.length === 0 ? null : rounded(median(cpu)),
    parts_ms_per_call: Object.fromEntries(
      names.map((name) => [name, rounded(median(blocks.map(({ parts }) => parts[name] ?? 0)))]),
    ),
    uses_per_call: Object.fromEntries(
      [...uses].map(([name, count]) => [name, rounded(count / all)]),
    ),
    otherwise: Object.fromEntries(otherwise),
    blocks,
  };
}
