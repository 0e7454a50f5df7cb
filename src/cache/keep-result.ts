// Owns writing a whole result to the store: its header, its chunks, and that it is the current one of its statement.
import type { Pool } from '../db/pool.ts';
import { runWithBytes } from '../db/run-with-bytes.ts';
import type { ResultHeader } from './entities.ts';
import type { StoredEnd } from './result-store.ts';
import type { Chunk } from './rows.ts';

export interface WholeResult {
  readonly header: ResultHeader;
  readonly chunks: readonly Chunk[];
  readonly end: StoredEnd;
}

/** @param place Of a number of milliseconds, in a statement. */
export const AFTER_MS = (place: string): string => `now() + ${place} * interval '1 millisecond'`;

/** @param first The number of the first place. */
export function chunkPlaces(chunks: readonly Chunk[], first: number): string {
  if (chunks.length === 0) return 'SELECT 0::bigint, 0::integer, NULL::text WHERE false';
  const places = chunks.map((_, at) => {
    const place = first + 3 * at;
    return `($${place}::bigint, $${place + 1}::integer, $${place + 2}::text)`;
  });
  return `VALUES ${places.join(', ')}`;
}

export const chunkValues = (chunks: readonly Chunk[]): Array<string | Buffer> =>
  chunks.flatMap(({ firstRow, rowCount, body }) => [`${firstRow}`, `${rowCount}`, body]);

/** Of a statement there is one current result: who finds that another came between tries again, and finds that one. */
const UNIQUE_VIOLATION = '23505';
const MAX_TRIES = 10;

/**
 * All of it in one statement, since each round trip costs both sides as much as the work itself. The earlier current
 * result is retired before the new one is there: what is inserted asks how many were.
 *
 * @param now By the clock of the header's times.
 */
export async function keepResult(
  pool: Pool,
  { header, chunks, end }: WholeResult,
  now: number,
): Promise<void> {
  const { stamp = null, holdsUntil = null } = end.validity ?? {};
  const values = [
    header.id,
    header.resultScope,
    Buffer.from(header.statementKey, 'hex'),
    end.status,
    JSON.stringify(header.columns),
    new Date(header.asOf).toISOString(),
    `${header.readAt - now}`,
    `${header.expiresAt - now}`,
    `${end.runMs}`,
    JSON.stringify(stamp),
    holdsUntil === null ? '' : `${holdsUntil - now}`,
    `${end.validity !== null}`,
    `${chunks.reduce((sum, { rowCount }) => sum + rowCount, 0)}`,
    `${chunks.reduce((sum, { body }) => sum + body.length, 0)}`,
  ];
  const sql = `WITH retired AS (
      UPDATE askonce.results SET is_current = false
      WHERE $12::boolean AND is_current AND result_scope = $2 AND statement_key = $3
        AND read_at <= ${AFTER_MS('$7::float8')}
      RETURNING id),
    kept AS (
      INSERT INTO askonce.results (id, result_scope, statement_key, status, columns, as_of, read_at,
        expires_at, touched_at, run_ms, stamp, holds_until, row_count, byte_count, is_current)
      SELECT $1::uuid, $2, $3, $4, $5::jsonb, $6::timestamptz, ${AFTER_MS('$7::float8')},
        ${AFTER_MS('$8::float8')}, now(), $9::float8, $10::jsonb,
        ${AFTER_MS(`nullif($11, '')::float8`)}, $13::bigint, $14::bigint,
        $12::boolean AND (SELECT count(*) FROM retired) >= 0 AND NOT EXISTS (
          SELECT FROM askonce.results WHERE is_current AND result_scope = $2
            AND statement_key = $3 AND read_at > ${AFTER_MS('$7::float8')})
      RETURNING id)
    INSERT INTO askonce.result_chunks (result_scope, result_id, first_row, row_count, body)
    SELECT $2, kept.id, chunk.* FROM kept, (${chunkPlaces(chunks, values.length + 1)}) AS chunk`;
  const all = [...values, ...chunkValues(chunks)];
  await pool.withClient(async (client) => {
    for (let tries = 1; ; tries += 1) {
      try {
        await runWithBytes(client, sql, all);
        return;
      } catch (error) {
        const isOvertaken = (error as { readonly code?: unknown }).code === UNIQUE_VIOLATION;
        if (!isOvertaken || tries === MAX_TRIES) throw error;
      }
    }
  });
}
