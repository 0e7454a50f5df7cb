// Owns one entry seen from all sides: its wordings, where it is from, what it reads, which rows are kept of it, what was
// decided about it and what was answered with it. Of rows it tells how many there are, never what stands in them.
import type { Pool } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import { ANSWER_COLUMNS, LAST_REPORT, answerOf } from './answers.ts';
import type { AnswerDocument, AnswerRow } from './answers.ts';
import { DECISION_COLUMNS, decisionOf, rounded } from './decision-rows.ts';
import type { DecisionDocument, DecisionRow } from './decision-rows.ts';
import type { Entries, EntryDocument } from './entries.ts';
import type { AdminScopes, ScopeChoice } from './scopes.ts';

/** One answer, and why it was this one. */
interface ExplainedAnswer extends AnswerDocument {
  /** The earlier question that it was served for; null where it was asked in these words. */
  readonly matched: string | null;
  readonly why: string;
  /** The statement that answered it; null where it is too long to keep. */
  readonly sql: string | null;
  readonly decision: DecisionDocument | null;
}

export interface InspectDocument {
  readonly status: 'entry';
  readonly entry: EntryDocument & {
    readonly params: unknown;
    readonly volatility: string;
    readonly schema_version: string;
  };
  readonly wordings: ReadonlyArray<
    Readonly<Record<'id' | 'question' | 'origin' | 'made_by' | 'made_at', string>>
  >;
  /** Questions that it never answers again. */
  readonly rejected: ReadonlyArray<{
    readonly question: string | null;
    readonly rejected_by: string;
    readonly at: string;
  }>;
  readonly decisions: readonly DecisionDocument[];
  readonly results: readonly Record<string, unknown>[];
  readonly answers: readonly AnswerDocument[];
  /** The one that was asked about, where its id was given. */
  readonly answer: ExplainedAnswer | null;
}

export type Inspect = (id: string) => Promise<InspectDocument>;

export interface InspectOptions {
  readonly pool: Pool;
  readonly entries: Entries;
  readonly scopes: AdminScopes;
}

interface Found {
  readonly planScope: string;
  readonly planId: string;
  readonly answer: AnswerRow | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOST_DECISIONS = 50;
const MOST_ANSWERS = 20;
const MOST_WORDINGS = 200;
const MOST_RESULTS = 50;

export function createInspect({ pool, entries, scopes }: InspectOptions): Inspect {
  async function find(id: string, choice: ScopeChoice): Promise<Found | null> {
    if (!UUID.test(id)) {
      const [answer] = await pool.query<AnswerRow>(
        `SELECT ${ANSWER_COLUMNS} FROM askonce.answers a ${LAST_REPORT}
         WHERE a.result_scope = ANY ($1) AND a.id = $2`,
        [choice.resultScopes, id],
      );
      if (!answer) return null;
      const planId = (await statementOf(answer)) ?? '';
      return { planScope: answer.plan_scope, planId, answer };
    }
    const [row] = await pool.query<{ plan_scope: string; plan_id: string }>(
      `SELECT plan_scope, id AS plan_id FROM askonce.plans WHERE plan_scope = ANY ($1) AND id = $2
       UNION ALL
       SELECT plan_scope, plan_id FROM askonce.phrasings WHERE plan_scope = ANY ($1) AND id = $2 LIMIT 1`,
      [choice.ids, id],
    );
    return row ? { planScope: row.plan_scope, planId: row.plan_id, answer: null } : null;
  }

  /** Of a statement with other values no entry is kept: what it was made from is. */
  async function statementOf({
    plan_scope: planScope,
    plan_id: planId,
    phrasing_id: id,
  }: AnswerRow) {
    const [row] = await pool.query<{ plan_id: string }>(
      `SELECT id AS plan_id FROM askonce.plans WHERE plan_scope = $1 AND id = $2
       UNION ALL
       SELECT plan_id FROM askonce.phrasings WHERE plan_scope = $1 AND id = $3 LIMIT 1`,
      [planScope, planId, id],
    );
    return row?.plan_id ?? null;
  }

  async function explained(
    answer: AnswerRow,
    entry: EntryDocument,
    choice: ScopeChoice,
  ): Promise<ExplainedAnswer> {
    const [row] = await pool.query<DecisionRow>(
      `SELECT ${DECISION_COLUMNS} FROM askonce.decisions d
       WHERE d.plan_scope = $1 AND d.question_key = $2 AND d.phrasing_id = $3
         AND d.decided_at <= $4::timestamptz + interval '1 minute'
       ORDER BY d.decided_at DESC LIMIT 1`,
      [answer.plan_scope, answer.question_key, answer.phrasing_id, answer.answered_at],
    );
    const decision = answer.similarity !== null && row ? decisionOf(row, choice) : null;
    const matched = decision?.earlier_question ?? null;
    const why = whyOf(answer, decision);
    const { sql } = decision?.rebound ?? entry;
    return { ...answerOf(answer, choice), matched, why, sql, decision };
  }

  async function wordingsOf(planScope: string, planId: string) {
    const rows = await pool.query<Record<string, string> & { made_at: Date }>(
      `SELECT id, question, origin, made_by, created_at AS made_at FROM askonce.phrasings
       WHERE plan_scope = $1 AND plan_id = $2 ORDER BY created_at, id LIMIT ${MOST_WORDINGS}`,
      [planScope, planId],
    );
    return rows.map((row) => ({ ...row, made_at: row.made_at.toISOString() }) as never);
  }

  async function rejectedOf(planScope: string, planId: string) {
    const rows = await pool.query<{ question: string | null; rejected_by: string; at: Date }>(
      `SELECT (SELECT d.question FROM askonce.decisions d WHERE d.plan_scope = $1 AND d.question_key = r.question_key
           LIMIT 1) AS question, r.rejected_by, r.created_at AS at
       FROM askonce.rejections r WHERE r.plan_scope = $1 AND r.plan_id = $2
       ORDER BY r.created_at DESC LIMIT ${MOST_WORDINGS}`,
      [planScope, planId],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  async function resultsOf(planScope: string, planId: string, choice: ScopeChoice) {
    const rows = await pool.query<Record<string, unknown> & { result_scope: string }>(
      `SELECT r.result_scope, r.row_count::float8 AS rows, r.byte_count::float8 AS bytes, r.as_of, r.expires_at,
         r.status, r.is_current, r.uses, r.run_ms::float8 AS run_ms
       FROM askonce.results r JOIN askonce.plans pl ON pl.plan_scope = $1 AND pl.id = $2
       WHERE r.result_scope = ANY ($3) AND r.statement_key = pl.statement_key
       ORDER BY r.as_of DESC LIMIT ${MOST_RESULTS}`,
      [planScope, planId, choice.resultScopes],
    );
    return rows.map(({ result_scope: scope, ...row }) => ({
      principal: choice.principalOf(scope),
      ...row,
    }));
  }

  return async (id) => {
    const choice = await scopes.choose();
    const found = await find(id, choice);
    if (!found) throw unknownId();
    const { planScope, planId, answer } = found;
    const [entry] = await entries.byIds([planId], choice);
    if (!entry) throw answer ? forgotten() : unknownId();
    const [more] = await pool.query<Record<'params' | 'volatility' | 'schema_version', string>>(
      'SELECT params, volatility, schema_version FROM askonce.plans WHERE plan_scope = $1 AND id = $2',
      [planScope, planId],
    );
    if (!more) throw unknownId();
    const decisions = await pool.query<DecisionRow>(
      `SELECT ${DECISION_COLUMNS} FROM askonce.decisions d WHERE d.plan_scope = $1 AND d.plan_id = $2
       ORDER BY d.decided_at DESC LIMIT ${MOST_DECISIONS}`,
      [planScope, planId],
    );
    const answers = await pool.query<AnswerRow>(
      `SELECT ${ANSWER_COLUMNS} FROM askonce.answers a ${LAST_REPORT}
       WHERE a.result_scope = ANY ($1) AND a.plan_scope = $2 AND (a.plan_id = $3 OR a.phrasing_id IN (
         SELECT ph.id FROM askonce.phrasings ph WHERE ph.plan_scope = $2 AND ph.plan_id = $3))
       ORDER BY a.answered_at DESC LIMIT ${MOST_ANSWERS}`,
      [choice.resultScopes, planScope, planId],
    );
    return {
      status: 'entry',
      entry: { ...entry, ...more },
      wordings: await wordingsOf(planScope, planId),
      rejected: await rejectedOf(planScope, planId),
      decisions: decisions.map((row) => decisionOf(row, choice)),
      results: await resultsOf(planScope, planId, choice),
      answers: answers.map((row) => answerOf(row, choice)),
      answer: answer && (await explained(answer, entry, choice)),
    };
  };
}

const FROM: Readonly<Record<string, string>> = {
  memory: 'The rows were held in memory.',
  store: 'The rows were kept in the cache database.',
  database: 'The statement ran for it.',
};

function whyOf({ source, similarity }: AnswerRow, decision: DecisionDocument | null): string {
  const rows = FROM[source] ?? '';
  if (similarity === null) {
    return `It was asked in words that are bound to this statement. ${rows}`.trim();
  }
  if (decision === null) {
    return `It was taken for an earlier question in other words (similarity ${rounded(similarity)}). ${rows}`.trim();
  }
  const { probability, rule } = decision;
  const sure = `with a probability of ${probability} (${rule})`;
  const what =
    decision.outcome === 'rebound'
      ? `It differs from an earlier question in its values alone: the earlier statement ran with ${exchanged(decision)}`
      : 'It was taken for an earlier question in other words';
  return `${what}, ${sure}.`;
}

function exchanged({ rebound }: DecisionDocument): string {
  const values = rebound?.values.map(({ from, to }) => `${to} instead of ${from}`);
  return values?.join(' and ') ?? 'the new ones';
}

const unknownId = (): AppError =>
  new AppError('NOT_FOUND', 'No entry, wording or answer has this id.', {
    hint: 'cache_search lists entries, cache_inspect without an id the latest answers; an answer is known for 7 days.',
  });

const forgotten = (): AppError =>
  new AppError('NOT_FOUND', 'What answered it is no longer known: it was forgotten or evicted.', {
    hint: 'Ask the question again to see what is done with it now.',
  });
