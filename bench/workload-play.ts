// Owns playing a stream of questions through the product's cache, from empty: what is known is answered,
// for the rest the agent brings its SQL, as `query` learns it. A label says whether an answer was right.
import type { Plan } from '../src/cache/entities.ts';
import type { Asked, Scoping } from '../src/query/scope.ts';
import type { Product } from './decisions-product.ts';
import { createWorkloadMemory } from './workload-memory.ts';

export interface Question {
  readonly tenant: string;
  readonly domain: string;
  readonly question: string;
  readonly sql: string;
  /** Within tenant and domain, two questions are the same where this is. */
  readonly sql_id: string;
}

/** `again`: the same words as an earlier semantic or template hit, which was only noted. */
export type Tier = 'exact' | 'again' | 'semantic' | 'template';

export type Step =
  | { readonly kind: 'served'; readonly tier: Tier; readonly right: boolean }
  | { readonly kind: 'confirm'; readonly offered: number; readonly hasRight: boolean }
  | { readonly kind: 'miss' };

export interface Player {
  play(question: Question): Promise<Step>;
  /** Time of each semantic search with its decisions, embedding excluded. */
  readonly searchMs: readonly number[];
}

export function scopeOf({ tenant, domain }: Question): string {
  return JSON.stringify([tenant, domain]);
}

export function createPlayer(product: Product): Player {
  const memory = createWorkloadMemory();
  const recall = product.recallOver(memory);
  const remember = product.rememberIn(memory);
  const scopings = new Map<string, Scoping>();
  /** What each plan answers. A plan's id is unlike in every scope. */
  const labels = new Map<string, string>();
  const searchMs: number[] = [];

  function scopingOf(question: Question): Scoping {
    const name = scopeOf(question);
    const scoping = scopings.get(name) ?? product.scopingOf(name);
    scopings.set(name, scoping);
    return scoping;
  }

  /** The plan of the question's own statement. */
  function ownPlan(asked: Asked, question: Question): Plan {
    const plan = product.planOf(question.sql, asked, scopingOf(question));
    if (!labels.has(plan.id)) labels.set(plan.id, question.sql_id);
    return plan;
  }

  async function play(question: Question): Promise<Step> {
    const asked = await product.ask(question.question, scopingOf(question));
    if (!asked) return { kind: 'miss' };
    const isRight = (planId: string): boolean => labels.get(planId) === question.sql_id;

    const known = memory.known(asked.questionKey);
    if (known) {
      const tier = known.match ? 'again' : 'exact';
      return { kind: 'served', tier, right: isRight(known.phrasing.plan.id) };
    }
    const started = performance.now();
    const { hit, rebound, candidates } = await recall.find(asked, product.context);
    searchMs.push(performance.now() - started);
    if (hit) {
      memory.note(asked.scope.planScope, asked.questionKey, {
        phrasing: hit.neighbour,
        match: hit.match,
      });
      return { kind: 'served', tier: 'semantic', right: isRight(hit.neighbour.plan.id) };
    }
    const own = ownPlan(asked, question);
    if (rebound) {
      // Nothing runs here: the exchanged statement is right when it is the question's own.
      const { neighbour, statement } = rebound.statement;
      const plan = product.planOf(statement.sql, asked, scopingOf(question));
      memory.note(asked.scope.planScope, asked.questionKey, {
        phrasing: { ...neighbour, plan },
        match: rebound.match,
      });
      return { kind: 'served', tier: 'template', right: plan.id === own.id };
    }
    remember({ asked, plan: own, origin: 'asked' }, product.context);
    if (candidates.length === 0) return { kind: 'miss' };
    const hasRight = candidates.some(({ neighbour }) => isRight(neighbour.plan.id));
    return { kind: 'confirm', offered: candidates.length, hasRight };
  }

  return { play, searchMs };
}
