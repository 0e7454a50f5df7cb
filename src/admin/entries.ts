// Owns the list of what is known: a statement with the wordings that lead to it, found by its words or by meaning.
import type { Cache } from '../cache/cache.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Pool } from '../db/pool.ts';
import type { AdminScopes, ScopeChoice, ScopeLabel } from './scopes.ts';

export interface EntryDocument {
  readonly id: string;
  /** The first wording. */
  readonly question: string;
  readonly other_wordings: number;
  /** The wording that was found, where it is another one. */
  readonly found_as: string | null;
  /** Of meaning, 0 to 1; null where it was found by its words. */
  readonly similarity: number | null;
  readonly sql: string;
  readonly tables: readonly string[];
  readonly scope: ScopeLabel;
  readonly made_by: string;
  readonly made_at: string;
  readonly origin: string;
  readonly uses: number;
  readonly last_used_at: string;
  /** The schema has changed since: nobody finds it any more. */
  readonly is_outdated: boolean;
}

export const SORTS = ['recent', 'used', 'new'] as const;

export interface SearchRequest {
  readonly query?: string | undefined;
  readonly scope?: string | undefined;
  readonly table?: string | undefined;
  readonly sort: (typeof SORTS)[number];
  readonly limit: number;
  readonly offset: number;
}

export interface SearchDocument {
  readonly status: 'found';
  /** By their words. */
  readonly total: number;
  readonly entries: readonly EntryDocument[];
  readonly next_cursor: string | null;
}

export interface Entries {
  readonly search: (request: SearchRequest) => Promise<SearchDocument>;
  /** In the order of the ids; those that are gone are left out. */
  byIds(ids: readonly string[], choice: ScopeChoice): Promise<EntryDocument[]>;
}

export interface EntriesOptions {
  readonly pool: Pool;
  readonly cache: Pick<Cache, 'nearest'>;
  readonly embedder: Embedder | null;
  readonly scopes: AdminScopes;
}

const ORDER: Readonly<Record<SearchRequest['sort'], string>> = {
  recent: 'pl.last_used_at DESC, pl.id',
  used: 'pl.uses DESC, pl.id',
  new: 'pl.created_at DESC, pl.id',
};

/** Of plans `pl`, those that read a table: named with its schema, or without. */
export function readsTable(table: string): string {
  return `EXISTS (SELECT FROM unnest(pl.tables) AS read (name)
    WHERE read.name = ${table} OR split_part(read.name, '.', 2) = ${table})`;
}

/** $1 scopes, $2 table, $3 pattern; either of them null for any. */
const WANTED = `pl.plan_scope = ANY ($1)
  AND EXISTS (SELECT FROM askonce.phrasings ph WHERE ph.plan_scope = pl.plan_scope AND ph.plan_id = pl.id) AND ($2::text IS NULL OR ${readsTable('$2')})
  AND ($3::text IS NULL OR pl.sql ILIKE $3 OR (pl.plan_scope, pl.id) IN (
    SELECT ph.plan_scope, ph.plan_id FROM askonce.phrasings ph
    WHERE ph.plan_scope = ANY ($1) AND ph.question ILIKE $3))`;

/** $1 scopes, $2 ids, $3 pattern. */
const ENTRIES_SQL = `
  SELECT pl.plan_scope, pl.id, pl.sql, pl.tables, pl.uses, pl.last_used_at, pl.schema_version,
    first.question, first.made_by, first.origin, first.created_at AS made_at, first.wordings::int AS wordings,
    (SELECT ph.question FROM askonce.phrasings ph
     WHERE ph.plan_scope = pl.plan_scope AND ph.plan_id = pl.id AND ph.question ILIKE $3
     ORDER BY ph.created_at LIMIT 1) AS found_as
  FROM askonce.plans pl
  JOIN LATERAL (
    SELECT ph.question, ph.made_by, ph.origin, ph.created_at, count(*) OVER () AS wordings
    FROM askonce.phrasings ph WHERE ph.plan_scope = pl.plan_scope AND ph.plan_id = pl.id
    ORDER BY ph.created_at, ph.id LIMIT 1) AS first ON true
  WHERE pl.plan_scope = ANY ($1) AND pl.id = ANY ($2)`;

/** Further away nothing of it is meant. */
const MIN_SIMILARITY = 0.35;
/** Each is searched by itself. */
const MOST_SCOPES = 20;
const NO_QUESTION = '00'.repeat(32);

interface EntryRow {
  readonly [column: string]: unknown;
  readonly plan_scope: string;
  readonly id: string;
  readonly sql: string;
  readonly tables: readonly string[];
  readonly uses: number;
  readonly last_used_at: Date;
  readonly schema_version: string;
  readonly question: string;
  readonly made_by: string;
  readonly origin: string;
  readonly made_at: Date;
  readonly wordings: number;
  readonly found_as: string | null;
}

interface Near {
  readonly similarity: number;
  readonly question: string;
}

export function createEntries({ pool, cache, embedder, scopes }: EntriesOptions): Entries {
  async function load(
    ids: readonly string[],
    choice: ScopeChoice,
    pattern: string | null = null,
  ): Promise<EntryDocument[]> {
    const rows = await pool.query<EntryRow>(ENTRIES_SQL, [choice.ids, ids, pattern]);
    const byId = new Map(rows.map((row) => [row.id, entryOf(row, choice)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** By id of the plan, the wording that is nearest to these words. */
  async function near(
    query: string,
    choice: ScopeChoice,
    limit: number,
  ): Promise<Map<string, Near>> {
    const found = new Map<string, Near>();
    const embedding = await embedder?.embed(query);
    if (!embedding) return found;
    for (const { entries } of choice.all.slice(0, MOST_SCOPES)) {
      const [scope] = entries as readonly [(typeof entries)[number]];
      const all = await cache.nearest(scope, { questionKey: NO_QUESTION, embedding, limit });
      for (const { plan, similarity, question } of all ?? []) {
        const isNearest = similarity > (found.get(plan.id)?.similarity ?? MIN_SIMILARITY);
        if (isNearest) found.set(plan.id, { similarity, question });
      }
    }
    return found;
  }

  async function byMeaning(
    { query, table, limit }: SearchRequest,
    choice: ScopeChoice,
    known: readonly EntryDocument[],
  ): Promise<EntryDocument[]> {
    const room = limit - known.length;
    if (query === undefined || room <= 0) return [];
    const found = await near(query, choice, limit);
    for (const { id } of known) found.delete(id);
    const ids = [...found]
      .sort(([, one], [, other]) => other.similarity - one.similarity)
      .map(([id]) => id);
    const entries = await load(ids, choice);
    return entries
      .filter(({ tables }) => table === undefined || tables.some((name) => isNamed(name, table)))
      .slice(0, room)
      .map((entry) => {
        const { similarity, question } = found.get(entry.id)!;
        return { ...entry, similarity, found_as: otherThan(entry.question, question) };
      });
  }

  return {
    byIds: (ids, choice) => load(ids, choice),

    async search(request) {
      const { query, scope, table = null, sort, limit, offset } = request;
      const choice = await scopes.choose(scope);
      const pattern = query === undefined ? null : `%${query.replace(/[\\%_]/g, String.raw`\$&`)}%`;
      const wanted = [choice.ids, table, pattern];
      const [counted] = await pool.query<{ total: number }>(
        `SELECT count(*)::float8 AS total FROM askonce.plans pl WHERE ${WANTED}`,
        wanted,
      );
      const { total } = counted!;
      const page = await pool.query<{ id: string }>(
        `SELECT pl.id FROM askonce.plans pl WHERE ${WANTED} ORDER BY ${ORDER[sort]} LIMIT $4 OFFSET $5`,
        [...wanted, limit, offset],
      );
      const ids = page.map(({ id }) => id);
      const entries = await load(ids, choice, pattern);
      const next = offset + ids.length;
      const meant = next >= total ? await byMeaning(request, choice, entries) : [];
      return {
        status: 'found',
        total,
        entries: [...entries, ...meant],
        next_cursor: next < total ? String(next) : null,
      };
    },
  };
}

const isNamed = (name: string, table: string): boolean =>
  name === table || name.split('.')[1] === table;

const otherThan = (first: string, found: string | null): string | null =>
  found === first ? null : found;

const entryOf = (row: EntryRow, choice: ScopeChoice): EntryDocument => ({
  id: row.id,
  question: row.question,
  other_wordings: row.wordings - 1,
  found_as: otherThan(row.question, row.found_as),
  similarity: null,
  sql: row.sql,
  tables: row.tables,
  scope: choice.labelOf(row.plan_scope),
  made_by: row.made_by,
  made_at: row.made_at.toISOString(),
  origin: row.origin,
  uses: row.uses,
  last_used_at: row.last_used_at.toISOString(),
  is_outdated: choice.isOutdated(row.plan_scope, row.schema_version),
});
