// Owns the plans in PostgreSQL: phrasings with their vectors, found exactly or by nearness, always
// within one plan scope, one model and one schema version.
import { Float16Array } from '@petamoriken/float16';
import pgvector from 'pgvector';

import type { Pool } from '../db/pool.ts';
import type { Neighbour, Phrasing } from './entities.ts';
import type { SearchIndexes } from './search-indexes.ts';
import type { Key } from './key.ts';
import {
  PLAN_COLUMNS,
  bytes,
  isPlanOurs,
  isVectorOurs,
  readPhrasing,
  sealOfVector,
  writePhrasing,
} from './plan-rows.ts';
import type { PlanRow } from './plan-rows.ts';
import type { Seal } from './seal.ts';

export interface PlanScope {
  readonly planScope: string;
  readonly schemaVersion: string;
  readonly modelId: string;
}

export interface NewPhrasing extends Phrasing {
  readonly questionKey: Key;
  readonly origin: 'asked' | 'confirmed';
  /** Whether it takes the place of what somebody else has bound the question to. */
  readonly isByAdmin: boolean;
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
  page(scope: PlanScope, after: string | null, limit: number): Promise<StoredPage>;
  /**
   * Stores plan and phrasing. A question that the same principal has bound to another plan moves to this one.
   * @returns False where somebody else has bound it, whose plan it keeps, or has reported this plan wrong for it.
   */
  save(scope: PlanScope, phrasing: NewPhrasing): Promise<boolean>;
  /**
   * This question is answered by this plan no more, however near it is; and is bound to it again only by who said so,
   * where nobody else did, or by an admin.
   */
  reject(rejection: {
    readonly planScope: string;
    readonly questionKey: Key;
    readonly planId: string;
    readonly by: string;
  }): Promise<void>;
}

/** Of what is stored, with where it is from. */
export interface StoredPhrasing extends Phrasing {
  readonly origin: string;
  readonly madeAt: Date;
}

export interface StoredPage {
  readonly found: readonly StoredPhrasing[];
  /** Where the next page begins; null behind the last. */
  readonly last: string | null;
}

export interface NearestSearch {
  readonly questionKey: Key;
  readonly embedding: Float32Array;
  readonly limit: number;
}

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
    SELECT ph.plan_scope, ph.schema_version, ph.model_id, ph.id, ph.question, ph.question_key, ph.origin, ph.made_by,
      ph.seal, ph.vector_seal, ph.plan_id, ph.embedding AS stored, ph.embedding::${type} <=> $4::${type} AS distance
    FROM askonce.phrasings ph
    WHERE ph.plan_scope = $1 AND ph.model_id = $2 AND ph.schema_version = $3
      AND ph.embedding IS NOT NULL
      AND ph.plan_id <> ALL (ARRAY(
        SELECT r.plan_id FROM askonce.rejections r WHERE r.plan_scope = $1 AND r.question_key = $5))
      ${dimensions === null ? '' : careful}
    ORDER BY ph.embedding::${type} <=> $4::${type} LIMIT $6)
  SELECT ${PLAN_COLUMNS}, 1 - ph.distance AS similarity, halfvec_send(ph.stored) AS vector, ph.vector_seal
  FROM nearest ph JOIN askonce.plans pl ON pl.plan_scope = $1 AND pl.id = ph.plan_id
  ORDER BY ph.distance + 0`;
}

/** How many candidates an index is asked to keep in sight: with 40, pgvector's own choice, it loses some that are nearest. */
const SEARCH_BREADTH = 80;

export interface PlanStoreOptions {
  readonly seal: Seal;
  /** Of the scopes that are not compared in full. */
  readonly indexes?: Pick<SearchIndexes, 'dimensions'>;
  /** Told of rows that are there and that no server of ours has stored so; they are removed. */
  readonly onForged?: (rows: number) => void;
}

export function createPlanStore(pool: Pool, options: PlanStoreOptions): PlanStore {
  const { seal, indexes = NO_INDEXES, onForged } = options;

  /** Nobody's plans are nobody's answers, and must not stand in the way of ours. */
  async function ours<Read extends PlanRow>(
    rows: readonly Read[],
    isWhole: (row: Read) => boolean = () => true,
  ): Promise<Array<{ readonly row: Read; readonly phrasing: Phrasing }>> {
    const read = rows.map((row) => ({
      row,
      phrasing: isWhole(row) ? readPhrasing(row, seal) : null,
    }));
    const forged = read.filter(({ phrasing }) => phrasing === null).map(({ row }) => row);
    if (forged.length > 0) {
      onForged?.(forged.length);
      await remove(forged);
    }
    return read.flatMap(({ row, phrasing }) => (phrasing ? [{ row, phrasing }] : []));
  }

  /** Each as it was read: what took its place meanwhile stays. */
  async function remove(rows: readonly PlanRow[]): Promise<void> {
    for (const row of rows) {
      await pool.query(
        `WITH phrasing AS (
           DELETE FROM askonce.phrasings
           WHERE plan_scope = $1 AND id = $2 AND seal IS NOT DISTINCT FROM $3)
         DELETE FROM askonce.plans WHERE plan_scope = $1 AND id = $4 AND seal IS NOT DISTINCT FROM $5 AND NOT $6`,
        [
          row.plan_scope,
          row.phrasing_id,
          row.phrasing_seal,
          row.plan_id,
          row.plan_seal,
          isPlanOurs(row, seal),
        ],
      );
    }
  }

  const first = async (rows: readonly PlanRow[]): Promise<Phrasing | null> =>
    (await ours(rows))[0]?.phrasing ?? null;

  return {
    async find(planScope, questionKey) {
      const rows = await pool.query<Row>(
        `SELECT ${PLAN_COLUMNS} ${FROM_PLANS} WHERE ph.plan_scope = $1 AND ph.question_key = $2`,
        [planScope, bytes(questionKey)],
      );
      return await first(rows);
    },

    async findById(scope, phrasingId) {
      const rows = await pool.query<Row>(
        `SELECT ${PLAN_COLUMNS} ${FROM_PLANS}
         WHERE ph.id = $1 AND ph.plan_scope = $2 AND pl.schema_version = $3`,
        [phrasingId, scope.planScope, scope.schemaVersion],
      );
      return await first(rows);
    },

    async nearest(scope, search) {
      const rows = await pool.query<Row>(nearestSql(indexes.dimensions(scope)), [
        scope.planScope,
        scope.modelId,
        scope.schemaVersion,
        toVector(search.embedding),
        bytes(search.questionKey),
        search.limit,
      ]);
      const found = await ours(rows, (row) => isVectorOurs(row, seal));
      return found.map(({ row, phrasing }) => ({ ...phrasing, similarity: row.similarity ?? 0 }));
    },

    async rejected(planScope, questionKey) {
      const rows = await pool.query<{ plan_id: string }>(
        'SELECT plan_id FROM askonce.rejections WHERE plan_scope = $1 AND question_key = $2',
        [planScope, bytes(questionKey)],
      );
      return new Set(rows.map((row) => row.plan_id));
    },

    async recent(scope, limit) {
      const rows = await pool.query<Row>(
        `SELECT ${PLAN_COLUMNS} ${FROM_PLANS}
         WHERE ph.plan_scope = $1 AND ph.model_id = $2 AND ph.schema_version = $3
         ORDER BY pl.last_used_at DESC LIMIT $4`,
        [scope.planScope, scope.modelId, scope.schemaVersion, limit],
      );
      return (await ours(rows)).map(({ row, phrasing }) => ({
        questionKey: row.question_key.toString('hex'),
        phrasing,
      }));
    },

    async page(scope, after, limit) {
      const rows = await pool.query<Row & { made_at: Date }>(
        `SELECT ${PLAN_COLUMNS}, ph.created_at AS made_at ${FROM_PLANS}
         WHERE ph.plan_scope = $1 AND ph.model_id = $2 AND ph.schema_version = $3
           AND ($4::uuid IS NULL OR ph.id > $4) ORDER BY ph.id LIMIT $5`,
        [scope.planScope, scope.modelId, scope.schemaVersion, after, limit],
      );
      const found = (await ours(rows)).map(({ row, phrasing }) => ({
        ...phrasing,
        origin: row.origin,
        madeAt: row.made_at,
      }));
      return { found, last: rows.length < limit ? null : rows.at(-1)!.phrasing_id };
    },

    save: (scope, phrasing) => savePhrasing(pool, scope, phrasing, seal),

    async reject({ planScope, questionKey, planId, by }) {
      await pool.query(
        `WITH forgotten AS (
           DELETE FROM askonce.phrasings WHERE plan_scope = $1 AND question_key = $2 AND plan_id = $3)
         INSERT INTO askonce.rejections AS r (plan_scope, question_key, plan_id, rejected_by)
         SELECT plan_scope, $2, id, $4 FROM askonce.plans WHERE plan_scope = $1 AND id = $3
         ON CONFLICT (plan_scope, question_key, plan_id) DO UPDATE
           SET rejected_by = '' WHERE r.rejected_by <> excluded.rejected_by`,
        [planScope, bytes(questionKey), planId, by],
      );
    },
  };
}

type Row = PlanRow & Record<string, unknown>;

async function savePhrasing(
  pool: Pool,
  scope: PlanScope,
  entry: NewPhrasing,
  seal: Seal,
): Promise<boolean> {
  const row = writePhrasing(scope, entry, seal);
  // Added to zero, -0 is the 0 that its text says.
  const vector = entry.embedding && new Float16Array(entry.embedding).map((digit) => digit + 0);
  const bound = await pool.query(
    `WITH plan AS (
       INSERT INTO askonce.plans AS pl
         (id, plan_scope, statement_key, schema_version, sql, params, tables, facts, volatility, seal)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $16)
       ON CONFLICT (plan_scope, id) DO UPDATE
         SET last_used_at = now(), statement_key = excluded.statement_key, schema_version = excluded.schema_version,
             sql = excluded.sql, params = excluded.params, tables = excluded.tables, facts = excluded.facts,
             volatility = excluded.volatility, seal = excluded.seal
       RETURNING id),
     forgiven AS (
       DELETE FROM askonce.rejections r USING plan
       WHERE r.plan_scope = $2 AND r.question_key = $10 AND r.plan_id = plan.id AND (r.rejected_by = $17 OR $19))
     INSERT INTO askonce.phrasings AS ph
       (id, plan_id, plan_scope, model_id, schema_version, question, question_key, origin, embedding, made_by, seal,
        vector_seal)
     SELECT $11, plan.id, $2, $12, $4, $13, $10, $14, $15::halfvec, $17, $18, $20 FROM plan
     WHERE $19 OR NOT EXISTS (SELECT FROM askonce.rejections r
       WHERE r.plan_scope = $2 AND r.question_key = $10 AND r.plan_id = plan.id AND r.rejected_by <> $17)
     ON CONFLICT (plan_scope, id) DO UPDATE
       SET plan_id = excluded.plan_id, origin = excluded.origin, question = excluded.question,
           made_by = excluded.made_by, seal = excluded.seal,
           embedding = coalesce(excluded.embedding, ph.embedding),
           vector_seal = coalesce(excluded.vector_seal, ph.vector_seal)
       WHERE ph.made_by = excluded.made_by OR $19
     RETURNING ph.id`,
    [
      row.plan_id,
      row.plan_scope,
      row.statement_key,
      row.schema_version,
      row.sql,
      row.params,
      row.tables,
      row.facts,
      row.volatility,
      row.question_key,
      row.phrasing_id,
      row.model_id,
      row.question,
      row.origin,
      vector && toVector(vector),
      row.plan_seal,
      row.made_by,
      row.phrasing_seal,
      entry.isByAdmin,
      vector && sealOfVector(row, vector, seal),
    ],
  );
  return bound.length > 0;
}

const NO_INDEXES = { dimensions: () => null };

function toVector(embedding: Iterable<number>): string {
  return pgvector.toSql(Array.from(embedding)) as string;
}
