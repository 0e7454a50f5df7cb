// Owns the bounds of the store: what is worth least goes first when there is more than there may be. Worth is what it
// spared for each byte: how long the statement took, how often it was asked, how lately. Where there are several
// principals, one that fills the store makes room at its own cost.
import type { Pool } from '../db/pool.ts';

export interface EvictionLimits {
  /** Of rows that are kept, with what belongs to them. */
  readonly maxResultBytes: number;
  readonly maxPlans: number;
  /** How much of either one principal may hold, 0 to 1. */
  readonly shareOfOne: number;
}

export interface Eviction {
  /** Removes a batch of what is too much; returns how many went. */
  sweep(): Promise<number>;
}

const BATCH = 500;
/** In how many wordings a plan is known on average, at most. */
const PHRASINGS_PER_PLAN = 8;
/** It goes down to this share of the limit, so that not every sweep has to begin again. */
const DOWN_TO = 0.9;
/** Of a result without its rows. */
const RESULT_OVERHEAD_BYTES = 1024;
/** Somebody may read it right now. */
const IN_USE = "interval '2 minutes'";

/** $1 bytes that have to go, $2 of which scope: of all where it is null. The worth of a use falls by half within an hour. */
const RESULTS_SQL = `
  WITH candidates AS (
    SELECT result_scope, id, byte_count + ${RESULT_OVERHEAD_BYTES} AS bytes,
      (run_ms + 1) * (uses + 1) / (byte_count + ${RESULT_OVERHEAD_BYTES})
        / (1 + extract(epoch FROM now() - last_used_at) / 3600) AS worth
    FROM askonce.results
    WHERE status <> 'filling' AND greatest(last_used_at, touched_at) < now() - ${IN_USE}
      AND ($2::text IS NULL OR result_scope = $2)),
  ranked AS (
    SELECT result_scope, id, sum(bytes) OVER (ORDER BY worth, id) - bytes AS before FROM candidates)
  DELETE FROM askonce.results WHERE (result_scope, id) IN (
    SELECT result_scope, id FROM ranked WHERE before < $1 ORDER BY before LIMIT ${BATCH}) RETURNING id`;

/** $1 plans that have to go: an agent wrote each of them, so that only use tells. */
const PLANS_SQL = `
  DELETE FROM askonce.plans WHERE (plan_scope, id) IN (
    SELECT plan_scope, id FROM askonce.plans WHERE last_used_at < now() - ${IN_USE}
    ORDER BY last_used_at + least(uses, 1000) * interval '1 day' LIMIT least($1, ${BATCH})) RETURNING id`;

/** No words lead to the plan pl. */
const IS_UNLED = `NOT EXISTS (
  SELECT FROM askonce.phrasings ph WHERE ph.plan_scope = pl.plan_scope AND ph.plan_id = pl.id)`;

/** $1 plans that have to go: those that no words lead to are worth nothing. */
const UNLED_SQL = `
  DELETE FROM askonce.plans WHERE (plan_scope, id) IN (
    SELECT pl.plan_scope, pl.id FROM askonce.plans pl
    WHERE pl.last_used_at < now() - ${IN_USE} AND ${IS_UNLED}
    LIMIT least($1, ${BATCH})) RETURNING id`;

/** $1 phrasings that have to go, $2 of which principal: of all where it is null. */
const PHRASINGS_SQL = `
  DELETE FROM askonce.phrasings WHERE (plan_scope, id) IN (
    SELECT ph.plan_scope, ph.id FROM askonce.phrasings ph
      JOIN askonce.plans pl ON pl.plan_scope = ph.plan_scope AND pl.id = ph.plan_id
    WHERE greatest(pl.last_used_at, ph.created_at) < now() - ${IN_USE} AND ($2::text IS NULL OR ph.made_by = $2)
    ORDER BY pl.last_used_at + least(pl.uses, 1000) * interval '1 day', ph.created_at LIMIT least($1, ${BATCH}))
  RETURNING plan_scope, plan_id`;

/** $1 scopes and $2 plans of phrasings that are gone: what no words lead to any more counts as one all the same. */
const LEFT_ALONE_SQL = `
  DELETE FROM askonce.plans pl USING unnest($1::text[], $2::uuid[]) AS gone (plan_scope, id)
  WHERE pl.plan_scope = gone.plan_scope AND pl.id = gone.id AND ${IS_UNLED}`;

/** $1 what one may hold. */
const LARGE_SCOPES_SQL = `
  SELECT result_scope AS holder, sum(byte_count + ${RESULT_OVERHEAD_BYTES})::float8 AS held
  FROM askonce.results GROUP BY 1 HAVING sum(byte_count + ${RESULT_OVERHEAD_BYTES}) > $1`;
const LARGE_MAKERS_SQL = `
  SELECT made_by AS holder, count(*)::float8 AS held FROM askonce.phrasings GROUP BY 1 HAVING count(*) > $1`;

const SIZES_SQL = `
  SELECT (SELECT coalesce(sum(byte_count + ${RESULT_OVERHEAD_BYTES}), 0)::float8 FROM askonce.results) AS results,
    (SELECT count(*)::float8 FROM askonce.plans) AS plans,
    (SELECT count(*)::float8 FROM askonce.phrasings) AS phrasings`;

type Kind = 'results' | 'plans' | 'phrasings';
type Sizes = Readonly<Record<Kind, number>>;

interface Holder {
  readonly holder: string;
  readonly held: number;
}

export function createEviction(pool: Pool, limits: EvictionLimits): Eviction {
  const { maxResultBytes, maxPlans, shareOfOne } = limits;
  const maxPhrasings = maxPlans * PHRASINGS_PER_PLAN;
  let isOver = { results: false, plans: false, phrasings: false };

  function tooMuch(of: Kind, size: number, limit: number): number {
    const bound = isOver[of] ? limit * DOWN_TO : limit;
    isOver = { ...isOver, [of]: size > bound };
    return size > bound ? Math.ceil(size - limit * DOWN_TO) : 0;
  }

  const removeResults = async (size: number, scope: string | null = null): Promise<number> =>
    size > 0 ? (await pool.query(RESULTS_SQL, [size, scope])).length : 0;

  async function removePlans(size: number): Promise<number> {
    if (size <= 0) return 0;
    const unled = (await pool.query(UNLED_SQL, [size])).length;
    return unled > 0 ? unled : (await pool.query(PLANS_SQL, [size])).length;
  }

  async function removePhrasings(size: number, maker: string | null = null): Promise<number> {
    if (size <= 0) return 0;
    const gone = await pool.query<{ plan_scope: string; plan_id: string }>(PHRASINGS_SQL, [
      size,
      maker,
    ]);
    await pool.query(LEFT_ALONE_SQL, [
      gone.map((row) => row.plan_scope),
      gone.map((row) => row.plan_id),
    ]);
    return gone.length;
  }

  /** From those who hold more than one may: nobody does where all together hold less. */
  async function level(sizes: Sizes): Promise<number> {
    if (shareOfOne >= 1) return 0;
    const parts = [
      {
        held: sizes.results,
        most: shareOfOne * maxResultBytes,
        large: LARGE_SCOPES_SQL,
        remove: removeResults,
      },
      {
        held: sizes.phrasings,
        most: shareOfOne * maxPlans,
        large: LARGE_MAKERS_SQL,
        remove: removePhrasings,
      },
    ];
    let gone = 0;
    for (const { held, most, large, remove } of parts) {
      if (held <= most) continue;
      const holders = (await pool.query(large, [most])) as unknown as readonly Holder[];
      for (const one of holders)
        gone += await remove(Math.ceil(one.held - most * DOWN_TO), one.holder);
    }
    return gone;
  }

  async function measured(): Promise<Sizes> {
    const [sizes] = (await pool.query(SIZES_SQL)) as unknown as [Sizes];
    return sizes;
  }

  return {
    async sweep() {
      const before = await measured();
      const levelled = await level(before);
      const sizes = levelled > 0 ? await measured() : before;
      const rows = await removeResults(tooMuch('results', sizes.results, maxResultBytes));
      const words = await removePhrasings(tooMuch('phrasings', sizes.phrasings, maxPhrasings));
      // Behind words that went, plans are gone, too: the next sweep counts anew.
      const plans = words > 0 ? 0 : tooMuch('plans', sizes.plans, maxPlans);
      return levelled + rows + words + (await removePlans(plans));
    },
  };
}
