// Owns the plans in PostgreSQL: phrasings with their vectors, found exactly or by nearness, always
// within one plan scope, one model and one schema version.
import pgvector from 'pgvector';

import type { Pool } from '../db/pool.ts';
import type { Neighbour, Phrasing } from './entities.ts';
import type { SearchIndexes } from './search-indexes.ts';
import type { Volatility } from './volatility.ts';
import { NO_FACTS, type SqlFacts } from './facts.ts';
import type { Key } from './key.ts';

export interface PlanScope {
  readonly planScope: string;
  readonly schemaVersion: string;
  readonly modelId: string;
}

export interface NewPhrasing extends Phrasing {
  readonly questionKey: Key;
  readonly origin: 'asked' | 'confirmed';
  readonly embedding: Float32Array | null;
}

export interface PlanStore {
  find(planScope: string, questionKey: Key): Promise<Phrasing | null>;
  findById(scope: PlanScope, phrasingId: string): Promise<Phrasing | null>;
  /** Nearest first; plans that were rejected for this question are left out. */
  nearest(scope: PlanScope, search: NearestSearch): Promise<Neighbour[]>;
  /** Ids of the plans that never answer this question. */
  rejected(planScope: string, questionKey: Key): Promise<ReadonlySet<string>>;
  /** Those whose plans were used last, the last first. */
  recent(
    scope: PlanScope,
    limit: number,
  ): Promise<Array<{ readonly questionKey: Key; readonly phrasing: Phrasing }>>;
  /** In the order of their ids, behind one of these; all that can be recalled in this scope. */
  page(scope: PlanScope, after: string | null, limit: number): Promise<Phrasing[]>;
  /** Stores plan and phrasing; a question that was bound to another plan moves to this one. */
  save(scope: PlanScope, phrasing: NewPhrasing): Promise<void>;
  /** This question is never again answered by this plan, however near it is. */
  reject(planScope: string, questionKey: Key, planId: string): Promise<void>;
}

export interface NearestSearch {
  readonly questionKey: Key;
  readonly embedding: Float32Array;
  readonly limit: number;
}

interface PlanRow {
  readonly phrasing_id: string;
  readonly question: string;
  readonly plan_id: string;
  readonly statement_key: Buffer;
  readonly sql: string;
  readonly params: unknown[];
  readonly tables: string[];
  readonly facts: SqlFacts;
  readonly volatility: Volatility;
  readonly similarity?: number;
}

const PLAN_COLUMNS = `ph.id AS phrasing_id, ph.question, pl.id AS plan_id, pl.statement_key, pl.sql,
  pl.params, pl.tables, pl.facts, pl.volatility`;
const FROM_PLANS = `FROM askonce.phrasings ph
  JOIN askonce.plans pl ON pl.plan_scope = ph.plan_scope AND pl.id = ph.plan_id`;

/** In the exact way every phrasing of the scope is compared, and only the nearest are joined. */
function nearestSql(dimensions: number | null): string {
  const type = dimensions === null ? 'halfvec' : `halfvec(${dimensions})`;
  // Told before the index is read, for this statement alone.
  // An index compares in fewer digits than it is asked in: + 0 makes sure that what it found is sorted again.
  const careful = `AND (SELECT set_config('hnsw.ef_search', '${SEARCH_BREADTH}', true)) IS NOT NULL`;
  return `
  WITH nearest AS MATERIALIZED (
    SELECT ph.id, ph.question, ph.plan_id, ph.embedding::${type} <=> $4::${type} AS distance
    FROM askonce.phrasings ph
    WHERE ph.plan_scope = $1 AND ph.model_id = $2 AND ph.schema_version = $3
      AND ph.embedding IS NOT NULL
      AND ph.plan_id <> ALL (ARRAY(
        SELECT r.plan_id FROM askonce.rejections r WHERE r.plan_scope = $1 AND r.question_key = $5))
      ${dimensions === null ? '' : careful}
    ORDER BY ph.embedding::${type} <=> $4::${type} LIMIT $6)
  SELECT ${PLAN_COLUMNS}, 1 - ph.distance AS similarity
  FROM nearest ph JOIN askonce.plans pl ON pl.plan_scope = $1 AND pl.id = ph.plan_id
  ORDER BY ph.distance + 0`;
}

/** How many candidates an index is asked to keep in sight: with 40, pgvector's own choice, it loses some that are nearest. */
const SEARCH_BREADTH = 80;

/** @param indexes Of the scopes that are not compared in full. */
export function createPlanStore(
  pool: Pool,
  indexes: Pick<SearchIndexes, 'dimensions'> = NO_INDEXES,
): PlanStore {
  return {
    async find(planScope, questionKey) {
      const rows = await pool.query<PlanRow>(
        `SELECT ${PLAN_COLUMNS} ${FROM_PLANS} WHERE ph.plan_scope = $1 AND ph.question_key = $2`,
        [planScope, bytes(questionKey)],
      );
      return rows[0] ? toPhrasing(rows[0]) : null;
    },

    async findById(scope, phrasingId) {
      const rows = await pool.query<PlanRow>(
        `SELECT ${PLAN_COLUMNS} ${FROM_PLANS}
         WHERE ph.id = $1 AND ph.plan_scope = $2 AND pl.schema_version = $3`,
        [phrasingId, scope.planScope, scope.schemaVersion],
      );
      return rows[0] ? toPhrasing(rows[0]) : null;
    },

    async nearest(scope, search) {
      const rows = await pool.query<PlanRow>(nearestSql(indexes.dimensions(scope)), [
        scope.planScope,
        scope.modelId,
        scope.schemaVersion,
        toVector(search.embedding),
        bytes(search.questionKey),
        search.limit,
      ]);
      return rows.map((row) => ({ ...toPhrasing(row), similarity: row.similarity ?? 0 }));
    },

    async rejected(planScope, questionKey) {
      const rows = await pool.query<{ plan_id: string }>(
        'SELECT plan_id FROM askonce.rejections WHERE plan_scope = $1 AND question_key = $2',
        [planScope, bytes(questionKey)],
      );
      return new Set(rows.map((row) => row.plan_id));
    },

    async recent(scope, limit) {
      const rows = await pool.query<PlanRow & { question_key: Buffer }>(
        `SELECT ${PLAN_COLUMNS}, ph.question_key ${FROM_PLANS}
         WHERE ph.plan_scope = $1 AND ph.model_id = $2 AND ph.schema_version = $3
         ORDER BY pl.last_used_at DESC LIMIT $4`,
        [scope.planScope, scope.modelId, scope.schemaVersion, limit],
      );
      return rows.map((row) => ({
        questionKey: row.question_key.toString('hex'),
        phrasing: toPhrasing(row),
      }));
    },

    async page(scope, after, limit) {
      const rows = await pool.query<PlanRow>(
        `SELECT ${PLAN_COLUMNS} ${FROM_PLANS}
         WHERE ph.plan_scope = $1 AND ph.model_id = $2 AND ph.schema_version = $3
           AND ($4::uuid IS NULL OR ph.id > $4) ORDER BY ph.id LIMIT $5`,
        [scope.planScope, scope.modelId, scope.schemaVersion, after, limit],
      );
      return rows.map(toPhrasing);
    },

    save: (scope, phrasing) => savePhrasing(pool, scope, phrasing),

    async reject(planScope, questionKey, planId) {
      await pool.query(
        `WITH forgotten AS (
           DELETE FROM askonce.phrasings WHERE plan_scope = $1 AND question_key = $2 AND plan_id = $3)
         INSERT INTO askonce.rejections (plan_scope, question_key, plan_id)
         SELECT plan_scope, $2, id FROM askonce.plans WHERE plan_scope = $1 AND id = $3
         ON CONFLICT DO NOTHING`,
        [planScope, bytes(questionKey), planId],
      );
    },
  };
}

async function savePhrasing(pool: Pool, scope: PlanScope, entry: NewPhrasing): Promise<void> {
  const { plan } = entry;
  await pool.query(
    `WITH plan AS (
       INSERT INTO askonce.plans
         (id, plan_scope, statement_key, schema_version, sql, params, tables, facts, volatility)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (plan_scope, id) DO UPDATE SET last_used_at = now()
       RETURNING id),
     forgiven AS (
       DELETE FROM askonce.rejections r USING plan
       WHERE r.plan_scope = $2 AND r.question_key = $10 AND r.plan_id = plan.id)
     INSERT INTO askonce.phrasings AS ph
       (id, plan_id, plan_scope, model_id, schema_version, question, question_key, origin, embedding)
     SELECT $11, plan.id, $2, $12, $4, $13, $10, $14, $15::halfvec FROM plan
     ON CONFLICT (plan_scope, id) DO UPDATE
       SET plan_id = excluded.plan_id, origin = excluded.origin,
           embedding = coalesce(excluded.embedding, ph.embedding)`,
    [
      plan.id,
      scope.planScope,
      bytes(plan.statementKey),
      scope.schemaVersion,
      plan.sql,
      JSON.stringify(plan.params),
      plan.tables,
      JSON.stringify(plan.facts),
      plan.volatility,
      bytes(entry.questionKey),
      entry.id,
      scope.modelId,
      entry.question,
      entry.origin,
      entry.embedding === null ? null : toVector(entry.embedding),
    ],
  );
}

function toPhrasing(row: PlanRow): Phrasing {
  return {
    id: row.phrasing_id,
    question: row.question,
    plan: {
      id: row.plan_id,
      statementKey: row.statement_key.toString('hex'),
      sql: row.sql,
      params: row.params,
      tables: row.tables,
      // Plans of an earlier version lack what is read today.
      facts: { ...NO_FACTS, ...row.facts },
      volatility: row.volatility,
    },
  };
}

const NO_INDEXES = { dimensions: () => null };

function bytes(key: Key): Buffer {
  return Buffer.from(key, 'hex');
}

function toVector(embedding: Float32Array): string {
  return pgvector.toSql(Array.from(embedding)) as string;
}
