// Owns the vector indexes: one for each scope that has grown too large to be compared in full, over its own
// phrasings alone. One index over all of them would lose the nearest of the small scopes among the others' rows.
import { createHash } from 'node:crypto';

import type { Client, Pool } from '../db/pool.ts';
import type { PlanScope } from './plan-store.ts';

export interface SearchIndexes {
  /** The index's dimensions; null where the scope is searched in full. */
  dimensions(scope: PlanScope): number | null;
  /** Reads which there are. */
  refresh(): Promise<void>;
  /**
   * Makes those that are missing and drops those that nobody needs; one replica at a time, beside all others'
   * work. May take minutes.
   * @param pool Whose connections may be held so long.
   */
  maintain(pool: Pool): Promise<void>;
}

/** Up to here comparing all takes some milliseconds, as an index does, and loses nothing. */
const INDEXED_FROM = 5000;
/** An index is kept until its scope is so small again: building costs more than keeping. */
const INDEXED_DOWN_TO = 2500;
const PREFIX = 'phrasings_near_';
/** Any constant will do, as long as every askonce uses the same. */
const LOCK_KEY = 4_150_337_022;
/** pgvector's own defaults build faster and find less. */
const BUILD = 'm = 16, ef_construction = 100';
const MAINTENANCE_MEMORY = '256MB';

interface ScopeRow {
  readonly plan_scope: string;
  readonly model_id: string;
  readonly schema_version: string;
  readonly dimensions: number;
  readonly count: number;
}

const SCOPES_SQL = `
  SELECT ph.plan_scope, ph.model_id, ph.schema_version, ph.count, (
    SELECT vector_dims(one.embedding) FROM askonce.phrasings one
    WHERE one.plan_scope = ph.plan_scope AND one.model_id = ph.model_id
      AND one.schema_version = ph.schema_version AND one.embedding IS NOT NULL LIMIT 1) AS dimensions
  FROM (SELECT plan_scope, model_id, schema_version, count(*)::int AS count
    FROM askonce.phrasings GROUP BY 1, 2, 3 HAVING count(*) > $1) ph`;
/** The dimensions stand in the expression that is indexed. */
const INDEXES_SQL = `
  SELECT c.relname AS name, i.indisvalid AS is_valid,
    substring(pg_get_indexdef(i.indexrelid) FROM 'halfvec\\((\\d+)\\)')::int AS dimensions
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = 'askonce.phrasings'::regclass AND starts_with(c.relname, '${PREFIX}')`;

interface IndexRow {
  readonly name: string;
  readonly is_valid: boolean;
  readonly dimensions: number;
}

export function createSearchIndexes(pool: Pool): SearchIndexes {
  let known: ReadonlyMap<string, number> = new Map();

  async function refresh(): Promise<void> {
    const rows = await pool.query<IndexRow & Record<string, unknown>>(INDEXES_SQL);
    const valid = rows.filter((row) => row.is_valid);
    known = new Map(valid.map(({ name, dimensions }) => [name, dimensions]));
  }

  return {
    dimensions: (scope) => known.get(nameOf(scope)) ?? null,
    refresh,
    async maintain(builders) {
      await builders.withClient(async (client) => {
        // Of the session: an index that is built beside others' work is built outside of transactions.
        const { rows } = await client.query<{ mine: boolean }>(
          `SELECT pg_try_advisory_lock(${LOCK_KEY}) AS mine`,
        );
        if (!rows[0]!.mine) return;
        try {
          await adjust(client);
        } finally {
          await client.query(`SELECT pg_advisory_unlock(${LOCK_KEY})`);
        }
      });
      await refresh();
    },
  };
}

async function adjust(client: Client): Promise<void> {
  const { rows: scopes } = await client.query<ScopeRow>(SCOPES_SQL, [INDEXED_DOWN_TO]);
  const { rows: indexes } = await client.query<IndexRow>(INDEXES_SQL);
  const wanted = new Set(scopes.map((row) => nameOf(toScope(row))));
  for (const { name, is_valid: isValid } of indexes) {
    // One whose building was interrupted is never used, and costs every write.
    if (!isValid || !wanted.has(name))
      await client.query(`DROP INDEX CONCURRENTLY IF EXISTS askonce.${name}`);
  }
  const there = new Set(indexes.filter((index) => index.is_valid).map(({ name }) => name));
  const missing = scopes.filter(
    (row) => row.count > INDEXED_FROM && row.dimensions && !there.has(nameOf(toScope(row))),
  );
  if (missing.length > 0) await client.query(`SET maintenance_work_mem = '${MAINTENANCE_MEMORY}'`);
  for (const row of missing) await client.query(indexSql(client, row));
  if (missing.length > 0) await client.query('RESET maintenance_work_mem');
}

function indexSql(client: Client, row: ScopeRow): string {
  const is = (column: keyof ScopeRow): string =>
    `${column} = ${client.escapeLiteral(String(row[column]))}`;
  return `CREATE INDEX CONCURRENTLY ${nameOf(toScope(row))} ON askonce.phrasings
    USING hnsw ((embedding::halfvec(${row.dimensions})) halfvec_cosine_ops) WITH (${BUILD})
    WHERE ${is('plan_scope')} AND ${is('model_id')} AND ${is('schema_version')}`;
}

const toScope = (row: ScopeRow): PlanScope => ({
  planScope: row.plan_scope,
  modelId: row.model_id,
  schemaVersion: row.schema_version,
});

function nameOf({ planScope, modelId, schemaVersion }: PlanScope): string {
  const digest = createHash('sha256').update([planScope, modelId, schemaVersion].join('\n'));
  return PREFIX + digest.digest('hex').slice(0, 24);
}
