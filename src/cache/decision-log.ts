// Owns the decisions in PostgreSQL: what was decided about two questions and why, and the label that came
// later. Written in batches off the answer's path, kept for a month.
import type { Pool } from '../db/pool.ts';
import type { Rebound } from './entities.ts';
import type { Frames } from './frame-summary.ts';
import type { Risk } from './hold.ts';
import type { Key } from './key.ts';

/** What ran where values were exchanged. */
export interface ReboundRecord {
  readonly values: readonly Rebound[];
  /** Null where it is too long to keep. */
  readonly sql: string | null;
  readonly params: readonly unknown[];
}

export interface DecisionRecord {
  readonly planScope: string;
  readonly question: string;
  readonly questionKey: Key;
  readonly earlierQuestion: string;
  readonly phrasingId: string;
  readonly planId: string;
  readonly outcome: 'hit' | 'rebound' | 'confirm' | 'miss';
  readonly rule: string;
  readonly risk: Risk | null;
  readonly similarity: number;
  readonly probability: number;
  /** The verifier's; null where a rule decided without it. */
  readonly margin: number | null;
  readonly differences: readonly string[];
  readonly frames: Frames;
  readonly microseconds: number;
  /** Whether the agent was asked to say if the answer was right. */
  readonly isChecked: boolean;
  readonly rebound: ReboundRecord | null;
}

export interface Label {
  readonly planScope: string;
  readonly questionKey: Key;
  readonly planId: string;
  /** Null takes back what was said. */
  readonly label: 'same' | 'different' | null;
  readonly source: 'report' | 'accept' | 'sql' | 'rows' | 'review';
}

/** An earlier question that was judged for this one, and nobody has said yet whether both are the same. */
export interface OpenDecision {
  readonly phrasingId: string;
  readonly planId: string;
}

/** What was served by similarity, by how sure the verifier was of it. */
export interface ServedHit {
  readonly risk: Risk;
  readonly margin: number;
  readonly wrong: boolean;
}

export interface DecisionLog {
  write(records: readonly DecisionRecord[]): Promise<void>;
  /** A later label replaces an earlier one. */
  label(label: Label): Promise<void>;
  open(planScope: string, questionKey: Key): Promise<readonly OpenDecision[]>;
  /** The newest hits of the scope that the verifier decided. */
  hits(planScope: string): Promise<readonly ServedHit[]>;
  /** Removes a batch of decisions too old to learn from, and of reviews of such; returns how many went. */
  sweep(): Promise<number>;
}

const KEPT_FOR = '30 days';
const SWEEP_BATCH = 1000;
const MAX_HITS = 10_000;
const MAX_OPEN = 10;

export function createDecisionLog(pool: Pool): DecisionLog {
  return {
    async write(records) {
      await pool.query(
        `INSERT INTO askonce.decisions (plan_scope, question, question_key, earlier_question,
           phrasing_id, plan_id, outcome, rule, risk, similarity, probability, margin, differences,
           frames, microseconds, is_checked, rebound)
         SELECT "planScope", question, decode("questionKey", 'hex'), "earlierQuestion", "phrasingId",
           "planId", outcome, rule, risk, similarity, probability, margin, differences, frames,
           microseconds, "isChecked", rebound
         FROM jsonb_to_recordset($1) AS decision("planScope" text, question text, "questionKey" text,
           "earlierQuestion" text, "phrasingId" uuid, "planId" uuid, outcome text, rule text,
           risk text, similarity real, probability real, margin real, differences text[],
           frames jsonb, microseconds integer, "isChecked" boolean, rebound jsonb)`,
        [JSON.stringify(records)],
      );
    },

    async label({ planScope, questionKey, planId, label, source }) {
      await pool.query(
        `UPDATE askonce.decisions SET label = $4, labelled_at = now(),
           label_source = CASE WHEN $4::text IS NOT NULL THEN $5 END
         WHERE plan_scope = $1 AND question_key = decode($2, 'hex') AND plan_id = $3`,
        [planScope, questionKey, planId, label, source],
      );
    },

    async open(planScope, questionKey) {
      const rows = await pool.query<{ phrasing_id: string; plan_id: string }>(
        `SELECT DISTINCT ON (plan_id) phrasing_id, plan_id FROM askonce.decisions
         WHERE plan_scope = $1 AND question_key = decode($2, 'hex') AND label IS NULL
           AND outcome IN ('confirm', 'miss')
         ORDER BY plan_id, decided_at DESC LIMIT ${MAX_OPEN}`,
        [planScope, questionKey],
      );
      return rows.map((row) => ({ phrasingId: row.phrasing_id, planId: row.plan_id }));
    },

    async hits(planScope) {
      const rows = await pool.query<{ risk: Risk; margin: number; label: string | null }>(
        // Asked again, a question is decided again: it is one answer that was right or wrong.
        `SELECT risk, margin, label FROM (
           SELECT DISTINCT ON (question_key, plan_id) risk, margin, label, decided_at
           FROM askonce.decisions
           WHERE plan_scope = $1 AND outcome = 'hit' AND margin IS NOT NULL
           ORDER BY question_key, plan_id, decided_at DESC) AS latest
         ORDER BY decided_at DESC LIMIT ${MAX_HITS}`,
        [planScope],
      );
      return rows.map(({ risk, margin, label }) => ({
        risk,
        margin,
        wrong: label === 'different',
      }));
    },

    async sweep() {
      const rows = await pool.query(
        `DELETE FROM askonce.decisions WHERE (plan_scope, id) IN (
           SELECT plan_scope, id FROM askonce.decisions WHERE decided_at < now() - interval '${KEPT_FOR}'
           LIMIT ${SWEEP_BATCH})
         RETURNING id`,
      );
      const reviews = await pool.query(
        `DELETE FROM askonce.reviews WHERE (plan_scope, question_key, plan_id) IN (
           SELECT plan_scope, question_key, plan_id FROM askonce.reviews
           WHERE reviewed_at < now() - interval '${KEPT_FOR}' LIMIT ${SWEEP_BATCH})
         RETURNING plan_id`,
      );
      return rows.length + reviews.length;
    },
  };
}
