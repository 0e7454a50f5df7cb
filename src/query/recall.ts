// Owns finding the earlier question that a new one repeats in other words: embed, search within the
// scope, decide. Any failure on the way is a miss: doubt never serves rows.
import type { Cache } from '../cache/cache.ts';
import { decide } from '../cache/decide.ts';
import type { Decision } from '../cache/decide.ts';
import type { Match, Neighbour } from '../cache/entities.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Metrics } from '../metrics.ts';
import type { RequestContext } from './context.ts';
import type { Asked } from './scope.ts';

export interface Candidate {
  readonly neighbour: Neighbour;
  readonly decision: Decision;
}

export interface Recalled {
  readonly outcome: 'hit' | 'confirm' | 'miss';
  /** The one to serve, when the outcome is a hit. */
  readonly hit: { readonly neighbour: Neighbour; readonly match: Match } | null;
  /** Plausible ones, best first: one per plan. */
  readonly candidates: readonly Candidate[];
  /** The nearest known questions whatever was decided: examples of SQL over this database. */
  readonly nearest: readonly Neighbour[];
}

export interface Recall {
  find(asked: Asked, context: RequestContext): Promise<Recalled>;
  /** What would be decided about one neighbour. */
  judge(question: string, neighbour: Neighbour): Candidate;
  similarity(asked: Asked, question: string, context: RequestContext): Promise<number | null>;
}

export interface RecallOptions {
  readonly cache: Cache;
  readonly embedder: Embedder | null;
  readonly metrics: Metrics;
  readonly targetErrorRate: number;
}

const NEIGHBOURS = 10;
const MAX_CANDIDATES = 3;
const NOTHING: Recalled = { outcome: 'miss', hit: null, candidates: [], nearest: [] };

export function createRecall(options: RecallOptions): Recall {
  const { cache, embedder, metrics, targetErrorRate } = options;

  async function embed(text: string, context: RequestContext): Promise<Float32Array | null> {
    if (!embedder) return null;
    try {
      return await embedder.embed(text, context.signal);
    } catch (error) {
      metrics.cacheFailure('embed');
      context.logger.warn({ error: String(error) }, 'question not embedded');
      return null;
    }
  }

  function judge(question: string, neighbour: Neighbour): Candidate {
    const { question: earlier, plan, similarity } = neighbour;
    const candidate = { question: earlier, facts: plan.facts, similarity };
    return { neighbour, decision: decide(question, candidate, { targetErrorRate }) };
  }

  return {
    judge,

    async similarity(asked, question, context) {
      const [one, other] = await Promise.all([
        embed(asked.question, context),
        embed(question, context),
      ]);
      return one && other ? cosine(one, other) : null;
    },

    async find(asked, context) {
      if (!asked.isSelfContained) return NOTHING;
      const embedding = await embed(asked.question, context);
      if (!embedding) return NOTHING;
      const nearest = await cache.nearest(asked.scope, {
        questionKey: asked.questionKey,
        embedding,
        limit: NEIGHBOURS,
      });
      if (nearest[0]) metrics.cacheSimilarity(nearest[0].similarity);
      const judged = nearest.map((neighbour) => judge(asked.question, neighbour));
      const recalled = choose(judged, nearest);
      metrics.cacheLookup('semantic', recalled.outcome);
      return recalled;
    },
  };
}

function choose(judged: readonly Candidate[], nearest: readonly Neighbour[]): Recalled {
  const candidates = onePerPlan(judged.filter(({ decision }) => decision.outcome !== 'miss'));
  const hits = candidates.filter(({ decision }) => decision.outcome === 'hit');
  const [best] = hits;
  // Two plans that both seem sure contradict each other: let the agent choose.
  if (best && hits.length === 1) {
    const { neighbour, decision } = best;
    const match = {
      id: neighbour.id,
      question: neighbour.question,
      similarity: round(neighbour.similarity),
      confidence: round(decision.confidence),
    };
    return { outcome: 'hit', hit: { neighbour, match }, candidates, nearest };
  }
  const offered = candidates.slice(0, MAX_CANDIDATES);
  const outcome = offered.length > 0 ? 'confirm' : 'miss';
  return { outcome, hit: null, candidates: offered, nearest };
}

function onePerPlan(candidates: readonly Candidate[]): Candidate[] {
  const best = new Map<string, Candidate>();
  const ranked = candidates.toSorted((a, b) => b.decision.confidence - a.decision.confidence);
  for (const candidate of ranked) {
    const planId = candidate.neighbour.plan.id;
    if (!best.has(planId)) best.set(planId, candidate);
  }
  return [...best.values()];
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Both of unit length. */
function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
