// Owns the records of both memories, as the stores and the pipeline share them.
import type { SqlFacts } from './facts.ts';
import type { Key } from './key.ts';
import type { Column } from './rows.ts';
import type { Volatility } from './volatility.ts';

/** A guarded statement with its parameters: how a question is answered. */
export interface Plan {
  readonly id: string;
  readonly statementKey: Key;
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly tables: readonly string[];
  readonly facts: SqlFacts;
  readonly volatility: Volatility;
}

/** One way in which a plan was asked for. */
export interface Phrasing {
  readonly id: string;
  readonly question: string;
  /** The principal that bound it to the plan. */
  readonly madeBy: string;
  readonly plan: Plan;
}

export interface Neighbour extends Phrasing {
  /** Cosine similarity, 0 to 1. */
  readonly similarity: number;
}

/** Why an answer was served for a question in other words. */
export interface Match {
  /** Id of the earlier phrasing. */
  readonly id: string;
  readonly question: string;
  readonly similarity: number;
  readonly confidence: number;
  /** Literals of the earlier statement that were given new values; absent where it ran unchanged. */
  readonly rebound?: readonly Rebound[];
}

export interface Rebound {
  readonly from: string;
  readonly to: string;
}

export type ResultStatus = 'filling' | 'complete' | 'cut';

export interface ResultHeader {
  readonly id: string;
  readonly resultScope: string;
  readonly statementKey: Key;
  readonly columns: readonly Column[];
  /** When the database read these rows, in milliseconds since 1970 by the clock of the replica that ran it. */
  readonly asOf: number;
  /** The same by the clock of this one. */
  readonly readAt: number;
  readonly expiresAt: number;
  /** Null until its last row is there, and where its rows are not to be served to another call. */
  readonly validity: Validity | null;
}

/** How long rows are what their statement says, unless something they depend on changes. */
export interface Validity {
  /** What they depend on, as its owner (freshness/) writes it. */
  readonly stamp: unknown;
  /** When the meaning of the statement ends, in milliseconds since 1970; null where it does not. */
  readonly holdsUntil: number | null;
}
