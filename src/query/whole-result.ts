// Owns giving out the whole of a result by its answer_id: for programs over HTTP, and for resources.
import type { Cache } from '../cache/cache.ts';
import { linesOf } from '../cache/rows.ts';
import type { RowSource } from '../cache/rows.ts';
import { AppError } from '../errors.ts';
import type { Principal } from './context.ts';
import type { Scoping } from './scope.ts';

export interface WholeResult {
  readonly source: RowSource;
  readonly asOf: number;
  /** When the rows are deleted, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface RowRange {
  /** The first row, counted from 0. */
  readonly from: number;
  readonly rows: number;
}

export interface WholeResults {
  /** @throws AppError NOT_FOUND for an unknown or expired answer, and for one given to somebody else. */
  open(answerId: string, principal: Principal): Promise<WholeResult>;
}

export function createWholeResults({
  cache,
  scoping,
}: {
  readonly cache: Cache;
  readonly scoping: Scoping;
}): WholeResults {
  return {
    async open(answerId, principal) {
      const { resultScope } = await scoping.scopesOf(principal);
      const answer = await cache.findAnswer(resultScope, answerId);
      const found = answer?.resultId && (await cache.results.byId(resultScope, answer.resultId));
      if (!found) {
        throw new AppError('NOT_FOUND', 'This answer is unknown or its rows have expired.', {
          hint: 'Ask the question again; the new answer has a new answer_id.',
        });
      }
      const { asOf, expiresAt } = found.header;
      return { source: found.source, asOf, expiresAt };
    },
  };
}

/** The lines of a part of the rows, chunk by chunk. */
export async function* linesIn(
  source: RowSource,
  { from, rows }: RowRange,
): AsyncGenerator<string[]> {
  const end = from + rows;
  if (rows === 0) return;
  for await (const chunk of source.chunks(from)) {
    const first = Math.max(from, chunk.firstRow);
    const lines = linesOf(chunk, from).slice(0, end - first);
    if (lines.length > 0) yield lines;
    if (first + lines.length >= end) return;
  }
}
