// Owns what an agent's own statement says about earlier decisions: for a question that was not served, the
// statement that the agent brought is held against those it was offered. Free, and never on the answer's way.
import type { Cache } from '../cache/cache.ts';
import type { Phrasing, Plan } from '../cache/entities.ts';
import type { Policies } from '../cache/policies.ts';
import { isReusable } from '../cache/volatility.ts';
import type { Logger } from '../logger.ts';
import type { StatementGuard } from '../guard/guard.ts';
import type { Remember } from './remember.ts';
import { digestOf } from './row-digest.ts';
import type { Asked } from './scope.ts';
import type { RequestContext } from './context.ts';

export interface Brought {
  readonly asked: Asked;
  /** Of the statement that the agent brought for the question. */
  readonly plan: Plan;
  /** Its rows, perhaps still on their way. */
  readonly resultId: string;
}

/** Never rejects. */
export type Labeller = (brought: Brought, context: RequestContext) => Promise<void>;

export interface LabellerOptions {
  readonly cache: Pick<Cache, 'decisions' | 'findPhrasing' | 'results'>;
  readonly guard: StatementGuard;
  readonly remember: Remember;
  /** Rows older than their time are not compared: the data may have changed meanwhile. */
  readonly policies: Pick<Policies, 'of'>;
  /** Whether rows with this stamp are what the database holds. */
  readonly holds: (stamp: unknown) => Promise<boolean>;
  readonly now: () => number;
}

/** Fewer rows, or one short row, may be equal by chance. */
const TELLING_ROWS = 3;

interface Finding {
  readonly label: 'same' | 'different';
  readonly source: 'sql' | 'rows';
}

export function createLabeller(options: LabellerOptions): Labeller {
  const { cache, guard, remember, holds, policies, now } = options;

  async function label(brought: Brought, context: RequestContext): Promise<void> {
    const { asked } = brought;
    const { planScope } = asked.scope;
    const open = await cache.decisions.open(planScope, asked.questionKey, brought.plan.id);
    for (const { phrasingId, planId } of open) {
      const earlier = await cache.findPhrasing(asked.scope, phrasingId);
      if (earlier?.plan.id !== planId) continue;
      const found = await compared(brought, earlier);
      if (found === null) continue;
      const { questionKey } = asked;
      await cache.decisions.label({ planScope, questionKey, planId, ...found });
      // One plan for both from now on, or two that mean the same would stand in each other's way.
      if (found.label === 'same')
        remember({ asked, plan: earlier.plan, origin: 'confirmed' }, context);
    }
  }

  async function compared(brought: Brought, earlier: Phrasing): Promise<Finding | null> {
    const { asked, plan, resultId } = brought;
    if (plan.id === earlier.plan.id || means(plan) === means(earlier.plan))
      return { label: 'same', source: 'sql' };
    const { results } = cache;
    if (!isReusable(plan.volatility) || !isReusable(earlier.plan.volatility)) return null;
    const { statementKey } = earlier.plan;
    const theirs = await results.find(asked.resultScope, statementKey, {
      oldest: now() - 1000 * policies.of(asked.scope.planScope).ttlSeconds,
      holds,
    });
    const mine = theirs && (await results.byId(asked.resultScope, resultId));
    const [first, second] = [
      mine && (await digestOf(mine.source)),
      theirs && (await digestOf(theirs.source)),
    ];
    if (!first || !second || first.columns !== second.columns) return null;
    if (first.digest !== second.digest) {
      const isByChance = isAnySoMany(plan) || isAnySoMany(earlier.plan);
      return isByChance ? null : { label: 'different', source: 'rows' };
    }
    return first.rows >= TELLING_ROWS ? { label: 'same', source: 'rows' } : null;
  }

  const means = ({ sql, params }: Plan): string =>
    `${guard.check(sql).meaning()} ${JSON.stringify(params)}`;

  return async (brought, context) => {
    try {
      await label(brought, context);
    } catch (error) {
      warn(context.logger, error);
    }
  };
}

/** A limit without an order takes whatever rows come first: others at the next run of the same statement. */
const isAnySoMany = ({ facts }: Plan): boolean =>
  facts.limit !== null && facts.orderings.length === 0;

function warn(logger: Logger, error: unknown): void {
  logger.warn({ error: String(error) }, 'decisions not labelled');
}
