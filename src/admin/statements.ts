// Owns what pg_stat_statements knows of a data database: the statements that cost most, as suggestions of what to warm.
// Their values are gone there, so that an operator gives each its question, and its values.
import { AppError, isAppError } from '../errors.ts';
import type { StatementGuard } from '../guard/guard.ts';

export interface StatementDocument {
  readonly sql: string;
  readonly calls: number;
  readonly total_ms: number;
  readonly mean_ms: number;
  /** How many values are to be given under params. */
  readonly params: number;
  /** Why it cannot be warmed; null where it can. */
  readonly fault: string | null;
}

export type ReadStatements = (
  limit: number,
  signal: AbortSignal,
) => Promise<readonly StatementDocument[]>;

export interface StatementsOptions {
  readonly runQuery: (
    sql: string,
    params: readonly unknown[],
    signal?: AbortSignal,
  ) => Promise<readonly Record<string, unknown>[]>;
  readonly guard: Pick<StatementGuard, 'check'>;
}

/** $1 most. What writes, or sets something, is no answer to a question. */
const COSTLIEST_SQL = `
  SELECT query AS sql, sum(calls)::float8 AS calls, sum(total_exec_time) AS total,
    sum(total_exec_time) / sum(calls) AS mean
  FROM pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND query ~* '^\\s*(select|with)\\M' AND query !~* 'pg_catalog|pg_stat_statements|askonce\\.|inet_server_addr|current_setting'
  GROUP BY query ORDER BY total DESC LIMIT $1`;

const NOT_THERE = new Set(['42P01', '42883', '55000', '42501', '0A000']);

export function createReadStatements({ runQuery, guard }: StatementsOptions): ReadStatements {
  function documentOf({
    sql: text,
    calls,
    total,
    mean,
  }: Record<string, unknown>): StatementDocument {
    const figures = {
      calls: Number(calls),
      total_ms: Math.round(Number(total)),
      mean_ms: Math.round(1000 * Number(mean)) / 1000,
    };
    try {
      const { sql, parameterCount } = guard.check(String(text));
      return { sql, ...figures, params: parameterCount, fault: null };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { sql: String(text), ...figures, params: 0, fault: error.message };
    }
  }

  return async (limit, signal) => {
    try {
      const rows = await runQuery(COSTLIEST_SQL, [limit], signal);
      return rows.map(documentOf);
    } catch (error) {
      const cause = isAppError(error) ? (error.cause as { code?: string } | undefined) : undefined;
      if (!NOT_THERE.has(cause?.code ?? '')) throw error;
      throw new AppError('NOT_FOUND', 'The data database has no pg_stat_statements to read.', {
        cause: error,
        hint: 'Put pg_stat_statements into shared_preload_libraries, CREATE EXTENSION pg_stat_statements, and GRANT pg_read_all_stats to the role of DATABASE_URL.',
      });
    }
  };
}
