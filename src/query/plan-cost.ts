// Owns refusing what would cost too much before it runs: PostgreSQL's own estimate, against the operator's ceiling.
import type { Client } from '../db/pool.ts';
import { AppError } from '../errors.ts';

const COST = /\(cost=[\d.]+\.\.([\d.]+) rows=(\d+)/;
const COMMENTS = /^(?:\s|--[^\n\r]*|\/\*(?:[^*]|\*(?!\/))*\*\/)+/;
const EXPLAIN = 'EXPLAIN ';
const PLANLESS = /^(?:explain|show)\b/i;

export interface PlanEstimate {
  /** In the planner's units: about one page that is read in order. */
  readonly cost: number;
  readonly rows: number;
}

/** Of the first line of EXPLAIN's text; null where it tells none. */
export function readEstimate(plan: string): PlanEstimate | null {
  const [, cost, rows] = COST.exec(plan) ?? [];
  return cost === undefined || rows === undefined
    ? null
    : { cost: Number(cost), rows: Number(rows) };
}

async function planOf(client: Client, sql: string, params: readonly unknown[]): Promise<string> {
  try {
    const text = `${EXPLAIN}${sql}`;
    const { rows } = await client.query<[string]>({ text, values: [...params], rowMode: 'array' });
    return rows[0]?.[0] ?? '';
  } catch (error) {
    // The caller wrote what stands behind it.
    const fault = error as { position?: unknown };
    if (fault.position !== undefined)
      fault.position = String(Number(fault.position) - EXPLAIN.length);
    throw error;
  }
}

/**
 * In the transaction of the statement, before it runs.
 * @param ceiling Of the planner's units; 0 for none.
 * @throws AppError QUERY_REJECTED with the estimate; what the server throws for a statement that it cannot plan.
 */
export async function requireAffordable(
  client: Client,
  { sql, params }: { readonly sql: string; readonly params: readonly unknown[] },
  ceiling: number,
): Promise<void> {
  if (ceiling === 0 || PLANLESS.test(sql.replace(COMMENTS, ''))) return;
  const estimate = readEstimate(await planOf(client, sql, params));
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
