// Owns phase 2: more and more agents until the server gives way, and what a burst of all at once does to it.
import { createRandom } from '../../lib/random.ts';
import type { Conversation, Endpoint } from '../endpoint.ts';
import { rounded } from '../figures.ts';
import type { QuestionSource } from '../questions/question.ts';
import type { Tell } from '../tell.ts';
import { watch } from '../watch.ts';
import type { Used } from '../watch.ts';
import type { AgentModel } from './agent-model.ts';
import { openConversations, runAgents } from './agents.ts';
import type { Agents, Pace } from './agents.ts';
import { createBusyness } from './busyness.ts';
import { createDraw } from './draw.ts';
import { betweenLevels, kneeOf } from './knee.ts';
import type { CurvePoint, Knee } from './knee.ts';
import type { Manner } from './manner.ts';
import { createTally } from './tally.ts';
import type { Tallied } from './tally.ts';

export interface LoadParts {
  readonly endpoint: Endpoint;
  readonly source: QuestionSource;
  readonly manner: Manner;
  readonly model: AgentModel;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

export interface LevelFigures extends Tallied {
  readonly conversations: number;
  readonly seconds: number;
  /** Share of one core that the load itself took: near 1 it is this program that is measured. */
  readonly generator_busy: number;
  readonly server: Used | null;
}

export interface LoadFigures {
  readonly agents: AgentModel;
  readonly manner: string;
  readonly levels: readonly LevelFigures[];
  readonly knee: Knee | null;
}

/** The generator itself is then what is slow. */
const BUSY = 0.9;

export interface LevelsExtent {
  readonly conversations: readonly number[];
  readonly secondsEach: number;
  /** Levels that may be put between, where the knee is. */
  readonly refinements?: number;
}

export async function takeLevels(
  parts: LoadParts,
  { conversations, refinements = 0, secondsEach }: LevelsExtent,
): Promise<LoadFigures> {
  const levels: LevelFigures[] = [];
  const of = conversations.length + refinements;
  const take = async (count: number): Promise<void> => {
    const agents = `${count} ${count === 1 ? 'conversation' : 'conversations'}`;
    const extent = { at: levels.length, of, seconds: secondsEach };
    parts.tell.step(`load: ${agents} of ${parts.model.name}`, extent);
    levels.push(await takeLevel(parts, { count, durationMs: secondsEach * 1000 }));
    levels.sort((a, b) => a.conversations - b.conversations);
  };
  for (const count of conversations) if (!parts.signal.aborted) await take(count);
  for (let more = 0; more < refinements && !parts.signal.aborted; more += 1) {
    const curve = curveOf(levels);
    const between = curve.length === 0 ? null : betweenLevels(curve);
    // One that is left out for its load is not tried twice.
    if (between === null || levels.some((one) => one.conversations === between)) break;
    await take(between);
  }
  const curve = curveOf(levels);
  return {
    agents: parts.model,
    manner: parts.manner.name,
    levels,
    knee: curve.length === 0 ? null : kneeOf(curve),
  };
}

async function takeLevel(
  parts: LoadParts,
  { count, durationMs }: { readonly count: number; readonly durationMs: number },
): Promise<LevelFigures> {
  const { endpoint, signal } = parts;
  const conversations = await openConversations(endpoint, count, signal);
  const { agents, tally } = agentsOf(parts, count);
  const watching = await watch(endpoint);
  const busyness = createBusyness();
  const elapsedMs = await runAgents(agents, conversations, durationMs).catch(
    asEnded(signal, durationMs),
  );
  const generatorBusy = busyness();
  const server = await watching.stop();
  await endAll(conversations);
  return {
    conversations: count,
    seconds: rounded(elapsedMs / 1000),
    ...tally.figures(Math.min(elapsedMs, durationMs)),
    generator_busy: generatorBusy,
    server,
  };
}

/** The same draw for the same level: what is compared asks the same. */
export function agentsOf(parts: Omit<LoadParts, 'tell'>, seed: number, binMs?: number) {
  const { endpoint, manner, model, pace, signal, source } = parts;
  const random = createRandom(seed);
  const tally = createTally(() => performance.now(), binMs);
  const draw = createDraw(source, model.shares, random);
  const agents: Agents = { endpoint, model, manner, draw, tally, random, pace, signal };
  return { agents, tally };
}

export async function endAll(conversations: readonly Conversation[]): Promise<void> {
  await Promise.all(conversations.map((one) => one.end()));
}

export const asEnded =
  (signal: AbortSignal, otherwise: number) =>
  (error: unknown): number => {
    if (signal.aborted) return otherwise;
    throw error;
  };

/** Levels at which the generator itself was the slow one say nothing of the server. */
function curveOf(levels: readonly LevelFigures[]): CurvePoint[] {
  return levels
    .filter(
      (level) => level.calls > 0 && (level.generator_busy < BUSY || level.conversations === 1),
    )
    .map((level) => ({
      conversations: level.conversations,
      answered_per_second: level.answered_per_second,
      p95_ms: level.latency_ms.all.p95 ?? 0,
      lost_ratio: (level.shed + level.failed + level.given_up) / level.calls,
    }));
}
