// Owns questions whose statement is in flight: they can be recalled before they are remembered, so that a
// rephrasing waits for the rows that are under way instead of asking for SQL.
import type { Cache } from '../cache/cache.ts';
import type { Neighbour, Phrasing, Plan } from '../cache/entities.ts';
import type { Key } from '../cache/key.ts';
import type { PlanScope } from '../cache/plan-store.ts';
import { cosine } from './cosine.ts';
import type { Asked } from './scope.ts';

export interface Pending {
  /** Known to others until what it returns is called. */
  add(brought: Brought, embedding: Promise<Float32Array | null>): () => void;
  /** These very words; of several those that this principal brings. */
  find(questionKey: Key, by: string): Phrasing | null;
  /** Those of the scope whose vector is made, with their likeness, in no order. Never rejects. */
  near(asked: Asked, vector: Float32Array): Promise<readonly Neighbour[]>;
}

export interface Brought {
  readonly asked: Asked;
  readonly plan: Plan;
  /** The principal that brings the plan. */
  readonly madeBy: string;
}

interface Entry {
  readonly asked: Asked;
  readonly phrasing: Phrasing;
  vector: Float32Array | null;
}

export function createPending(cache: Pick<Cache, 'rejected'>): Pending {
  const entries = new Set<Entry>();

  return {
    add({ asked, plan, madeBy }, embedding) {
      const { phrasingId: id, question } = asked;
      const entry: Entry = { asked, phrasing: { id, question, madeBy, plan }, vector: null };
      entries.add(entry);
      void embedding.then((vector) => (entry.vector = vector));
      return () => entries.delete(entry);
    },
    find(questionKey, by) {
      let found: Phrasing | null = null;
      for (const { asked, phrasing } of entries) {
        if (asked.questionKey !== questionKey) continue;
        if (phrasing.madeBy === by) return phrasing;
        found ??= phrasing;
      }
      return found;
    },
    async near({ questionKey, scope }, vector) {
      const found = new Map<string, Neighbour>();
      for (const { asked, phrasing, vector: other } of entries) {
        if (other === null || !isSameScope(asked.scope, scope)) continue;
        found.set(phrasing.id, { ...phrasing, similarity: cosine(vector, other) });
      }
      if (found.size === 0) return [];
      // What was reported wrong is wrong while it runs, too.
      const rejected = await cache.rejected(scope.planScope, questionKey);
      return rejected ? [...found.values()].filter(({ plan }) => !rejected.has(plan.id)) : [];
    },
  };
}

const isSameScope = (one: PlanScope, other: PlanScope): boolean =>
  one.planScope === other.planScope &&
  one.schemaVersion === other.schemaVersion &&
  one.modelId === other.modelId;
