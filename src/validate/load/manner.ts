// Owns how a question is put to a server: to askonce by `ask`, and by `query` where it wants the SQL; to any other as its
// adapter says.
import type { ToolCall } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import type { Asked } from './draw.ts';

/** A question, and the statement that an agent would write for it. */
export interface Said {
  readonly question: string;
  readonly sql?: string | undefined;
}

export interface Manner {
  readonly name: string;
  first(asked: Asked): ToolCall;
  /** Before the clock runs: what makes it known, where the server remembers, and shows that it is answered. */
  teach(said: Said): ToolCall;
  /** What follows an answer; null where the agent is content, or can do nothing. */
  next(asked: Asked, outcome: Outcome): ToolCall | null;
}

export const ASKONCE: Manner = {
  name: 'askonce',
  first({ kind, question, sql }) {
    if (kind === 'anew' && sql !== undefined) {
      return { tool: 'query', arguments: { question, sql, max_age_seconds: 0 } };
    }
    return { tool: 'ask', arguments: { question } };
  },
  teach: ({ question, sql }) =>
    sql === undefined
      ? { tool: 'ask', arguments: { question } }
      : { tool: 'query', arguments: { question, sql } },
  next: ({ question, sql }, outcome) =>
    outcome.kind === 'document' && sql !== undefined
      ? { tool: 'query', arguments: { question, sql } }
      : null,
};
