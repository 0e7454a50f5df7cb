// Owns how often what is kept was of use: counted here, told to the store now and then. What a crash loses of it
// was only a hint.
import type { Pool } from '../db/pool.ts';

export interface Usage {
  plan(id: string): void;
  result(id: string): void;
  /** Adds what was counted since to the store. */
  flush(): Promise<void>;
}

/** More are forgotten, rather than held for a store that is away. */
const MAX_COUNTED = 20_000;
const BATCH = 1000;

export function createUsage(pool: Pool): Usage {
  const plans = new Map<string, number>();
  const results = new Map<string, number>();

  const count = (into: Map<string, number>, id: string): void => {
    if (into.size >= MAX_COUNTED) into.clear();
    into.set(id, (into.get(id) ?? 0) + 1);
  };

  async function tell(table: 'plans' | 'results', counts: Map<string, number>): Promise<void> {
    // In one order at every replica: two that update the same rows then wait, and neither is a deadlock's victim.
    const ids = [...counts.keys()].sort();
    const uses = ids.map((id) => counts.get(id) ?? 0);
    counts.clear();
    for (let at = 0; at < ids.length; at += BATCH) {
      await pool.query(
        `UPDATE askonce.${table} AS kept SET uses = uses + used.count, last_used_at = now()
         FROM (SELECT locked.id, given.count FROM unnest($1::uuid[], $2::integer[]) AS given (id, count)
           JOIN askonce.${table} locked ON locked.id = given.id ORDER BY locked.id FOR UPDATE OF locked) used
         WHERE kept.id = used.id`,
        [ids.slice(at, at + BATCH), uses.slice(at, at + BATCH)],
      );
    }
  }

  return {
    plan: (id) => count(plans, id),
    result: (id) => count(results, id),
    async flush() {
      await tell('plans', plans);
      await tell('results', results);
    },
  };
}
