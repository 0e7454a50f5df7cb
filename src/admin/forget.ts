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
}

const MOST_EXAMPLES = 10;
const BATCH = 1000;
const TOKEN_CHARS = 22;
const HINT = 'Nothing has gone yet. Call again with the same arguments and this confirm.';

/** $1 scopes, $2 id, $3 keys of a question, $4 table: null for what is not asked for. */
const PICKED = `pl.plan_scope = ANY ($1)
  AND ($2::uuid IS NULL OR pl.id = $2)
  AND ($3::bytea[] IS NULL OR EXISTS (SELECT FROM askonce.phrasings ph
    WHERE ph.plan_scope = pl.plan_scope AND ph.plan_id = pl.id AND ph.question_key = ANY ($3)))
  AND ($4::text IS NULL OR ${readsTable('$4')})`;

/** $5 scopes of rows. */
const EXTENT_SQL = `
  WITH picked AS (SELECT plan_scope, id, statement_key FROM askonce.plans pl WHERE ${PICKED}),
  kept AS (SELECT byte_count FROM askonce.results r
    WHERE r.result_scope = ANY ($5) AND r.statement_key IN (SELECT statement_key FROM picked))
  SELECT (SELECT count(*)::float8 FROM picked) AS plans,
    (SELECT count(*)::float8 FROM askonce.phrasings ph
     WHERE (ph.plan_scope, ph.plan_id) IN (SELECT plan_scope, id FROM picked)) AS questions,
    (SELECT count(*)::float8 FROM kept) AS results,
    (SELECT coalesce(sum(byte_count), 0)::float8 FROM kept) AS bytes`;

const FORGET_SQL = `
  WITH picked AS (
    SELECT plan_scope, id, statement_key FROM askonce.plans pl WHERE ${PICKED} LIMIT ${BATCH} FOR UPDATE),
  words AS (SELECT count(*)::float8 AS n FROM askonce.phrasings ph
    WHERE (ph.plan_scope, ph.plan_id) IN (SELECT plan_scope, id FROM picked)),
  kept AS (DELETE FROM askonce.results r
    WHERE r.result_scope = ANY ($5) AND r.statement_key IN (SELECT statement_key FROM picked) RETURNING byte_count),
  decided AS (DELETE FROM askonce.decisions d USING picked
    WHERE d.plan_scope = picked.plan_scope AND d.plan_id = picked.id),
  answered AS (DELETE FROM askonce.answers a USING picked
    WHERE a.result_scope = ANY ($5) AND a.plan_id = picked.id),
  gone AS (DELETE FROM askonce.plans pl USING picked
    WHERE pl.plan_scope = picked.plan_scope AND pl.id = picked.id RETURNING pl.id)
  SELECT (SELECT count(*)::float8 FROM gone) AS plans, words.n AS questions,
    (SELECT count(*)::float8 FROM kept) AS results, (SELECT coalesce(sum(byte_count), 0)::float8 FROM kept) AS bytes
  FROM words`;

interface Picked {
  readonly choice: ScopeChoice;
  readonly values: readonly unknown[];
  /** Where one wording is asked for, and its statement has others. */
  readonly wording: { readonly planScope: string; readonly id: string } | null;
}

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
    return { choice, values, wording: words?.isOneOfMany ? words : null };
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
    const { wording, values } = picked;
    if (wording) {
      await pool.query('DELETE FROM askonce.phrasings WHERE plan_scope = $1 AND id = $2', [
        wording.planScope,
        wording.id,
      ]);
      return { ...NOTHING, questions: 1 };
    }
    let total = NOTHING;
    for (;;) {
      const [gone] = await pool.query<{ readonly [Part in keyof Extent]: number }>(
        FORGET_SQL,
        values,
      );
      if (!gone || gone.plans === 0) return total;
      total = added(total, gone);
      atStage(`${total.plans} forgotten`);
      signal.throwIfAborted();
    }
  }

  /** Says nothing of when: what has come since goes with the rest. */
  function tokenOf({ id, question, table, scope, all }: ForgetRequest, by: string): string {
    const parts = ['forget', by, JSON.stringify([id, question, table, scope, all])];
    return seal.of(parts).toString('base64url').slice(0, TOKEN_CHARS);
  }

  return async (request, context) => {
    requireOne(request);
    const confirm = tokenOf(request, context.principal.name);
    if (request.confirm !== undefined && request.confirm !== confirm) {
      throw new AppError('INPUT_INVALID', 'This confirm belongs to another request.', {
        hint: 'Call without confirm first, then with the same arguments and the confirm of that answer.',
      });
    }
    // What was just learned goes, too.
    await cache.drain();
    const picked = await pick(request);
    if (request.confirm === undefined) {
      const [extent] = picked.wording
        ? [{ ...NOTHING, questions: 1 }]
        : await pool.query<{ readonly [Part in keyof Extent]: number }>(EXTENT_SQL, picked.values);
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
