// Owns the explain tool: whether a statement would be allowed and cached, and what PostgreSQL plans.
import type { Pool } from '../db/pool.ts';
import { withReadOnlyTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { RequestContext } from './context.ts';
import type { GuardedStatement, StatementGuard } from '../guard/guard.ts';
import { readEstimate } from './plan-cost.ts';

export interface ExplainDocument {
  readonly status: 'explained';
  readonly allowed: boolean;
  /** The rule that refuses the statement; null when it is allowed. */
  readonly reason: string | null;
  readonly cached: boolean;
  readonly cache_reason: string | null;
  readonly tables: readonly string[];
  readonly total_cost: number | null;
  readonly estimated_rows: number | null;
  readonly plan: string | null;
}

export interface Explainer {
  explain(sql: string, context: RequestContext): Promise<ExplainDocument>;
}

export interface ExplainerOptions {
  readonly pool: Pool;
  readonly guard: StatementGuard;
  readonly statementTimeoutMs: number;
  readonly interrupt?: () => Promise<void>;
}

const MAX_PLAN_CHARS = 8000;

const CACHE_REASONS: Record<GuardedStatement['volatility'], string | null> = {
  stable: null,
  day: null,
  clock: 'it reads the clock, not only its day: the plan is remembered, its rows are not',
  volatile: 'it gives other rows at every run: the plan is remembered, its rows are not',
};

export function createExplainer(options: ExplainerOptions): Explainer {
  const { pool, guard, statementTimeoutMs, interrupt } = options;

  async function planLines(
    statement: GuardedStatement,
    { signal, principal }: RequestContext,
  ): Promise<string> {
    const limits = {
      statementTimeoutMs,
      signal,
      principal: principal.name,
      ...(interrupt && { interrupt }),
    };
    const generic = statement.parameterCount > 0 ? '(GENERIC_PLAN) ' : '';
    const sql = guard.masked(statement.sql);
    const text = statement.kind === 'explain' ? sql : `EXPLAIN ${generic}${sql}`;
    return await withReadOnlyTransaction(pool, limits, async (client) => {
      const { rows } = await client.query({ text, rowMode: 'array' });
      return (rows as unknown[][]).map((row) => String(row[0])).join('\n');
    });
  }

  return {
    async explain(sql, context) {
      const checked = checkOrReason(guard, sql);
      if (typeof checked === 'string') return refused(checked);
      const plan = checked.kind === 'show' ? '' : await planLines(checked, context);
      const estimate = readEstimate(plan);
      const cacheReason = CACHE_REASONS[checked.volatility];
      return {
        status: 'explained',
        allowed: true,
        reason: null,
        cached: cacheReason === null,
        cache_reason: cacheReason,
        tables: checked.tables,
        total_cost: estimate?.cost ?? null,
        estimated_rows: estimate?.rows ?? null,
        plan: plan.length <= MAX_PLAN_CHARS ? plan : `${plan.slice(0, MAX_PLAN_CHARS)}…`,
      };
    },
  };
}

function checkOrReason(guard: StatementGuard, sql: string): GuardedStatement | string {
  try {
    return guard.check(sql);
  } catch (error) {
    if (error instanceof AppError && error.code === 'QUERY_REJECTED') return error.message;
    throw error;
  }
}

function refused(reason: string): ExplainDocument {
  return {
    status: 'explained',
    allowed: false,
    reason,
    cached: false,
    cache_reason: null,
    tables: [],
    total_cost: null,
    estimated_rows: null,
    plan: null,
  };
}
