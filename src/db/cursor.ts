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
  /** Reads some more rows; how many they were, 0 after the last. */
  next(): Promise<number>;
  close(): Promise<void>;
}

/** Nothing is known of the first rows yet, and each may be megabytes wide. */
const FIRST_BATCH_ROWS = 8;
/** Rows that come slowly are not held back until there are many. */
const BATCH_TARGET_MS = 500;
const MAX_BATCH_ROWS = 20_000;
const MAX_BATCH_GROWTH = 16;
/** Aim at so much of it, whatever the width of the rows. */
const BATCH_TARGET_BYTES = 1024 * 1024;

/** So much is held of a batch whose rows are wider than those before: then the socket rests until it is taken. */
const HELD_BYTES = 8 * 1024 * 1024;
/** A row is held as a whole: a connection on which a larger one comes is cut before it is. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

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
  const guard = watchRows(client);
  const { stream } = connection;
  let batchRows = FIRST_BATCH_ROWS;
  let isDone = false;
  let batch: Reading | null = null;
  /** With an error of the server the portal has ended, and the driver has told it so. */
  let hasFailed = false;

  function begin(): Reading {
    const counts = { rows: 0, bytes: 0, ms: 0, taken: 0, heldBytes: 0, onHeld: (): void => {} };
    /** A row that cannot be read must not end the process from within the socket. */
    let failure: { readonly cause: unknown } | null = null;
    client.rows.open((message, start, end) => {
      guard.passed();
      counts.rows += 1;
      counts.bytes += end - start;
      counts.heldBytes += end - start;
      try {
        if (!failure) reader.row(message, start, end);
      } catch (cause) {
        failure = { cause };
      }
      if (counts.heldBytes < HELD_BYTES) return;
      stream.pause();
      counts.onHeld();
    });
    const end = new Promise<void>((resolve, reject) => {
      // The driver drops the callback of a read whose rows are complete when the connection goes.
      guard.begin(reject);
      cursor.read(batchRows, (error) => {
        hasFailed = Boolean(error);
        if (error) reject(guard.overflowed ? tooWide(error) : error);
        else if (failure) reject(failure.cause);
        else resolve();
      });
    }).finally(() => client.rows.close());
    // It may fail while nobody waits for it.
    end.catch(() => undefined);
    return Object.assign(counts, { end });
  }

  return {
    async next() {
      if (isDone) return 0;
      const reading = (batch ??= begin());
      const started = performance.now();
      const held = new Promise<'held'>((resolve) => (reading.onHeld = () => resolve('held')));
      reading.heldBytes = 0;
      stream.resume();
      const isHeld = (await Promise.race([reading.end, held])) === 'held';
      reading.ms += performance.now() - started;
      const rows = reading.rows - reading.taken;
      reading.taken = reading.rows;
      if (isHeld) return rows;
      batch = null;
      // A zero-row read is the only end that a portal reports reliably across engines.
      if (reading.rows === 0) isDone = true;
      else batchRows = Math.min(batchRows * MAX_BATCH_GROWTH, nextBatchRows(reading));
      return rows > 0 || isDone ? rows : await this.next();
    },
    async close() {
      connection.off('rowDescription', onColumns);
      // Of what is still on its way nothing is read.
      client.rows.open(() => undefined);
      stream.resume();
      // close() waits for the server's word, which a lost connection never gives.
      if (!hasFailed) await Promise.race([cursor.close(), guard.lost]);
      client.rows.close();
      guard.end();
    },
  };
}

/** A batch that is being read. */
interface Reading extends Batch {
  /** But for the time in which the socket rests. */
  ms: number;
  /** How many of the rows were told of. */
  taken: number;
  /** Since then. */
  heldBytes: number;
  onHeld: () => void;
  readonly end: Promise<void>;
}

interface RowGuard {
  readonly overflowed: boolean;
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
  /** @param onLost Told when the connection goes before the batch is there. */
  begin(onLost: (error: Error) => void): void;
  /** A row is there in full. */
  passed(): void;
  end(): void;
}

function watchRows(client: Client): RowGuard {
  const { stream } = connectionOf(client);
  let start = stream.bytesRead;
  let hasPassed = false;
  let overflowed = false;
  let onEnd = (): void => {};
  let onLost = (_error: Error): void => {};
  const lost = new Promise<void>((resolve) => {
    onEnd = () => {
      onLost(new Error('the connection ended in the midst of a batch'));
      resolve();
    };
  });
  // Behind the one that reads the rows of these bytes.
  const onData = (): void => {
    if (hasPassed) start = stream.bytesRead;
    hasPassed = false;
    if (stream.bytesRead - start <= MAX_ROW_BYTES) return;
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
    passed() {
      hasPassed = true;
    },
    end() {
      stream.off('data', onData);
      client.off('end', onEnd);
    },
  };
}

function tooWide(cause: unknown): AppError {
  const megabytes = MAX_ROW_BYTES / 1024 / 1024;
  return new AppError('RESULT_TOO_LARGE', `A row of the result exceeds ${megabytes} MB.`, {
    cause,
    hint: 'Select fewer or shorter columns: left(column, 1000), or length(column) first.',
  });
}

function toField(field: FieldDef): Field {
  return { name: field.name, typeId: field.dataTypeID, modifier: field.dataTypeModifier };
}

interface Batch {
  readonly rows: number;
  readonly bytes: number;
  readonly ms: number;
}

function nextBatchRows({ rows, bytes, ms }: Batch): number {
  const inSize = Math.floor((rows * BATCH_TARGET_BYTES) / bytes);
  // The first came behind all that is done before any row: as few are asked for again.
  const inTime = Math.max(FIRST_BATCH_ROWS, Math.floor((rows * BATCH_TARGET_MS) / ms));
  return Math.max(1, Math.min(MAX_BATCH_ROWS, inSize, inTime));
}
