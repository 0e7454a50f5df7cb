// Owns the plans of a played workload: the product's plan memory, in this process in place of PostgreSQL,
// with an exact scan of one scope in place of its vector search. Forgets nothing; crosses no scope.
import type { Cache } from '../src/cache/cache.ts';
import type { Phrasing } from '../src/cache/entities.ts';
import type { Key } from '../src/cache/key.ts';
import type { KnownQuestion } from '../src/cache/memory.ts';
import type { PlanScope } from '../src/cache/plan-store.ts';
import { cosine } from './decisions-vectors.ts';

export interface WorkloadMemory extends Pick<Cache, 'nearest' | 'remember' | 'note'> {
  known(key: Key): KnownQuestion | null;
}

interface Stored {
  readonly phrasing: Phrasing;
  readonly vector: Float32Array;
}

export function createWorkloadMemory(): WorkloadMemory {
  const questions = new Map<Key, KnownQuestion>();
  const scopes = new Map<string, Map<string, Stored>>();
  let saved: Promise<void> = Promise.resolve();

  function storedIn(scope: PlanScope): Map<string, Stored> {
    const name = JSON.stringify([scope.planScope, scope.schemaVersion, scope.modelId]);
    const stored = scopes.get(name) ?? new Map<string, Stored>();
    scopes.set(name, stored);
    return stored;
  }

  return {
    known: (key) => questions.get(key) ?? null,
    note: (_, key, known) => void questions.set(key, known),

    remember(scope, { id, question, madeBy, plan, questionKey, embed }) {
      const phrasing = { id, question, madeBy, plan };
      questions.set(questionKey, { phrasing, match: null });
      saved = Promise.all([saved, embed()]).then(([, vector]) => {
        if (vector) storedIn(scope).set(id, { phrasing, vector });
      });
    },

    async nearest(scope, { embedding, limit }) {
      await saved;
      return [...storedIn(scope).values()]
        .map(({ phrasing, vector }) => ({ phrasing, similarity: cosine(vector, embedding) }))
        .toSorted((a, b) => b.similarity - a.similarity)
        .slice(0, limit)
        .map(({ phrasing, similarity }) => ({ ...phrasing, similarity }));
    },
  };
}
