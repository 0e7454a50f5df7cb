// Owns answers as people look for them: the latest, by the words of their questions, for whoever has no answer_id at hand.
import type { Pool } from '../db/pool.ts';
import type { AdminScopes, ScopeChoice } from './scopes.ts';

export interface AnswerDocument {
  readonly answer_id: string;
  /** Null for what was fetched by pages. */
  readonly question: string | null;
  readonly principal: string | null;
  readonly source: string;
  readonly similarity: number | null;
  readonly confidence: number | null;
  readonly answered_at: string;
  /** The last that somebody reported, and what was said with it. */
  readonly verdict: 'right' | 'wrong' | null;
  readonly note: string | null;
}

export interface AnswersDocument {
  readonly status: 'answers';
  /** The newest first. */
  readonly answers: readonly AnswerDocument[];
}

export interface AnswersRequest {
  /** In the question. */
  readonly query?: string | undefined;
}

export type Answers = (request: AnswersRequest) => Promise<AnswersDocument>;

export interface AnswerRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly result_scope: string;
  readonly plan_scope: string;
  readonly question: string | null;
  readonly question_key: Buffer | null;
  readonly source: string;
  readonly plan_id: string | null;
  readonly phrasing_id: string | null;
  readonly similarity: number | null;
  readonly confidence: number | null;
  readonly answered_at: Date;
  readonly verdict: 'right' | 'wrong' | null;
  readonly note: string | null;
}

/** Of answers `a`. */
export const ANSWER_COLUMNS = `a.id, a.result_scope, a.plan_scope, a.question, a.question_key, a.source, a.plan_id,
  a.phrasing_id, a.similarity::float8 AS similarity, a.confidence::float8 AS confidence, a.answered_at,
  r.verdict, r.note`;
export const LAST_REPORT = `LEFT JOIN LATERAL (
  SELECT verdict, note FROM askonce.reports r WHERE r.result_scope = a.result_scope AND r.answer_id = a.id
  ORDER BY reported_at DESC LIMIT 1) AS r ON true`;

const MOST = 50;
/** So many are looked through, the newest first: of a busy server there are millions. */
const LOOKED_THROUGH = 50_000;

export function createAnswers(pool: Pool, scopes: AdminScopes): Answers {
  return async ({ query }) => {
    const choice = await scopes.choose();
    const rows = await pool.query<AnswerRow>(
      `SELECT ${ANSWER_COLUMNS} FROM (
         SELECT * FROM (
           SELECT * FROM askonce.answers WHERE result_scope = ANY ($1)
           ORDER BY answered_at DESC LIMIT ${LOOKED_THROUGH}) AS latest
         WHERE $2::text IS NULL OR position(lower($2) IN lower(question)) > 0
         ORDER BY answered_at DESC LIMIT ${MOST}) AS a ${LAST_REPORT}
       ORDER BY a.answered_at DESC`,
      [choice.resultScopes, query ?? null],
    );
    return { status: 'answers', answers: rows.map((row) => answerOf(row, choice)) };
  };
}

export const answerOf = (row: AnswerRow, choice: ScopeChoice): AnswerDocument => ({
  answer_id: row.id,
  question: row.question,
  principal: choice.principalOf(row.result_scope),
  source: row.source,
  similarity: row.similarity,
  confidence: row.confidence,
  answered_at: row.answered_at.toISOString(),
  verdict: row.verdict,
  note: row.note,
});
