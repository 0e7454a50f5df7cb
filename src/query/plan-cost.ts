// Owns refusing what would cost too much before it runs: PostgreSQL's own estimate, against the operator's ceiling.
import type { Client } from '../db/pool.ts';
import { AppError } from '../errors.ts';

export interface PlanEstimate {
  /** In the planner's units: about one page that is read in order. */
  readonly cost: number;
  readonly rows: number;
}

/** What PostgreSQL expects of a statement. In JSON: in a text a name can look like a figure. @throws what it throws. */
export async function estimateOf(
  client: Client,
  sql: string,
  how: EstimateOptions = {},
): Promise<PlanEstimate | null> {
  const [top] = await planOf(client, sql, how);
  const { 'Total Cost': cost, 'Plan Rows': rows } = top?.Plan ?? {};
  return typeof cost === 'number' && typeof rows === 'number' ? { cost, rows } : null;
}

interface EstimateOptions {
  readonly params?: readonly unknown[];
  /** Further options of EXPLAIN, each with a comma behind it. */
  readonly generic?: string;
}

interface JsonPlan {
  readonly Plan?: { readonly 'Total Cost'?: unknown; readonly 'Plan Rows'?: unknown };
}

async function planOf(
  client: Client,
  sql: string,
  { params = [], generic = '' }: EstimateOptions,
): Promise<readonly JsonPlan[]> {
  const explain = `EXPLAIN (${generic}FORMAT JSON) `;
  try {
    const text = `${explain}${sql}`;
    const { rows } = await client.query<[unknown]>({ text, values: [...params], rowMode: 'array' });
    const said = rows[0]?.[0];
    return (typeof said === 'string' ? JSON.parse(said) : said) as readonly JsonPlan[];
  } catch (error) {
    // The caller wrote what stands behind it.
    const fault = error as { position?: unknown };
    if (fault.position !== undefined)
      fault.position = String(Number(fault.position) - explain.length);
    throw error;
  }
}

export interface CostlyStatement {
  readonly sql: string;
  readonly params: readonly unknown[];
  /** SHOW and EXPLAIN have no plan of their own. */
  readonly isPlanned: () => boolean;
}

/**
 * In the transaction of the statement, before it runs.
 * @param ceiling Of the planner's units; 0 for none.
 * @throws AppError QUERY_REJECTED with the estimate; what the server throws for a statement that it cannot plan.
 */
export async function requireAffordable(
  client: Client,
  { sql, params, isPlanned }: CostlyStatement,
  ceiling: number,
): Promise<void> {
  if (ceiling === 0 || !isPlanned()) return;
  const estimate = await estimateOf(client, sql, { params });
  if (estimate === null || estimate.cost <= ceiling) return;
  throw new AppError(
    'QUERY_REJECTED',
    `The statement would cost about ${Math.round(estimate.cost)} planner units for about ${estimate.rows} rows; ` +
      `at most ${ceiling} are permitted`,
    {
      hint:
        'Join on keys, filter on an indexed column, or ask for a shorter period; the explain tool shows the plan ' +
        'and what it costs.',
    },
  );
}
