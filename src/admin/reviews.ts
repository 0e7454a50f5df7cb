// Owns what stood there before somebody reviewed a decision, so that it can stand there again: the wording, what it was
// kept from, and the label.
import type { Label } from '../cache/decision-log.ts';
import type { Pool } from '../db/pool.ts';

export interface Reviewed {
  readonly planScope: string;
  readonly questionKey: string;
  readonly planId: string;
}

export interface LabelBefore {
  readonly label: Label['label'];
  readonly source: Label['source'] | null;
}

export interface Reviews {
  /** Before the first verdict on it; a later one leaves that as it is. */
  keep(reviewed: Reviewed, by: string): Promise<void>;
  /** @returns The label that it had, or null where nobody has reviewed it. */
  restore(reviewed: Reviewed): Promise<LabelBefore | null>;
}

/** $1 scope, $2 key of the question, $3 plan. */
const THIS = `plan_scope = $1 AND question_key = decode($2, 'hex') AND plan_id = $3`;

const KEEP_SQL = `
  INSERT INTO askonce.reviews (plan_scope, question_key, plan_id, reviewed_by, wording, rejection, label, label_source)
  SELECT $1, decode($2, 'hex'), $3, $4,
    (SELECT to_jsonb(ph) FROM askonce.phrasings ph WHERE ph.plan_scope = $1 AND ph.question_key = decode($2, 'hex')),
    (SELECT to_jsonb(r) FROM askonce.rejections r WHERE ${THIS}),
    latest.label, latest.label_source
  FROM (SELECT) AS one LEFT JOIN LATERAL (
    SELECT label, label_source FROM askonce.decisions WHERE ${THIS} ORDER BY decided_at DESC LIMIT 1) AS latest ON true
  ON CONFLICT DO NOTHING`;

interface Before {
  readonly [column: string]: unknown;
  readonly wording: object | null;
  readonly rejection: object | null;
  readonly label: Label['label'];
  readonly label_source: Label['source'] | null;
}

export function createReviews(pool: Pool): Reviews {
  return {
    async keep({ planScope, questionKey, planId }, by) {
      await pool.query(KEEP_SQL, [planScope, questionKey, planId, by]);
    },

    async restore({ planScope, questionKey, planId }) {
      const values = [planScope, questionKey, planId];
      return await pool.withClient(async (client) => {
        await client.query('BEGIN');
        try {
          const { rows } = await client.query<Before>(
            `DELETE FROM askonce.reviews WHERE ${THIS} RETURNING wording, rejection, label, label_source`,
            values,
          );
          const [before] = rows;
          if (before) {
            await client.query(
              `DELETE FROM askonce.phrasings WHERE plan_scope = $1 AND question_key = decode($2, 'hex')`,
              values.slice(0, 2),
            );
            await client.query(`DELETE FROM askonce.rejections WHERE ${THIS}`, values);
            await putBack('phrasings', before.wording);
            await putBack('rejections', before.rejection);
          }
          await client.query('COMMIT');
          return before ? { label: before.label, source: before.label_source } : null;
        } catch (error) {
          await client.query('ROLLBACK');
          throw error;
        }

        /** Unless its plan has gone meanwhile. */
        async function putBack(
          table: 'phrasings' | 'rejections',
          row: object | null,
        ): Promise<void> {
          await client.query(
            `INSERT INTO askonce.${table}
             SELECT kept.* FROM jsonb_populate_record(NULL::askonce.${table}, $1::jsonb) AS kept
             WHERE EXISTS (SELECT FROM askonce.plans pl WHERE pl.plan_scope = kept.plan_scope AND pl.id = kept.plan_id)`,
            [row === null ? null : JSON.stringify(row)],
          );
        }
      });
    },
  };
}
