// Owns the explain tool: whether a statement would be allowed and cached, and what PostgreSQL plans.
import type { Pool } from '../db/pool.ts';
import { withReadOnlyTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { RequestContext } from './context.ts';
import type { GuardedStatement, StatementGuard } from '../guard/guard.ts';
import type { Prepare } from '../guard/prepare.ts';
import { estimateOf } from './plan-cost.ts';
import type { PlanEstimate } from './plan-cost.ts';
import { WRITTEN_BY_OTHERS } from './shown.ts';

export interface ExplainDocument {
  readonly status: 'explained';
  readonly notice: string;
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
  readonly prepare: Prepare;
  readonly statementTimeoutMs: number;
  readonly interrupt?: () => Promise<void>;
}

const MAX_PLAN_CHARS = 8000;

interface Explained {
  readonly plan: string;
  readonly estimate: PlanEstimate | null;
}

const NO_PLAN: Explained = { plan: '', estimate: null };

const CACHE_REASONS: Record<GuardedStatement['volatility'], string | null> = {
  stable: null,
  day: null,
  clock: 'it reads the clock, not only its day: the plan is remembered, its rows are not',
  volatile: 'it gives other rows at every run: the plan is remembered, its rows are not',
};

export function createExplainer(options: ExplainerOptions): Explainer {
  const { pool, guard, prepare, statementTimeoutMs, interrupt } = options;

  async function explained(
    statement: GuardedStatement,
    { signal, principal }: RequestContext,
  ): Promise<Explained> {
    const limits = {
      statementTimeoutMs,
      signal,
      principal: principal.name,
      identity: principal.identity,
      ...(interrupt && { interrupt }),
    };
    const generic = statement.parameterCount > 0 ? 'GENERIC_PLAN, ' : '';
    const { sql } = await prepare(statement.sql);
    const isOwn = statement.kind === 'explain';
    const text = isOwn ? sql : `EXPLAIN (${generic}FORMAT TEXT) ${sql}`;
    return await withReadOnlyTransaction(pool, limits, async (client) => {
      const { rows } = await client.query({ text, rowMode: 'array' });
      const plan = (rows as unknown[][]).map((row) => String(row[0])).join('\n');
      return { plan, estimate: isOwn ? null : await estimateOf(client, sql, { generic }) };
    });
  }

  return {
    async explain(sql, context) {
      const checked = checkOrReason(guard, sql);
      if (typeof checked === 'string') return refused(checked);
      const { plan, estimate } =
        checked.kind === 'show' ? NO_PLAN : await explained(checked, context);
      const cacheReason = CACHE_REASONS[checked.volatility];
      return {
        status: 'explained',
        notice: WRITTEN_BY_OTHERS,
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
    notice: WRITTEN_BY_OTHERS,
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
