// Owns phase 1: what one conversation costs, tool by tool; whether a long one costs more; what an answer depends on.
import { createRandom } from '../../lib/random.ts';
import type { Endpoint } from '../endpoint.ts';
import { createDraw } from '../load/draw.ts';
import type { Manner } from '../load/manner.ts';
import type { QuestionSource } from '../questions/question.ts';
import type { Tell } from '../tell.ts';
import { readSamples } from '../watch.ts';
import { dependenciesBetween } from './dependencies.ts';
import type { Dependency } from './dependencies.ts';
import { contextGrowth } from './growth.ts';
import type { ContextGrowth } from './growth.ts';
import { callsOf, createProfiler, profile } from './profile.ts';
import type { ScenarioProfile } from './profile.ts';
import { scenariosFor } from './scenarios.ts';

export interface BaselineFigures {
  readonly scenarios: readonly ScenarioProfile[];
  /** Over all calls of the scenarios; null where the server tells nothing of itself. */
  readonly dependencies: readonly Dependency[] | null;
  readonly context_growth: ContextGrowth;
}

export interface BaselineParts {
  readonly endpoint: Endpoint;
  readonly source: QuestionSource;
  readonly manner: Manner;
  readonly signal: AbortSignal;
  readonly tell: Tell;
  /** Before the server's memory is read. */
  readonly settle: () => Promise<void>;
}

const SEED = 7;
/** What is learned is kept on purpose: with nothing to learn, what rises is kept by mistake. */
const NOTHING_NEW = { rephrased: 0, new: 0, anew: 0.2, heavy: 0 };

export async function takeBaseline(
  { endpoint, source, manner, settle, signal, tell }: BaselineParts,
  { blocks, turns }: { readonly blocks: number; readonly turns: number },
): Promise<BaselineFigures> {
  const conversation = await endpoint.converse();
  try {
    const scenarios = await scenariosFor(source, conversation);
    const profiler = createProfiler(endpoint, conversation, scenarios);
    const before = await readSamples(endpoint);
    const profiles = await profile(profiler, { blocks, signal, tell });
    const after = await readSamples(endpoint);
    const calls = profiles.reduce((sum, one) => sum + callsOf(one), 0);
    const dependencies = before && after && dependenciesBetween(before, after, calls);
    const random = createRandom(SEED);
    const draw = createDraw(source, NOTHING_NEW, random);
    const parts = { endpoint, conversation, manner, draw, signal, tell, settle };
    const growth = await contextGrowth(parts, turns);
    return { scenarios: profiles, dependencies, context_growth: growth };
  } finally {
    await conversation.end();
  }
}
