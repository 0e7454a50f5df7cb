// Owns the agents: conversations that go on side by side, each with turns of parallel calls and time to think between.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Random } from '../../lib/random.ts';
import type { Conversation, Endpoint, Reply, ToolCall } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import type { AgentModel } from './agent-model.ts';
import type { Asked, Kind } from './draw.ts';
import type { Manner } from './manner.ts';
import type { Tally } from './tally.ts';

export interface Agents {
  readonly endpoint: Pick<Endpoint, 'converse'>;
  readonly model: AgentModel;
  readonly manner: Manner;
  readonly draw: () => Asked;
  readonly tally: Tally;
  readonly random: Random;
  /** Takes a place under the limit of calls a second; resolves false when the run is over. */
  readonly pace: Pace;
  /** Ends the run at once. */
  readonly signal: AbortSignal;
}

/** How fast all agents together may call. */
export interface Pace {
  /** Resolves when a call may be sent. */
  next(signal: AbortSignal): Promise<void>;
}

export const AT_WILL: Pace = { next: () => Promise.resolve() };

const MS_PER_S = 1000;

/** @param perSecond Calls, evenly spread. */
export function createPace(perSecond: number, now: () => number): Pace {
  const apartMs = MS_PER_S / perSecond;
  let nextAt = now();
  return {
    async next(signal) {
      const at = Math.max(now(), nextAt);
      nextAt = at + apartMs;
      if (at > now()) await sleep(at - now(), undefined, { signal });
    },
  };
}

/** How many conversations are opened at once: opening is not what is measured. */
const OPENED_AT_ONCE = 20;

/** Opens so many conversations. @throws AppError as Endpoint.converse does. */
export async function openConversations(
  endpoint: Agents['endpoint'],
  count: number,
  signal: AbortSignal,
): Promise<Conversation[]> {
  const opened: Conversation[] = [];
  while (opened.length < count && !signal.aborted) {
    const now = Math.min(OPENED_AT_ONCE, count - opened.length);
    opened.push(...(await Promise.all(Array.from({ length: now }, () => endpoint.converse()))));
  }
  return opened;
}

/** All of them until the time is over; answers under way then are waited for. @returns how long it took. */
export async function runAgents(
  agents: Agents,
  conversations: readonly Conversation[],
  durationMs: number,
): Promise<number> {
  const started = performance.now();
  const ends = started + durationMs;
  await Promise.all(conversations.map((one) => converse(agents, one, ends)));
  return performance.now() - started;
}

async function converse(agents: Agents, first: Conversation, ends: number): Promise<void> {
  const { endpoint, model, random, signal } = agents;
  const within = ({ min, max }: { readonly min: number; readonly max: number }): number =>
    min + random() * (max - min);
  const think = async (ms: number): Promise<void> => {
    const left = Math.min(ms, ends - performance.now());
    if (left > 0) await sleep(left, undefined, { signal });
  };
  const isOver = (): boolean => performance.now() >= ends || signal.aborted;
  let conversation = first;
  try {
    // Nobody's agents begin all at the same moment.
    await think(random() * model.think_ms.max);
    for (let isFirst = true; !isOver(); isFirst = false) {
      if (!isFirst) {
        await conversation.end();
        conversation = await endpoint.converse();
      }
      for (let left = Math.round(within(model.turns)); left > 0 && !isOver(); left -= 1) {
        const calls = Math.round(within(model.calls_per_turn));
        await Promise.all(Array.from({ length: calls }, () => act(agents, conversation)));
        await think(within(model.think_ms));
      }
    }
  } catch (error) {
    if (!signal.aborted) agents.tally.add('repeated', failedWith(error), 0);
  }
}

const failedWith = (error: unknown): Reply => ({
  outcome: { kind: 'failed', why: `no conversation: ${String(error)}` },
  body: null,
  ms: 0,
  firstByteMs: null,
  bytes: 0,
});

/** One question, with what follows from its answer. */
export async function act(agents: Agents, conversation: Conversation): Promise<void> {
  const asked = agents.draw();
  let call: ToolCall | null = agents.manner.first(asked);
  while (call !== null && !agents.signal.aborted) {
    const outcome: Outcome = await tried(agents, conversation, { call, kind: asked.kind });
    call = outcome.kind === 'document' ? agents.manner.next(asked, outcome) : null;
  }
}

/** @returns what came of it in the end. */
async function tried(
  { model, pace, signal, tally }: Agents,
  conversation: Conversation,
  { call, kind }: { readonly call: ToolCall; readonly kind: Kind },
): Promise<Outcome> {
  const started = performance.now();
  for (let tries = 1; ; tries += 1) {
    await pace.next(signal);
    const reply = await conversation.call(call, signal);
    // What was broken off here says nothing of the server.
    if (signal.aborted) return reply.outcome;
    tally.add(kind, reply, performance.now() - started);
    const { outcome } = reply;
    if (outcome.kind !== 'shed' || model.retry === 'never') return outcome;
    if (tries >= model.max_tries) {
      tally.giveUp();
      return outcome;
    }
    if (model.retry === 'as told')
      await sleep(outcome.retryAfterMs ?? MS_PER_S, undefined, { signal });
  }
}
