// Owns the shapes of the documents about warming and exporting, as far as the console reads them.

export interface Statement {
  readonly sql: string;
  readonly calls: number;
  readonly total_ms: number;
  readonly mean_ms: number;
  /** How many values it takes. */
  readonly params: number;
  /** Why it cannot be warmed; null where it can. */
  readonly fault: string | null;
}

export interface Suggested {
  readonly status: 'suggested';
  readonly statements: readonly Statement[];
}

export interface WarmFault {
  /** Of the questions that were sent, from 1. */
  readonly number: number;
  readonly question: string;
  readonly message: string;
}

export interface Warmed {
  readonly status: 'warmed';
  readonly learned: number;
  readonly known: number;
  readonly refused: number;
  /** Of the refused the first. */
  readonly faults: readonly WarmFault[];
}

export interface Exported {
  readonly status: 'exported';
  readonly questions: readonly object[];
  readonly next_cursor: string | null;
}
