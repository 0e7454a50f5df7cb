// Owns running statements for the tests of query/: an executor over a fresh pool, a writer that keeps
// its chunks in memory, and the page that a tool would make of the rows.
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';

import type { ResultEnd, ResultWriter } from '../../../src/cache/result-writer.ts';
import type { Chunk, Column, RowSource } from '../../../src/cache/rows.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { createLogger } from '../../../src/logger.ts';
import { createExecutor } from '../../../src/query/execute.ts';
import type { Executor, LiveResult } from '../../../src/query/execute.ts';
import { Page } from '../../../src/query/page.ts';
import { VALID } from '../../support/cache-samples.ts';
import { AS_LOGIN } from '../../../src/db/identity.ts';

export interface Kept {
  readonly chunks: Chunk[];
  columns: readonly Column[];
  end: ResultEnd | null;
  /** Set to false as if the store had failed. */
  kept: boolean;
}

export interface Bench {
  readonly executor: Executor;
  run(sql: string, given?: RunGiven): Promise<{ live: LiveResult; kept: Kept }>;
}

interface RunGiven {
  readonly params?: readonly unknown[];
  readonly signal?: AbortSignal;
  readonly kept?: boolean;
}

export function executorOf(
  t: TestContext,
  pool: Pool,
  given: { timeoutMs?: number; spool?: number } = {},
): Bench {
  const executor = createExecutor({
    pool,
    statementTimeoutMs: given.timeoutMs ?? 20_000,
    spoolMaxBytes: given.spool ?? 1e9,
    maxPlanCost: 0,
    logger: createLogger('silent'),
    now: Date.now,
  });
  t.after(() => executor.close());
  return {
    executor,
    async run(
      sql,
      { params = [], signal = new AbortController().signal, kept: isKept = true } = {},
    ) {
      const kept: Kept = { chunks: [], columns: [], end: null, kept: isKept };
      const keep = (columns: readonly Column[]): ResultWriter => {
        kept.columns = columns;
        return writerInto(kept);
      };
      const live = await executor.run({
        sql,
        params,
        isPlanned: () => true,
        signal,
        principal: { name: 'ana', identity: AS_LOGIN },
        validity: async () => VALID,
        keep,
        kept: async () => sourceOf(kept),
      });
      return { live, kept };
    },
  };
}

function writerInto(kept: Kept): ResultWriter {
  return {
    resultId: randomUUID(),
    get kept() {
      return kept.kept;
    },
    append: async (chunk) => void kept.chunks.push(chunk),
    finish: async (end) => void (kept.end = end),
  };
}

/** How its writer was told that all is there. */
export function endOf({ end }: Kept): Omit<ResultEnd, 'runMs'> | null {
  if (end === null) return null;
  const { wasCut, validity } = end;
  return { wasCut, validity };
}

export function sourceOf(kept: Kept): RowSource {
  return {
    columns: kept.columns,
    async *chunks(fromRow) {
      yield* kept.chunks.filter((chunk) => chunk.firstRow + chunk.rowCount > fromRow);
    },
    wasCut: () => kept.end?.wasCut ?? true,
  };
}

export async function readPage(
  source: RowSource,
  { fromRow = 0, maxRows = 1e9, maxBytes = 1e9 } = {},
) {
  const page = new Page(source, fromRow, { maxRows, maxBytes }, 'table');
  let text = '';
  for await (const piece of page.pieces()) text += piece;
  return {
    text,
    rows: JSON.parse(text) as unknown[][],
    totals: page.totals,
    failure: page.failure,
  };
}

/** Every row of a statement, through cursor, encoder, channel and page. */
export async function rowsOf(bench: Bench, sql: string, params: readonly unknown[] = []) {
  const { live } = await bench.run(sql, { params });
  const page = await readPage(live.source);
  if (page.failure !== undefined) throw page.failure;
  return { ...page, columns: live.source.columns };
}
