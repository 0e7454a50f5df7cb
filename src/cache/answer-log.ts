// Owns the log of answers: which plan, phrasing and result stood behind an answer_id, and what was
// reported about it. Written in batches off the answer's path.
import type { Pool } from '../db/pool.ts';
import type { Key } from './key.ts';

export interface AnswerRecord {
  readonly id: string;
  readonly resultScope: string;
  readonly planScope: string;
  readonly question: string | null;
  readonly questionKey: Key | null;
  readonly source: string;
  readonly planId: string | null;
  readonly phrasingId: string | null;
  readonly resultId: string | null;
  readonly similarity: number | null;
  readonly confidence: number | null;
}

export interface Report {
  readonly resultScope: string;
  readonly answerId: string;
  readonly principal: string;
  readonly verdict: 'right' | 'wrong';
  readonly note: string | null;
}

export interface AnswerLog {
  write(records: readonly AnswerRecord[]): Promise<void>;
  /** @param resultScope of the caller: an answer given to another scope is not found. */
  find(resultScope: string, id: string): Promise<AnswerRecord | null>;
  report(report: Report): Promise<void>;
  /** Removes a batch of answers too old to be reported on; returns how many went. */
  sweep(): Promise<number>;
}

interface AnswerRow {
  readonly id: string;
  readonly result_scope: string;
  readonly plan_scope: string;
  readonly question: string | null;
  readonly question_key: Buffer | null;
  readonly source: string;
  readonly plan_id: string | null;
  readonly phrasing_id: string | null;
  readonly result_id: string | null;
  readonly similarity: number | null;
  readonly confidence: number | null;
}

const KEPT_FOR = '7 days';
const SWEEP_BATCH = 1000;

export function createAnswerLog(pool: Pool): AnswerLog {
  return {
    async write(records) {
      await pool.query(
        `INSERT INTO askonce.answers (id, result_scope, plan_scope, question, question_key, source,
           plan_id, phrasing_id, result_id, similarity, confidence)
         SELECT id, result_scope, plan_scope, question, decode(question_key, 'hex'), source,
           plan_id, phrasing_id, result_id, similarity, confidence
         FROM jsonb_to_recordset($1) AS answer(id text, result_scope text, plan_scope text,
           question text, question_key text, source text, plan_id uuid, phrasing_id uuid,
           result_id uuid, similarity real, confidence real)
         ON CONFLICT DO NOTHING`,
        [JSON.stringify(records.map(toRow))],
      );
    },

    async find(resultScope, id) {
      const rows = await pool.query<AnswerRow>(
        'SELECT * FROM askonce.answers WHERE result_scope = $1 AND id = $2',
        [resultScope, id],
      );
      return rows[0] ? fromRow(rows[0]) : null;
    },

    async report({ resultScope, answerId, principal, verdict, note }) {
      await pool.query(
        `INSERT INTO askonce.reports (result_scope, answer_id, principal, verdict, note)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (result_scope, answer_id, principal)
         DO UPDATE SET verdict = excluded.verdict, note = excluded.note, reported_at = now()`,
        [resultScope, answerId, principal, verdict, note],
      );
    },

    async sweep() {
      const rows = await pool.query(
        `DELETE FROM askonce.answers WHERE (result_scope, id) IN (
           SELECT result_scope, id FROM askonce.answers WHERE answered_at < now() - interval '${KEPT_FOR}'
           LIMIT ${SWEEP_BATCH})
         RETURNING id`,
      );
      return rows.length;
    },
  };
}

function toRow(record: AnswerRecord): Record<string, unknown> {
  return {
    id: record.id,
    result_scope: record.resultScope,
    plan_scope: record.planScope,
    question: record.question,
    question_key: record.questionKey,
    source: record.source,
    plan_id: record.planId,
    phrasing_id: record.phrasingId,
    result_id: record.resultId,
    similarity: record.similarity,
    confidence: record.confidence,
  };
}

function fromRow(row: AnswerRow): AnswerRecord {
  return {
    id: row.id,
    resultScope: row.result_scope,
    planScope: row.plan_scope,
    question: row.question,
    questionKey: row.question_key?.toString('hex') ?? null,
    source: row.source,
    planId: row.plan_id,
    phrasingId: row.phrasing_id,
    resultId: row.result_id,
    similarity: row.similarity,
    confidence: row.confidence,
  };
}
