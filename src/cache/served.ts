// Owns how much was answered, from where, and what that spared: counted here, told to the store now and then, in
// buckets of ten minutes. What a crash loses of it was only a figure.
import type { Pool } from '../db/pool.ts';

export interface ServedAnswer {
  readonly planScope: string;
  readonly source: 'memory' | 'store' | 'semantic' | 'database';
  readonly resultScope: string;
  readonly resultId: string;
  /** That the agent had neither to read nor to write, by estimate; 0 where it brought the statement. */
  readonly sparedTokens: number;
}

export interface Served {
  count(answer: ServedAnswer): void;
  flush(): Promise<void>;
  /** Removes a batch of what is too old to be shown; returns how many went. */
  sweep(): Promise<number>;
}

interface Count extends Omit<ServedAnswer, 'sparedTokens' | 'resultId'> {
  /** Null for those that are counted together. */
  readonly resultId: string | null;
  answers: number;
  tokens: number;
}

const KEPT_FOR = '60 days';
const SWEEP_BATCH = 1000;
/** Of results; more are counted without what their statements took, rather than held for a store that is away. */
const MAX_COUNTED = 20_000;
const BATCH = 2000;

/** $1 counts. What was read for the answer itself spares nothing; what its statement took is what each later one spares. */
const ADD_SQL = `
  INSERT INTO askonce.served AS kept (plan_scope, at, source, answers, spared_ms, spared_tokens)
  SELECT given."planScope", date_bin('10 minutes', now(), 'epoch'), given.source, sum(given.answers),
    coalesce(sum(given.answers * r.run_ms) FILTER (WHERE given.source <> 'database'), 0), sum(given.tokens)
  FROM jsonb_to_recordset($1) AS given("planScope" text, source text, "resultScope" text, "resultId" uuid,
      answers bigint, tokens bigint)
    LEFT JOIN askonce.results r ON r.result_scope = given."resultScope" AND r.id = given."resultId"
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (plan_scope, at, source) DO UPDATE SET answers = kept.answers + excluded.answers,
    spared_ms = kept.spared_ms + excluded.spared_ms, spared_tokens = kept.spared_tokens + excluded.spared_tokens`;

export function createServed(pool: Pool): Served {
  let counts = new Map<string, Count>();

  return {
    count({ sparedTokens, ...answer }) {
      const isFull = counts.size >= MAX_COUNTED;
      const key = `${answer.planScope} ${answer.source} ${isFull ? '' : answer.resultId}`;
      const known = counts.get(key);
      if (known) {
        known.answers += 1;
        known.tokens += sparedTokens;
      } else {
        const resultId = isFull ? null : answer.resultId;
        counts.set(key, { ...answer, resultId, answers: 1, tokens: sparedTokens });
      }
    },

    async flush() {
      const all = [...counts];
      counts = new Map();
      for (let at = 0; at < all.length; at += BATCH) {
        const batch = all.slice(at, at + BATCH);
        try {
          await pool.query(ADD_SQL, [JSON.stringify(batch.map(([, count]) => count))]);
        } catch (error) {
          // They wait for the store to be back, beside what is counted meanwhile.
          for (const [key, count] of all.slice(at))
            if (!counts.has(key) && counts.size < MAX_COUNTED) counts.set(key, count);
          throw error;
        }
      }
    },

    async sweep() {
      const rows = await pool.query(
        `DELETE FROM askonce.served WHERE (plan_scope, at, source) IN (
           SELECT plan_scope, at, source FROM askonce.served WHERE at < now() - interval '${KEPT_FOR}'
           LIMIT ${SWEEP_BATCH})
         RETURNING source`,
      );
      return rows.length;
    },
  };
}
