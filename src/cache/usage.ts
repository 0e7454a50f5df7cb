// Owns how often what is kept was of use: counted here, told to the store now and then. What a crash loses of it
// was only a hint.
import type { Pool } from '../db/pool.ts';

export interface Usage {
  plan(planScope: string, id: string): void;
  result(resultScope: string, id: string): void;
  /** Adds what was counted since to the store. */
  flush(): Promise<void>;
}

/** Of a scope; more are forgotten, rather than held for a store that is away. */
const MAX_COUNTED = 20_000;
const BATCH = 1000;

/** By scope, then by id. */
type Counts = Map<string, Map<string, number>>;

export function createUsage(pool: Pool): Usage {
  const plans: Counts = new Map();
  const results: Counts = new Map();

  function count(into: Counts, scope: string, id: string): void {
    const counted = into.get(scope) ?? new Map<string, number>();
    if (counted.size >= MAX_COUNTED) counted.clear();
    counted.set(id, (counted.get(id) ?? 0) + 1);
    into.set(scope, counted);
  }

  async function tell(sql: string, counts: Counts): Promise<void> {
    const all = [...counts];
    counts.clear();
    for (const [scope, counted] of all) {
      // In one order at every replica: two that update the same rows then wait, and neither is a deadlock's victim.
      const ids = [...counted.keys()].sort();
      for (let at = 0; at < ids.length; at += BATCH) {
        const batch = ids.slice(at, at + BATCH);
        await pool.query(sql, [scope, batch, batch.map((id) => counted.get(id))]);
      }
    }
  }

  return {
    plan: (planScope, id) => count(plans, planScope, id),
    result: (resultScope, id) => count(results, resultScope, id),
    async flush() {
      await tell(addTo('plans', 'plan_scope'), plans);
      await tell(addTo('results', 'result_scope'), results);
    },
  };
}

/** $1 scope, $2 ids, $3 how often each was used. */
const addTo = (table: string, scope: string): string => `
  UPDATE askonce.${table} AS kept SET uses = uses + used.count, last_used_at = now()
  FROM (SELECT locked.id, given.count FROM unnest($2::uuid[], $3::integer[]) AS given (id, count)
    JOIN askonce.${table} locked ON locked.id = given.id
    WHERE locked.${scope} = $1 ORDER BY locked.id FOR UPDATE OF locked) used
  WHERE kept.${scope} = $1 AND kept.id = used.id`;
