// Owns the shape of what a statement says, as plain JSON: the cache stores it beside a plan and holds
// it against a new question. Nothing is read here; reading them off a statement is query/sql-facts.ts.

export type LiteralRole = 'filter' | 'limit' | 'offset' | 'select' | 'other';

export interface SqlLiteral {
  /** As the statement means it: escapes resolved, a leading minus kept. */
  readonly value: string;
  readonly kind: 'number' | 'text' | 'boolean';
  /** The column that it is held against, without its table; null where there is none. */
  readonly column: string | null;
  /**
   * '=', '<>', '<', 'like', 'not like', 'in', 'not in', 'between', … seen from the column (5 < x is
   * '>' for x); inside a call the function's name ('date_trunc', 'coalesce'); null for a bare value.
   */
  readonly op: string | null;
  readonly role: LiteralRole;
}

export interface SqlOrdering {
  readonly by: string;
  readonly direction: 'asc' | 'desc';
}

export interface SqlFacts {
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  /** What the rows hold, in order: 'name', 'sum(total)', '*'. */
  readonly outputs: readonly string[];
  readonly literals: readonly SqlLiteral[];
  /** 'count', 'sum', 'count distinct', …; a window call carries ' over'. */
  readonly aggregates: readonly string[];
  /** What rows are grouped or partitioned by; output names and ordinals are resolved. */
  readonly groupBy: readonly string[];
  /** Outermost first. */
  readonly orderings: readonly SqlOrdering[];
  /** The outermost limit that there is. */
  readonly limit: string | null;
  readonly distinct: boolean;
  /** NOT, <>, NOT IN, NOT EXISTS, IS NOT NULL, EXCEPT, = false, anti join. */
  readonly negated: boolean;
  readonly usesClock: boolean;
}

/** Of a statement that says nothing, or that could not be read. */
export const NO_FACTS: SqlFacts = {
  tables: [],
  columns: [],
  outputs: [],
  literals: [],
  aggregates: [],
  groupBy: [],
  orderings: [],
  limit: null,
  distinct: false,
  negated: false,
  usesClock: false,
};
