// Owns finding the earlier question that a new one repeats in other words: embed, search within the
// scope, decide. Any failure on the way is a miss: doubt never serves rows.
import type { Cache } from '../cache/cache.ts';
import type { Decider, Decision, Judge } from '../cache/decide.ts';
import type { Match, Neighbour } from '../cache/entities.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Metrics } from '../metrics.ts';
import type { RequestContext } from './context.ts';
import type { Rebinder, ReboundStatement } from './rebind-statement.ts';
import type { Asked } from './scope.ts';

export interface Candidate {
  readonly neighbour: Neighbour;
  readonly decision: Decision;
}

export interface Recalled {
  readonly outcome: 'hit' | 'confirm' | 'miss';
  /** The one to serve, when the outcome is a hit. */
  readonly hit: { readonly neighbour: Neighbour; readonly match: Match } | null;
  /** Without a hit: a statement to run, which answers the question once its literals are exchanged. */
  readonly rebound: { readonly statement: ReboundStatement; readonly match: Match } | null;
  /** Plausible ones, best first: one per plan. */
  readonly candidates: readonly Candidate[];
  /** The nearest known questions whatever was decided: examples of SQL over this database. */
  readonly nearest: readonly Neighbour[];
}

export interface Recall {
  /** Null when there is no vector to be had. Never rejects. */
  embed(asked: Asked, context: RequestContext): Promise<Float32Array | null>;
  /** @param embedding of the question, when it is being made already. */
  find(
    asked: Asked,
    context: RequestContext,
    embedding?: Promise<Float32Array | null>,
  ): Promise<Recalled>;
  /** What would be decided about one neighbour. */
  judge(question: string, neighbour: Neighbour): Candidate;
  similarity(asked: Asked, question: string, context: RequestContext): Promise<number | null>;
}

export interface RecallOptions {
  readonly cache: Cache;
  readonly embedder: Embedder | null;
  readonly metrics: Metrics;
  readonly decider: Decider;
  /** Null where the operator wants none. */
  readonly rebinder: Rebinder | null;
  /** Concepts of the database's names, as far as they are known by now. */
  readonly schemaNames: () => ReadonlySet<string>;
}

/**
 * Nearest known questions that are judged, however far they are: the decision alone refuses. A floor of
 * similarity would shut out true rephrasings before anybody has looked at them.
 */
const NEIGHBOURS = 20;
const MAX_CANDIDATES = 3;
const NOTHING: Recalled = {
  outcome: 'miss',
  hit: null,
  rebound: null,
  candidates: [],
  nearest: [],
};

export function createRecall(options: RecallOptions): Recall {
  const { cache, embedder, metrics, decider, rebinder, schemaNames } = options;

  async function vectorOf(text: string, context: RequestContext): Promise<Float32Array | null> {
    if (!embedder) return null;
    try {
      return await embedder.embed(text, context.signal);
    } catch (error) {
      metrics.cacheFailure('embed');
      context.logger.warn({ error: String(error) }, 'question not embedded');
      return null;
    }
  }

  /** A question that leans on its conversation means nothing by itself: there is nothing to recall. */
  const embed: Recall['embed'] = async (asked, context) =>
    asked.isSelfContained ? await vectorOf(asked.question, context) : null;

  async function find(
    asked: Asked,
    context: RequestContext,
    embedding = embed(asked, context),
  ): Promise<Recalled> {
    if (!embedder || !asked.isSelfContained) return NOTHING;
    const vector = await embedding;
    const { questionKey, scope } = asked;
    const nearest =
      vector && (await cache.nearest(scope, { questionKey, embedding: vector, limit: NEIGHBOURS }));
    if (!nearest) {
      metrics.cacheLookup('semantic', 'error');
      return NOTHING;
    }
    if (nearest[0]) metrics.cacheSimilarity(nearest[0].similarity);
    const judge = decider.about(asked.question, schemaNames());
    const recalled = choose(nearest, judge);
    const rebound = recalled.hit ? null : rebind(asked.question, nearest, judge);
    metrics.cacheLookup('semantic', rebound ? 'rebound' : recalled.outcome);
    return { ...recalled, rebound };
  }

  function rebind(
    question: string,
    nearest: readonly Neighbour[],
    judge: Judge,
  ): Recalled['rebound'] {
    const statement = rebinder?.(question, nearest, judge);
    if (!statement) return null;
    const { neighbour, decision, changes } = statement;
    const rebound = changes.map(({ from, to }) => ({ from, to }));
    return { statement, match: { ...matchOf({ neighbour, decision }), rebound } };
  }

  return {
    embed,
    find,
    judge: (question, neighbour) => judged(neighbour, decider.about(question, schemaNames())),
    async similarity(asked, question, context) {
      const [one, other] = await Promise.all([
        vectorOf(asked.question, context),
        vectorOf(question, context),
      ]);
      return one && other ? cosine(one, other) : null;
    },
  };
}

function judged(neighbour: Neighbour, judge: Judge): Candidate {
  const { question, plan, similarity } = neighbour;
  return { neighbour, decision: judge({ question, facts: plan.facts, similarity }) };
}

function matchOf({ neighbour, decision }: Candidate): Match {
  return {
    id: neighbour.id,
    question: neighbour.question,
    similarity: round(neighbour.similarity),
    confidence: round(decision.confidence),
  };
}

function choose(nearest: readonly Neighbour[], judge: Judge): Omit<Recalled, 'rebound'> {
  const all = nearest.map((neighbour) => judged(neighbour, judge));
  const candidates = onePerPlan(all.filter(({ decision }) => decision.outcome !== 'miss'));
  const [best, ...others] = candidates.filter(({ decision }) => decision.outcome === 'hit');
  // Two plans that both seem sure contradict each other: let the agent choose.
  if (best && others.length === 0) {
    const hit = { neighbour: best.neighbour, match: matchOf(best) };
    return { outcome: 'hit', hit, candidates: [], nearest };
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
