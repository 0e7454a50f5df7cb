// Owns what every part of the evidence shares: the pair that is looked at, and how a finding becomes a
// number. Pure; it never looks into a question or a statement.
import type { SqlFacts } from './facts.ts';
import type { Frame } from './frame.ts';

export interface Asked {
  readonly question: string;
  readonly frame: Frame;
}

export interface Pair {
  readonly earlier: Asked;
  readonly later: Asked;
  /** What the earlier question's statement says. */
  readonly facts: SqlFacts;
  /** Whether a concept is the name of a table or column that the statement does not touch. */
  readonly isOtherName?: (concept: string) => boolean;
}

/** Names and values, in an order that the trees rely on. */
export type Measures = readonly (readonly [string, number])[];

export const bit = (flag: boolean): number => (flag ? 1 : 0);

/** All of nothing is all: a question without values names every one of them. */
export const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

/** A question against the statement: 1 agrees, 0 neither, -1 the question alone, -2 the statement alone. */
export const agreement = (said: boolean, done: boolean): number =>
  said ? (done ? 1 : -1) : done ? -2 : 0;
