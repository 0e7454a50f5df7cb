// Owns forgetting: first what would go, then, for whoever has seen that, it goes: statements, their wordings, the rows
// that are kept of them, and what was decided about them.
import type { Cache } from '../cache/cache.ts';
import type { Seal } from '../cache/seal.ts';
import type { Pool } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import type { RequestContext } from '../query/context.ts';
import type { Scoping } from '../query/scope.ts';
import { readsTable } from './entries.ts';
import type { AdminScopes, ScopeChoice, ScopeLabel } from './scopes.ts';

export interface ForgetRequest {
  /** Of an entry, or of one of its wordings. */
  readonly id?: string | undefined;
  readonly question?: string | undefined;
  readonly table?: string | undefined;
  readonly scope?: string | undefined;
  readonly all?: boolean | undefined;
  /** As the same request without it was answered. */
  readonly confirm?: string | undefined;
}

interface Extent {
  readonly plans: number;
  readonly questions: number;
  readonly results: number;
  readonly bytes: number;
}

export interface ForgetPreview extends Extent {
  readonly status: 'would_forget';
  readonly examples: ReadonlyArray<{
    readonly id: string;
    readonly question: string;
    readonly sql: string;
    readonly scope: ScopeLabel;
  }>;
  readonly confirm: string;
  readonly hint: string;
}

export type ForgetDocument = ForgetPreview | (Extent & { readonly status: 'forgotten' });

export type Forget = (request: ForgetRequest, context: RequestContext) => Promise<ForgetDocument>;

export interface ForgetOptions {
  readonly pool: Pool;
  readonly cache: Pick<Cache, 'drain' | 'dropHeld'>;
  readonly scopes: AdminScopes;
  readonly scoping: Pick<Scoping, 'askIn'>;
  readonly seal: Seal;
  readonly now: () => number;
}

const MOST_EXAMPLES = 10;
const BATCH = 1000;
const TOKEN_CHARS = 22;
const HOUR_MS = 60 * 60 * 1000;
const HINT = 'Nothing has gone yet. Call again with the same arguments and this confirm.';

/** $1 scopes, $2 id, $3 keys of a question, $4 table: null for what is not asked for. */
const PICKED = `pl.plan_scope = ANY ($1)
  AND ($2::uuid IS NULL OR pl.id = $2)
  AND ($3::bytea[] IS NULL OR EXISTS (SELECT FROM askonce.phrasings ph
    WHERE ph.plan_scope = pl.plan_scope AND ph.plan_id = pl.id AND ph.question_key = ANY ($3)))
  AND ($4::text IS NULL OR ${readsTable('$4')})`;

/** $5 scopes of rows, $6 whether all of them go. */
const EXTENT_SQL = `
  WITH picked AS (SELECT plan_scope, id, statement_key FROM askonce.plans pl WHERE ${PICKED}),
  kept AS (SELECT byte_count FROM askonce.results r WHERE r.result_scope = ANY ($5)
    AND ($6 OR r.statement_key IN (SELECT statement_key FROM picked)))
  SELECT (SELECT count(*)::float8 FROM picked) AS plans,
    (SELECT count(*)::float8 FROM askonce.phrasings ph
     WHERE (ph.plan_scope, ph.plan_id) IN (SELECT plan_scope, id FROM picked)) AS questions,
    (SELECT count(*)::float8 FROM kept) AS results,
    (SELECT coalesce(sum(byte_count), 0)::float8 FROM kept) AS bytes`;

const FORGET_SQL = `
  WITH picked AS (
    SELECT plan_scope, id, statement_key FROM askonce.plans pl WHERE ${PICKED} LIMIT ${BATCH} FOR UPDATE),
  words AS (SELECT ph.id FROM askonce.phrasings ph
    WHERE (ph.plan_scope, ph.plan_id) IN (SELECT plan_scope, id FROM picked)),
  answered AS (DELETE FROM askonce.answers a
    WHERE a.result_scope = ANY ($5) AND (a.plan_id IN (SELECT id FROM picked) OR a.phrasing_id IN (SELECT id FROM words))
    RETURNING a.result_scope, a.id, a.result_id),
  reported AS (DELETE FROM askonce.reports r USING answered
    WHERE r.result_scope = answered.result_scope AND r.answer_id = answered.id),
  kept AS (DELETE FROM askonce.results r WHERE r.result_scope = ANY ($5)
    AND (r.statement_key IN (SELECT statement_key FROM picked) OR r.id IN (SELECT result_id FROM answered))
    RETURNING byte_count),
  decided AS (DELETE FROM askonce.decisions d USING picked
    WHERE d.plan_scope = picked.plan_scope AND d.plan_id = picked.id),
  gone AS (DELETE FROM askonce.plans pl USING picked
    WHERE pl.plan_scope = picked.plan_scope AND pl.id = picked.id RETURNING pl.id)
  SELECT (SELECT count(*)::float8 FROM gone) AS plans, (SELECT count(*)::float8 FROM words) AS questions,
    (SELECT count(*)::float8 FROM kept) AS results, (SELECT coalesce(sum(byte_count), 0)::float8 FROM kept) AS bytes`;

/** $1 scopes, $2 a wording: with what was asked in these words. */
const FORGET_WORDING_SQL = `
  WITH gone AS (DELETE FROM askonce.phrasings WHERE plan_scope = ANY ($1) AND id = $2 RETURNING plan_scope, question_key),
  decided AS (DELETE FROM askonce.decisions d USING gone
    WHERE d.plan_scope = gone.plan_scope AND d.question_key = gone.question_key)
  DELETE FROM askonce.answers a USING gone
  WHERE a.plan_scope = gone.plan_scope AND a.question_key = gone.question_key`;

/** $1 scopes of plans, $2 of rows: what is left of a scope when its plans are gone. */
const FORGET_REST = [
  'DELETE FROM askonce.decisions WHERE plan_scope = ANY ($1) AND $2::text[] IS NOT NULL',
  'DELETE FROM askonce.reviews WHERE plan_scope = ANY ($1) AND $2::text[] IS NOT NULL',
  'DELETE FROM askonce.reports WHERE result_scope = ANY ($2) AND $1::text[] IS NOT NULL',
  'DELETE FROM askonce.answers WHERE result_scope = ANY ($2) AND $1::text[] IS NOT NULL',
];
const FORGET_ROWS_SQL = `
  WITH gone AS (DELETE FROM askonce.results WHERE (result_scope, id) IN (
    SELECT result_scope, id FROM askonce.results WHERE result_scope = ANY ($1) LIMIT ${BATCH}) RETURNING byte_count)
  SELECT count(*)::float8 AS results, coalesce(sum(byte_count), 0)::float8 AS bytes FROM gone`;

interface Picked {
  readonly choice: ScopeChoice;
  readonly values: readonly unknown[];
  /** Whether nothing is left of these scopes. */
  readonly isWhole: boolean;
  /** Where one wording is asked for, and its statement has others. */
  readonly wording: { readonly id: string } | null;
}

type Counted = { readonly [Part in keyof Extent]: number };

const NOTHING: Extent = { plans: 0, questions: 0, results: 0, bytes: 0 };

export function createForget(options: ForgetOptions): Forget {
  const { pool, cache, scopes, scoping, seal } = options;

  async function pick({ id, question, table, scope }: ForgetRequest): Promise<Picked> {
    const choice = await scopes.choose(scope);
    const keys =
      question === undefined
        ? null
        : choice.all.flatMap(({ entries }) =>
            entries.map((of) => Buffer.from(scoping.askIn(question, of).questionKey, 'hex')),
          );
    const words = id === undefined ? null : await wordingOf(id, choice);
    const planId = words?.planId ?? id ?? null;
    const values = [choice.ids, planId, keys, table ?? null, choice.resultScopes];
    const isWhole = planId === null && keys === null && table === undefined;
    return { choice, values, isWhole, wording: words?.isOneOfMany ? words : null };
  }

  async function wordingOf(id: string, choice: ScopeChoice) {
    const [row] = await pool.query<{ plan_scope: string; plan_id: string; others: boolean }>(
      `SELECT ph.plan_scope, ph.plan_id, EXISTS (SELECT FROM askonce.phrasings other
         WHERE other.plan_scope = ph.plan_scope AND other.plan_id = ph.plan_id AND other.id <> ph.id) AS others
       FROM askonce.phrasings ph WHERE ph.plan_scope = ANY ($1) AND ph.id = $2`,
      [choice.ids, id],
    );
    if (!row) return null;
    return { id, planScope: row.plan_scope, planId: row.plan_id, isOneOfMany: row.others };
  }

  async function examplesOf({ choice, values }: Picked): Promise<ForgetPreview['examples']> {
    const rows = await pool.query<Record<'id' | 'question' | 'sql' | 'plan_scope', string>>(
      `SELECT pl.id, pl.sql, pl.plan_scope, coalesce((SELECT question FROM askonce.phrasings ph
         WHERE ph.plan_scope = pl.plan_scope AND ph.plan_id = pl.id ORDER BY created_at LIMIT 1), '') AS question
       FROM askonce.plans pl WHERE ${PICKED} ORDER BY pl.last_used_at DESC LIMIT ${MOST_EXAMPLES}`,
      values.slice(0, 4),
    );
    return rows.map(({ id, question, sql, plan_scope: planScope }) => {
      return { id, question, sql, scope: choice.labelOf(planScope) };
    });
  }

  async function forgotten(picked: Picked, { signal, atStage }: RequestContext): Promise<Extent> {
    const { choice, wording, values, isWhole } = picked;
    if (wording) {
      await pool.query(FORGET_WORDING_SQL, [choice.ids, wording.id]);
      return { ...NOTHING, questions: 1 };
    }
    let total = NOTHING;
    for (;;) {
      const [gone] = await pool.query<Counted>(FORGET_SQL, values);
      if (!gone || gone.plans === 0) break;
      total = added(total, gone);
      atStage(`${total.plans} forgotten`);
      signal.throwIfAborted();
    }
    return isWhole ? added(total, await restForgotten(choice)) : total;
  }

  /** What no plan leads to: rows of statements with other values, and what was said of questions that have none. */
  async function restForgotten({ ids, resultScopes }: ScopeChoice): Promise<Extent> {
    for (const sql of FORGET_REST) await pool.query(sql, [ids, resultScopes]);
    let total = NOTHING;
    for (;;) {
      const [gone] = await pool.query<Pick<Counted, 'results' | 'bytes'>>(FORGET_ROWS_SQL, [
        resultScopes,
      ]);
      if (!gone || gone.results === 0) return total;
      total = added(total, { ...NOTHING, ...gone });
    }
  }

  /** What has come since goes with the rest. */
  function tokenOf(
    { id, question, table, scope, all }: ForgetRequest,
    by: string,
    hour: number,
  ): string {
    const parts = ['forget', by, String(hour), JSON.stringify([id, question, table, scope, all])];
    return seal.of(parts).toString('base64url').slice(0, TOKEN_CHARS);
  }

  return async (request, context) => {
    requireOne(request);
    const hour = Math.floor(options.now() / HOUR_MS);
    const [confirm, before] = [hour, hour - 1].map((at) =>
      tokenOf(request, context.principal.name, at),
    ) as [string, string];
    const given = request.confirm;
    if (given !== undefined && given !== confirm && given !== before) {
      throw new AppError('INPUT_INVALID', 'This confirm is of another request, or of hours ago.', {
        hint: 'Call without confirm first, then with the same arguments and the confirm of that answer.',
      });
    }
    // What was just learned goes, too.
    await cache.drain();
    const picked = await pick(request);
    if (request.confirm === undefined) {
      const [extent] = picked.wording
        ? [{ ...NOTHING, questions: 1 }]
        : await pool.query<Counted>(EXTENT_SQL, [...picked.values, picked.isWhole]);
      const examples = await examplesOf(picked);
      return { status: 'would_forget', ...extent!, examples, confirm, hint: HINT };
    }
    try {
      return { status: 'forgotten', ...(await forgotten(picked, context)) };
    } finally {
      await cache.dropHeld();
    }
  };
}

const added = (one: Extent, other: Extent): Extent => ({
  plans: one.plans + other.plans,
  questions: one.questions + other.questions,
  results: one.results + other.results,
  bytes: one.bytes + other.bytes,
});

function requireOne({ id, question, table, scope, all }: ForgetRequest): void {
  const named = [id, question, table].filter((one) => one !== undefined).length;
  if (named > 1 || (named === 1 && all)) {
    throw new AppError('INPUT_INVALID', 'Give one of id, question, table and all.');
  }
  if (named === 0 && !all && scope === undefined) {
    throw new AppError('INPUT_INVALID', 'Say what to forget: id, question, table, scope or all.');
  }
}
