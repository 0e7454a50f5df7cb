// Owns reading a statement row by row: a server-side portal over the extended protocol (so one
// statement and no more), values as the server's text, in batches that follow the reader's pace.
import type { Socket } from 'node:net';

import type { FieldDef } from 'pg';
import Cursor from 'pg-cursor';

import { AppError } from '../errors.ts';
import type { Client } from './pool.ts';

export interface Field {
  readonly name: string;
  /** OID of the type in pg_type. */
  readonly typeId: number;
  /** Type modifier, -1 when there is none. */
  readonly modifier: number;
}

/** One row: the server's text for each column, null for NULL. */
export type TextRow = ReadonlyArray<string | null>;

export interface RowCursor {
  /** Known from the first call of next on; empty for a statement without columns. */
  readonly fields: readonly Field[];
  /** The next rows, an empty array after the last. */
  next(): Promise<readonly TextRow[]>;
  close(): Promise<void>;
}

/** Nothing is known of the first rows yet, and each may be megabytes wide. */
const FIRST_BATCH_ROWS = 8;
const MAX_BATCH_ROWS = 5000;
const MAX_BATCH_GROWTH = 16;
/** A batch is held in memory as a whole: aim at this much text, whatever the width of the rows. */
const BATCH_TARGET_CHARS = 512 * 1024;

/**
 * What one batch may bring over the wire. The driver holds a batch whole, and text beyond 512 MB, which
 * one cell may have, ends the process: such a connection is cut before.
 */
const MAX_BATCH_BYTES = 64 * 1024 * 1024;

const asText = { getTypeParser: () => (text: string) => text } as never;

export function openCursor(client: Client, sql: string, params: readonly unknown[]): RowCursor {
  const cursor = client.query(
    new Cursor<Array<string | null>>(sql, [...params], { rowMode: 'array', types: asText }),
  );
  const guard = watchBatches(client);
  let fields: readonly Field[] = [];
  let batchRows = FIRST_BATCH_ROWS;
  let done = false;

  function read(count: number): Promise<Array<Array<string | null>>> {
    return new Promise((resolve, reject) => {
      // The driver drops the callback of a read whose rows are complete when the connection goes.
      guard.begin(reject);
      cursor.read(count, (error, rows, result) => {
        if (error) {
          reject(guard.overflowed ? tooWide(error) : error);
          return;
        }
        // A portal that is already done answers without its description.
        if (result as typeof result | undefined) fields = result.fields.map(toField);
        resolve(rows);
      });
    });
  }

  return {
    get fields() {
      return fields;
    },
    async next() {
      if (done) return [];
      const rows = await read(batchRows);
      // A zero-row read is the only end that a portal reports reliably across engines.
      if (rows.length === 0) done = true;
      else batchRows = Math.min(batchRows * MAX_BATCH_GROWTH, nextBatchSize(rows));
      return rows;
    },
    async close() {
      // close() waits for the server's word, which a lost connection never gives.
      await Promise.race([cursor.close(), guard.lost]);
      guard.end();
    },
  };
}

interface BatchGuard {
  readonly overflowed: boolean;
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
  /** @param onLost Told when the connection goes before the batch is there. */
  begin(onLost: (error: Error) => void): void;
  end(): void;
}

function watchBatches(client: Client): BatchGuard {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  let start = stream.bytesRead;
  let overflowed = false;
  let onEnd = (): void => {};
  let onLost = (_error: Error): void => {};
  const lost = new Promise<void>((resolve) => {
    onEnd = () => {
      onLost(new Error('the connection ended in the midst of a batch'));
      resolve();
    };
  });
  const onData = (): void => {
    if (stream.bytesRead - start <= MAX_BATCH_BYTES) return;
    overflowed = true;
    stream.destroy();
  };
  stream.on('data', onData);
  client.once('end', onEnd);
  return {
    get overflowed() {
      return overflowed;
    },
    lost,
    begin(told) {
      start = stream.bytesRead;
      onLost = told;
    },
    end() {
      stream.off('data', onData);
      client.off('end', onEnd);
    },
  };
}

function tooWide(cause: unknown): AppError {
  const megabytes = MAX_BATCH_BYTES / 1024 / 1024;
  return new AppError('RESULT_TOO_LARGE', `A few rows of the result exceed ${megabytes} MB.`, {
    cause,
    hint: 'Select fewer or shorter columns: left(column, 1000), or length(column) first.',
  });
}

function toField(field: FieldDef): Field {
  return { name: field.name, typeId: field.dataTypeID, modifier: field.dataTypeModifier };
}

function nextBatchSize(rows: readonly TextRow[]): number {
  const sample = rows.slice(-50);
  const chars = sample.reduce((sum, row) => sum + rowChars(row), 0) / sample.length;
  return Math.max(1, Math.min(MAX_BATCH_ROWS, Math.floor(BATCH_TARGET_CHARS / Math.max(1, chars))));
}

function rowChars(row: TextRow): number {
  return row.reduce((sum, cell) => sum + (cell?.length ?? 4), 0);
}
