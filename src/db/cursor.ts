// Owns reading a statement row by row: a server-side portal over the extended protocol (so one
// statement and no more), values as the server's text, in batches that follow the reader's pace.
import type { FieldDef } from 'pg';
import Cursor from 'pg-cursor';

import { AppError } from '../errors.ts';
import { connectionOf } from './connection.ts';
import type { Client } from './pool.ts';

export interface Field {
  readonly name: string;
  /** OID of the type in pg_type. */
  readonly typeId: number;
  /** Type modifier, -1 when there is none. */
  readonly modifier: number;
}

/** Told of the columns first, then of each row as it comes from the socket: see row-tap.ts. */
export interface RowReader {
  columns(fields: readonly Field[]): void;
  row(message: Buffer, start: number, end: number): void;
}

export interface RowCursor {
  /** Reads the next rows; how many they were, 0 after the last. */
  next(): Promise<number>;
  close(): Promise<void>;
}

/** Nothing is known of the first rows yet, and each may be megabytes wide. */
const FIRST_BATCH_ROWS = 8;
const MAX_BATCH_ROWS = 20_000;
const MAX_BATCH_GROWTH = 16;
/** A batch is read as a whole: aim at so much of it, whatever the width of the rows. */
const BATCH_TARGET_BYTES = 1024 * 1024;

/** What one batch may bring over the wire: a connection on which more comes is cut before it is all held. */
const MAX_BATCH_BYTES = 64 * 1024 * 1024;

export function openCursor(
  client: Client,
  sql: string,
  params: readonly unknown[],
  reader: RowReader,
): RowCursor {
  const cursor = new Cursor(sql, [...params]);
  const connection = connectionOf(client);
  const onColumns = ({ fields }: { readonly fields: readonly FieldDef[] }): void =>
    reader.columns(fields.map(toField));
  connection.once('rowDescription', onColumns);
  client.query(cursor);
  const guard = watchBatches(client);
  let batchRows = FIRST_BATCH_ROWS;
  let isDone = false;

  /** A row that cannot be read must not end the process from within the socket. */
  function read(count: number): Promise<{ readonly rows: number; readonly bytes: number }> {
    return new Promise((resolve, reject) => {
      const batch = { rows: 0, bytes: 0 };
      let failure: { readonly cause: unknown } | null = null;
      const end = (settle: () => void): void => {
        client.rows.close();
        settle();
      };
      client.rows.open((message, start, messageEnd) => {
        batch.rows += 1;
        batch.bytes += messageEnd - start;
        try {
          if (!failure) reader.row(message, start, messageEnd);
        } catch (cause) {
          failure = { cause };
        }
      });
      // The driver drops the callback of a read whose rows are complete when the connection goes.
      guard.begin((error) => end(() => reject(error)));
      cursor.read(count, (error) =>
        end(() => {
          if (error) reject(guard.overflowed ? tooWide(error) : error);
          else if (failure) reject(failure.cause);
          else resolve(batch);
        }),
      );
    });
  }

  return {
    async next() {
      if (isDone) return 0;
      const { rows, bytes } = await read(batchRows);
      // A zero-row read is the only end that a portal reports reliably across engines.
      if (rows === 0) isDone = true;
      else batchRows = Math.min(batchRows * MAX_BATCH_GROWTH, nextBatchRows(rows, bytes));
      return rows;
    },
    async close() {
      connection.off('rowDescription', onColumns);
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
  const { stream } = connectionOf(client);
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

function nextBatchRows(rows: number, bytes: number): number {
  const wanted = Math.floor(BATCH_TARGET_BYTES / (bytes / rows));
  return Math.max(1, Math.min(MAX_BATCH_ROWS, wanted));
}
