// Owns the results in PostgreSQL: headers and row-aligned chunks. A result is found by its statement
// only after it was finished in one transaction: a crash while it fills leaves nothing to be served.
import type { Pool } from '../db/pool.ts';
import { valuesOf } from '../db/row-tap.ts';
import { runWithBytes } from '../db/run-with-bytes.ts';
import type { ResultHeader, ResultStatus, Validity } from './entities.ts';
import type { Key } from './key.ts';
import { AFTER_MS, chunkPlaces, chunkValues, keepResult } from './keep-result.ts';
import { bodyOf } from './rows.ts';
import type { Chunk, Column } from './rows.ts';

export interface StoredResult {
  readonly header: ResultHeader;
  readonly status: ResultStatus;
  readonly rowCount: number;
  readonly byteCount: number;
  /** A result that still fills but was not touched for this long has lost its writer. */
  readonly untouchedMs: number;
}

/** Its scope and id; no statement knows it by the id alone. */
export type ResultRef = Pick<ResultHeader, 'resultScope' | 'id'>;

export interface StoredEnd {
  readonly status: 'complete' | 'cut';
  readonly validity: Validity | null;
  readonly runMs: number;
}

export interface ResultStore {
  current(resultScope: string, statementKey: Key): Promise<StoredResult | null>;
  /** @param resultScope of the caller: a result of another scope is not found. */
  byId(resultScope: string, id: string): Promise<StoredResult | null>;
  /** Chunks that hold row `fromRow` and later ones, in order, at most `limit` and a few megabytes; one at least. */
  chunks(ref: ResultRef, fromRow: number, limit: number): Promise<Chunk[]>;
  /** Small ones that statements find, the last used first. */
  recent(limit: number, maxBytes: number): Promise<StoredResult[]>;
  /** A whole result that is done with, at once. */
  keep(header: ResultHeader, chunks: readonly Chunk[], end: StoredEnd): Promise<void>;
  /** One that comes bit by bit. */
  begin(header: ResultHeader): Promise<void>;
  /** Says that the result still fills. */
  touch(ref: ResultRef): Promise<void>;
  /** What a crash of the database loses of it is lost with what would make it be found: see finish. */
  append(ref: ResultRef, chunks: readonly Chunk[]): Promise<void>;
  /** Closes a result; with a validity it is the one that its statement finds from now on. */
  finish(ref: ResultRef, end: StoredEnd): Promise<void>;
  /** No statement finds them from now on; who has their id still reads them. */
  retire(resultScope: string, statementKey: Key): Promise<void>;
  /** Removes what has expired; returns how many results went. */
  sweep(): Promise<number>;
}

interface ResultRow {
  readonly id: string;
  readonly result_scope: string;
  readonly statement_key: Buffer;
  readonly status: ResultStatus;
  readonly columns: Column[];
  readonly row_count: string;
  readonly byte_count: string;
  readonly as_of: Date;
  readonly is_current: boolean;
  readonly stamp: unknown;
  readonly age_ms: number;
  readonly left_ms: number;
  readonly holds_ms: number | null;
  readonly untouched_ms: number;
}

const MS = (interval: string): string => `extract(epoch FROM ${interval})::float8 * 1000`;
const COLUMNS = `id, result_scope, statement_key, status, is_current, columns, row_count, byte_count, as_of,
  stamp, ${MS('now() - read_at')} AS age_ms, ${MS('expires_at - now()')} AS left_ms,
  ${MS('holds_until - now()')} AS holds_ms, ${MS('now() - touched_at')} AS untouched_ms`;
/** For the one transaction: its commit waits for no disk. The commit of finish does, for all before it. */
const UNHURRIED = `(SELECT set_config('synchronous_commit', 'off', true)) AS unhurried`;
const SWEEP_BATCH = 200;
/** A row of many megabytes is a chunk of its own: they are not to be read by the dozen. */
const MAX_READ_BYTES = 2 * 1024 * 1024;

/** @param now The clock of this process; ages are told by that of the store and counted from here. */
export function createResultStore(pool: Pool, now: () => number): ResultStore {
  const one = async (where: string, values: readonly unknown[]): Promise<StoredResult | null> => {
    const rows = await pool.query<ResultRow>(
      `SELECT ${COLUMNS} FROM askonce.results WHERE expires_at > now() AND ${where}`,
      values,
    );
    return rows[0] ? toResult(rows[0], now()) : null;
  };

  return {
    current: (resultScope, statementKey) =>
      one('is_current AND result_scope = $1 AND statement_key = $2', [
        resultScope,
        Buffer.from(statementKey, 'hex'),
      ]),

    byId: (resultScope, id) => one('result_scope = $1 AND id = $2', [resultScope, id]),

    async chunks({ resultScope, id }, fromRow, limit) {
      const chunks: Chunk[] = [];
      await pool.withClient(async (client) => {
        client.rows.open((message, start) => chunks.push(toChunk(message, start)));
        try {
          await client.query(
            `SELECT first_row, row_count, body FROM (
               SELECT *, sum(octet_length(body)) OVER (ORDER BY first_row) - octet_length(body) AS before
               FROM (
                 SELECT first_row, row_count, body FROM askonce.result_chunks
                 WHERE result_scope = $1 AND result_id = $2 AND first_row >= coalesce(
                   (SELECT max(first_row) FROM askonce.result_chunks
                    WHERE result_scope = $1 AND result_id = $2 AND first_row <= $3), 0)
                 ORDER BY first_row LIMIT $4) wanted) counted
             WHERE before < $5 ORDER BY first_row`,
            [resultScope, id, fromRow, limit, MAX_READ_BYTES],
          );
        } finally {
          client.rows.close();
        }
      });
      return chunks;
    },

    async recent(limit, maxBytes) {
      const rows = await pool.query<ResultRow>(
        `SELECT ${COLUMNS} FROM askonce.results
         WHERE is_current AND expires_at > now() AND byte_count <= $2
         ORDER BY last_used_at DESC LIMIT $1`,
        [limit, maxBytes],
      );
      return rows.map((row) => toResult(row, now()));
    },

    keep: (header, chunks, end) => keepResult(pool, { header, chunks, end }, now()),

    async begin(header) {
      await pool.query(
        `INSERT INTO askonce.results
           (id, result_scope, statement_key, status, columns, as_of, read_at, expires_at)
         VALUES ($1, $2, $3, 'filling', $4, $5, ${AFTER_MS('$6')}, ${AFTER_MS('$7')})`,
        [
          header.id,
          header.resultScope,
          Buffer.from(header.statementKey, 'hex'),
          JSON.stringify(header.columns),
          new Date(header.asOf),
          header.readAt - now(),
          header.expiresAt - now(),
        ],
      );
    },

    async touch({ resultScope, id }) {
      await pool.query(
        'UPDATE askonce.results SET touched_at = now() WHERE result_scope = $1 AND id = $2',
        [resultScope, id],
      );
    },

    async append({ resultScope, id }, chunks) {
      const sql = `WITH stored AS (
           INSERT INTO askonce.result_chunks (result_scope, result_id, first_row, row_count, body)
           SELECT $1, $2::uuid, chunk.* FROM (${chunkPlaces(chunks, 3)}) AS chunk, ${UNHURRIED}
           RETURNING row_count, octet_length(body) AS bytes)
         UPDATE askonce.results SET touched_at = now(), row_count = results.row_count + more.row_count,
           byte_count = byte_count + more.bytes
         FROM (SELECT sum(row_count) AS row_count, sum(bytes) AS bytes FROM stored) more
         WHERE result_scope = $1 AND id = $2`;
      const values = [resultScope, id, ...chunkValues(chunks)];
      await pool.withClient((client) => runWithBytes(client, sql, values));
    },

    finish(ref, { status, validity, runMs }) {
      const { stamp = null, holdsUntil = null } = validity ?? {};
      const holdsMs = holdsUntil === null ? null : holdsUntil - now();
      return finishResult(pool, { ref, status, current: validity !== null, stamp, holdsMs, runMs });
    },

    async retire(resultScope, statementKey) {
      await pool.query(
        `UPDATE askonce.results SET is_current = false
         WHERE is_current AND result_scope = $1 AND statement_key = $2`,
        [resultScope, Buffer.from(statementKey, 'hex')],
      );
    },

    async sweep() {
      const rows = await pool.query(
        `DELETE FROM askonce.results WHERE (result_scope, id) IN (
           SELECT result_scope, id FROM askonce.results WHERE expires_at < now() LIMIT ${SWEEP_BATCH})
         RETURNING id`,
      );
      return rows.length;
    },
  };
}

async function finishResult(
  pool: Pool,
  end: {
    readonly ref: ResultRef;
    readonly status: 'complete' | 'cut';
    readonly current: boolean;
    readonly stamp: unknown;
    readonly holdsMs: number | null;
    readonly runMs: number;
  },
): Promise<void> {
  const { resultScope, id } = end.ref;
  await pool.withClient(async (client) => {
    await client.query('BEGIN');
    try {
      if (end.current) {
        // Two runs of one statement may end in any order; the one that read later is the current one.
        await client.query(
          `SELECT pg_advisory_xact_lock(hashtextextended(result_scope || statement_key::text, 0))
           FROM askonce.results WHERE result_scope = $1 AND id = $2`,
          [resultScope, id],
        );
        await client.query(
          `UPDATE askonce.results old SET is_current = false FROM askonce.results new
           WHERE new.result_scope = $1 AND new.id = $2 AND old.result_scope = $1 AND old.is_current
             AND old.statement_key = new.statement_key AND old.read_at <= new.read_at`,
          [resultScope, id],
        );
      }
      await client.query(
        `UPDATE askonce.results new SET status = $3, touched_at = now(), run_ms = $7, stamp = $5,
           holds_until = ${AFTER_MS('$6::float8')}, is_current = $4 AND NOT EXISTS (
             SELECT FROM askonce.results old WHERE old.result_scope = $1 AND old.is_current
               AND old.id <> new.id AND old.statement_key = new.statement_key)
         WHERE new.result_scope = $1 AND new.id = $2`,
        [
          resultScope,
          id,
          end.status,
          end.current,
          JSON.stringify(end.stamp),
          end.holdsMs,
          end.runMs,
        ],
      );
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  });
}

function toChunk(message: Buffer, start: number): Chunk {
  const [firstRow, rowCount, body] = valuesOf(message, start) as [Buffer, Buffer, Buffer];
  return { firstRow: Number(firstRow), rowCount: Number(rowCount), body: bodyOf(body) };
}

function toResult(row: ResultRow, now: number): StoredResult {
  const holdsUntil = row.holds_ms === null ? null : now + row.holds_ms;
  return {
    header: {
      id: row.id,
      resultScope: row.result_scope,
      statementKey: row.statement_key.toString('hex'),
      columns: row.columns,
      asOf: row.as_of.getTime(),
      readAt: now - row.age_ms,
      expiresAt: now + row.left_ms,
      validity: row.is_current ? { stamp: row.stamp, holdsUntil } : null,
    },
    status: row.status,
    rowCount: Number(row.row_count),
    byteCount: Number(row.byte_count),
    untouchedMs: row.untouched_ms,
  };
}
