// Owns the load under which conditions are tried: a few agents that hardly think and never try again, so that each moment
// of a fault is seen as it is.
import type { Endpoint } from '../endpoint.ts';
import type { AgentModel } from '../load/agent-model.ts';
import { AT_WILL, openConversations, runAgents } from '../load/agents.ts';
import { agentsOf, asEnded, endAll } from '../load/levels.ts';
import type { Manner } from '../load/manner.ts';
import type { Tallied } from '../load/tally.ts';
import type { QuestionSource } from '../questions/question.ts';

export const PROBING: AgentModel = {
  name: 'probing',
  about: 'Few calls, little thinking, no second try.',
  turns: { min: 1000, max: 1000 },
  think_ms: { min: 50, max: 150 },
  calls_per_turn: { min: 1, max: 2 },
  retry: 'never',
  max_tries: 1,
  shares: { rephrased: 0.1, new: 0.05, anew: 0.25, heavy: 0 },
};

export interface SmallLoad {
  readonly endpoint: Endpoint;
  readonly source: QuestionSource;
  readonly manner: Manner;
  readonly signal: AbortSignal;
}

const CONVERSATIONS = 10;
const SEED = 11;
const BIN_MS = 100;

/** @param meanwhile Runs beside it, from its begin on. */
export async function takeSmallLoad(
  load: SmallLoad,
  durationMs: number,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<Tallied> {
  const { endpoint, signal } = load;
  const conversations = await openConversations(endpoint, CONVERSATIONS, signal);
  const { agents, tally } = agentsOf({ ...load, model: PROBING, pace: AT_WILL }, SEED, BIN_MS);
  const [elapsedMs] = await Promise.all([
    runAgents(agents, conversations, durationMs).catch(asEnded(signal, durationMs)),
    meanwhile(),
  ]);
  await endAll(conversations);
  return tally.figures(Math.min(elapsedMs, durationMs));
}
