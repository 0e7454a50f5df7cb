// Owns finding the earlier question that a new one repeats in other words: embed, search within the
// scope, decide. Any failure on the way is a miss: doubt never serves rows.
import type { Cache } from '../cache/cache.ts';
import type { Decider, Judge } from '../cache/decide.ts';
import type { DecisionRecord } from '../cache/decision-log.ts';
import type { Match, Neighbour } from '../cache/entities.ts';
import type { Policies, Policy } from '../cache/policies.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Metrics } from '../metrics.ts';
import { choose, judged, matchOf } from './choose.ts';
import type { Candidate } from './choose.ts';
import { isAppError } from '../errors.ts';
import type { RequestContext } from './context.ts';
import { recordOf } from './decision-record.ts';
import type { Judging, Pause } from './judging.ts';
import { cosine } from './cosine.ts';
import type { Pending } from './pending.ts';
import type { Rebinder, ReboundStatement } from './rebind-statement.ts';
import type { Asked } from './scope.ts';

export interface Hit {
  readonly neighbour: Neighbour;
  readonly match: Match;
  /** Whether the agent is asked to say if the answer is right: an unbiased sample of all hits. */
  readonly isChecked: boolean;
}

/** The earlier statement with other literals. */
interface Rebound {
  readonly statement: ReboundStatement;
  readonly match: Match;
  readonly isChecked: boolean;
}

export interface Recalled {
  readonly outcome: 'hit' | 'confirm' | 'miss';
  /** The one to serve, when the outcome is a hit. */
  readonly hit: Hit | null;
  /** Without a hit: a statement to run, which answers the question once its literals are exchanged. */
  readonly rebound: Rebound | null;
  /** Plausible ones, best first: one per plan. */
  readonly candidates: readonly Candidate[];
  /** The nearest known questions whatever was decided: examples of SQL over this database. */
  readonly nearest: readonly Neighbour[];
}

export interface Preview {
  readonly outcome: 'hit' | 'rebound' | 'confirm' | 'miss';
  /** The values that would be exchanged. */
  readonly rebound: NonNullable<Match['rebound']> | null;
  /** Every neighbour, in the order of nearness. */
  readonly all: readonly Candidate[];
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
  /** As find, and nobody is told of it; null where there is no vector, or no store. */
  preview(asked: Asked, context: RequestContext): Promise<Preview | null>;
  /** What would be decided about one neighbour. */
  judge(asked: Asked, neighbour: Neighbour): Candidate;
  similarity(asked: Asked, question: string, context: RequestContext): Promise<number | null>;
}

export interface RecallOptions {
  readonly cache: Pick<Cache, 'nearest'>;
  /** Questions whose rows are under way; none by default. */
  readonly pending?: Pick<Pending, 'near'>;
  readonly embedder: Embedder | null;
  readonly metrics: Metrics;
  readonly decider: Decider;
  readonly judging: Judging;
  /** None where nothing is rebound, whatever the policy. */
  readonly rebinder?: Rebinder | undefined;
  /** Concepts of the database's names, as far as they are known by now. */
  readonly schemaNames?: () => ReadonlySet<string>;
  readonly policies?: Pick<Policies, 'of'>;
  /** Told of every decision that had a consequence, for the log. */
  readonly onDecision?: (record: DecisionRecord) => void;
}

/**
 * Nearest known questions that are judged, however far they are: the decision alone refuses. A floor of
 * similarity would shut out true rephrasings before anybody has looked at them.
 */
const NEIGHBOURS = 20;
const NO_NAMES: ReadonlySet<string> = new Set();
const NOTHING: Recalled = {
  outcome: 'miss',
  hit: null,
  rebound: null,
  candidates: [],
  nearest: [],
};

export function createRecall(options: RecallOptions): Recall {
  const { cache, embedder, metrics, decider, judging, rebinder, onDecision } = options;
  const { schemaNames = () => NO_NAMES, policies } = options;

  const policyOf = ({ scope }: Asked): Policy | undefined => policies?.of(scope.planScope);

  function judgeOf(asked: Asked): Judge {
    const targetErrorRate = policyOf(asked)?.targetErrorRate;
    return decider.about(asked.question, {
      schemaNames: schemaNames(),
      ...(targetErrorRate !== undefined && { targetErrorRate }),
    });
  }

  async function vectorOf(text: string, context: RequestContext): Promise<Float32Array | null> {
    if (!embedder) return null;
    try {
      return await context.trace.during('embed', () => embedder.embed(text, context.signal));
    } catch (error) {
      if (isAppError(error, 'QUERY_CANCELLED')) return null;
      metrics.cacheFailure('embed');
      context.logger.warn({ error: String(error) }, 'question not embedded');
      return null;
    }
  }

  /** A question that leans on its conversation means nothing by itself: there is nothing to recall. */
  const embed: Recall['embed'] = async (asked, context) =>
    asked.isSelfContained ? await vectorOf(asked.question, context) : null;

  const judgedInTurn = (asked: Asked, nearest: readonly Neighbour[], context: RequestContext) =>
    judging.take({ principal: context.principal.name, signal: context.signal }, (pause) =>
      judgedAll(asked, nearest, pause),
    );

  async function preview(asked: Asked, context: RequestContext): Promise<Preview | null> {
    const vector = await vectorOf(asked.question, context);
    const nearest = vector && (await nearestTo(asked, vector));
    if (!nearest) return null;
    const { all, chosen, rebound } = await judgedInTurn(asked, nearest, context);
    return {
      outcome: rebound ? 'rebound' : chosen.outcome,
      rebound: rebound?.match.rebound ?? null,
      all,
    };
  }

  async function find(
    asked: Asked,
    context: RequestContext,
    embedding = embed(asked, context),
  ): Promise<Recalled> {
    if (!embedder || !asked.isSelfContained) return NOTHING;
    const vector = await embedding;
    const nearest =
      vector && (await context.trace.during('nearest', () => nearestTo(asked, vector)));
    if (!nearest) {
      metrics.cacheLookup('semantic', 'error');
      return NOTHING;
    }
    if (nearest[0]) metrics.cacheSimilarity(nearest[0].similarity);
    const { chosen, rebound } = await context.trace.during('judge', () =>
      judgedInTurn(asked, nearest, context),
    );
    metrics.cacheLookup('semantic', rebound ? 'rebound' : chosen.outcome);
    const decided = chosen.hit ?? rebound?.statement;
    const checkRate = policyOf(asked)?.shadowCheckRate ?? 0;
    const isChecked = decided !== undefined && Math.random() < checkRate;
    const hit = chosen.hit && {
      neighbour: chosen.hit.neighbour,
      match: matchOf(chosen.hit),
      isChecked,
    };
    const outcome = rebound ? 'rebound' : chosen.outcome;
    for (const candidate of decided ? [decided] : chosen.logged) {
      onDecision?.(recordOf(asked, candidate, { outcome, isChecked }));
    }
    const { candidates } = chosen;
    return {
      outcome: chosen.outcome,
      hit,
      rebound: rebound && { ...rebound, isChecked },
      candidates,
      nearest,
    };
  }

  async function nearestTo(asked: Asked, vector: Float32Array): Promise<Neighbour[] | null> {
    const { questionKey, scope } = asked;
    const [stored, underWay = []] = await Promise.all([
      cache.nearest(scope, { questionKey, embedding: vector, limit: NEIGHBOURS }),
      options.pending?.near(asked, vector),
    ]);
    if (stored === null || underWay.length === 0) return stored;
    const ids = new Set(stored.map(({ id }) => id));
    return [...stored, ...underWay.filter(({ id }) => !ids.has(id))]
      .toSorted((first, second) => second.similarity - first.similarity)
      .slice(0, NEIGHBOURS);
  }

  async function judgedAll(asked: Asked, nearest: readonly Neighbour[], pause: Pause) {
    const judge = judgeOf(asked);
    const all: Candidate[] = [];
    for (const neighbour of nearest) {
      await pause();
      all.push(judged(neighbour, judge));
    }
    const chosen = choose(all);
    const isWanted = !chosen.hit && policyOf(asked)?.templateHits !== 'off';
    const statement = isWanted && (await rebinder?.(asked.question, nearest, judge, pause));
    return { all, chosen, rebound: statement ? reboundOf(statement) : null };
  }

  function reboundOf(statement: ReboundStatement): Omit<Rebound, 'isChecked'> {
    const rebound = statement.changes.map(({ from, to }) => ({ from, to }));
    return { statement, match: { ...matchOf(statement), rebound } };
  }

  return {
    embed,
    find,
    preview,
    judge: (asked, neighbour) => judged(neighbour, judgeOf(asked)),
    async similarity(asked, question, context) {
      const [one, other] = await Promise.all([
        vectorOf(asked.question, context),
        vectorOf(question, context),
      ]);
      return one && other ? cosine(one, other) : null;
    },
  };
}
