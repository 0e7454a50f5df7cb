// Owns the bounds of the store: what is worth least goes first when there is more than there may be. Worth is what it
// spared for each byte: how long the statement took, how often it was asked, how lately.
import type { Pool } from '../db/pool.ts';

export interface EvictionLimits {
  /** Of rows that are kept, with what belongs to them. */
  readonly maxResultBytes: number;
  readonly maxPlans: number;
}

export interface Eviction {
  /** Removes a batch of what is too much; returns how many went. */
  sweep(): Promise<number>;
}

const BATCH = 500;
/** It goes down to this share of the limit, so that not every sweep has to begin again. */
const DOWN_TO = 0.9;
/** Of a result without its rows. */
const RESULT_OVERHEAD_BYTES = 1024;
/** Somebody may read it right now. */
const IN_USE = "interval '2 minutes'";

/** $1 bytes that have to go. The worth of a use falls by half within an hour. */
const RESULTS_SQL = `
  WITH candidates AS (
    SELECT result_scope, id, byte_count + ${RESULT_OVERHEAD_BYTES} AS bytes,
      (run_ms + 1) * (uses + 1) / (byte_count + ${RESULT_OVERHEAD_BYTES})
        / (1 + extract(epoch FROM now() - last_used_at) / 3600) AS worth
    FROM askonce.results
    WHERE status <> 'filling' AND greatest(last_used_at, touched_at) < now() - ${IN_USE}),
  ranked AS (
    SELECT result_scope, id, sum(bytes) OVER (ORDER BY worth, id) - bytes AS before FROM candidates)
  DELETE FROM askonce.results WHERE (result_scope, id) IN (
    SELECT result_scope, id FROM ranked WHERE before < $1 ORDER BY before LIMIT ${BATCH}) RETURNING id`;

/** $1 plans that have to go: an agent wrote each of them, so that only use tells. */
const PLANS_SQL = `
  DELETE FROM askonce.plans WHERE (plan_scope, id) IN (
    SELECT plan_scope, id FROM askonce.plans WHERE last_used_at < now() - ${IN_USE}
    ORDER BY last_used_at + least(uses, 1000) * interval '1 day' LIMIT least($1, ${BATCH})) RETURNING id`;

export function createEviction(pool: Pool, limits: EvictionLimits): Eviction {
  let isOver = { results: false, plans: false };

  function tooMuch(of: 'results' | 'plans', size: number, limit: number): number {
    const bound = isOver[of] ? limit * DOWN_TO : limit;
    isOver = { ...isOver, [of]: size > bound };
    return size > bound ? Math.ceil(size - limit * DOWN_TO) : 0;
  }

  return {
    async sweep() {
      const [row] = await pool.query<{ bytes: number; plans: number }>(
        `SELECT (SELECT coalesce(sum(byte_count + ${RESULT_OVERHEAD_BYTES}), 0)::float8 FROM askonce.results) AS bytes,
           (SELECT count(*)::float8 FROM askonce.plans) AS plans`,
      );
      const bytes = tooMuch('results', row!.bytes, limits.maxResultBytes);
      const plans = tooMuch('plans', row!.plans, limits.maxPlans);
      const gone = bytes > 0 ? await pool.query(RESULTS_SQL, [bytes]) : [];
      const forgotten = plans > 0 ? await pool.query(PLANS_SQL, [plans]) : [];
      return gone.length + forgotten.length;
    },
  };
}
