// Owns the records of both memories, as the stores and the pipeline share them.
import type { SqlFacts } from './facts.ts';
import type { Key } from './key.ts';
import type { Column } from './rows.ts';

export type Volatility = 'stable' | 'clock' | 'volatile';

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
  /** When the database read these rows, in milliseconds since 1970. */
  readonly asOf: number;
  readonly expiresAt: number;
}
