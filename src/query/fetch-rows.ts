// Owns the next page of an answer: from the rows that are kept, whatever became of its question.
import type { Cache } from '../cache/cache.ts';
import { AppError } from '../errors.ts';
import { createAnswer } from './answer.ts';
import type { Answer, AnswerLimits } from './answer.ts';
import type { RequestContext } from './context.ts';
import { parseCursor } from './cursor-handle.ts';
import type { Scoping } from './scope.ts';

export type FetchRows = (cursor: string, context: RequestContext) => Promise<Answer>;

export interface FetchRowsOptions {
  readonly cache: Pick<Cache, 'results' | 'policies'>;
  readonly scoping: Pick<Scoping, 'scopesOf'>;
  /** No answer exceeds these, whatever a cursor says: its text is in the caller's hands. */
  readonly hardLimits: Omit<AnswerLimits, 'format'>;
}

export function createFetchRows({ cache, scoping, hardLimits }: FetchRowsOptions): FetchRows {
  return async (cursor, context) => {
    const { resultId, fromRow, format, ...wanted } = parseCursor(cursor);
    const { scope, resultScope } = await scoping.scopesOf(context.principal);
    const policy = cache.policies.of(scope.planScope);
    const limits = {
      format,
      maxRows: Math.min(wanted.maxRows, hardLimits.maxRows, policy.maxRows),
      maxBytes: Math.min(wanted.maxBytes, hardLimits.maxBytes, policy.maxResponseBytes),
    };
    const found = await cache.results.byId(resultScope, resultId);
    if (!found) {
      throw new AppError('NOT_FOUND', 'This cursor is unknown or has expired.', {
        hint: 'Run the query again; its first answer has a new next_cursor.',
      });
    }
    return createAnswer({
      source: found.tier,
      question: null,
      matched: null,
      sql: null,
      asOf: found.header.asOf,
      rows: found.source,
      fromRow,
      resultId,
      isKept: () => true,
      limits,
    });
  };
}
