// Owns running a statement whose parameters are megabytes: their bytes go from where they stand to the socket,
// where the driver would copy all of them three times.
import type { Submittable } from 'pg';

import type { DriverConnection } from './connection.ts';
import type { Client } from './pool.ts';

const BIND = Buffer.from('B');
const NO_NAME = Buffer.from([0]);
const TEXT = 0;
const BINARY = 1;
const INT32_BYTES = 4;
/** Smaller ones are put together: each write of the socket costs something. */
const ALONE_BYTES = 1024;

/**
 * Runs one statement that gives no rows.
 * @param values Text as PostgreSQL reads it, or, as a buffer, the binary form of the type (of text: UTF-8). They
 * must not change until this has settled.
 */
export function runWithBytes(
  client: Client,
  sql: string,
  values: ReadonlyArray<string | Buffer>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new BytesStatement(sql, values, resolve, reject));
  });
}

/** What the driver calls of a statement of others. */
class BytesStatement implements Submittable {
  readonly #sql: string;
  readonly #values: ReadonlyArray<string | Buffer>;
  readonly handleReadyForQuery: () => void;
  readonly handleError: (error: Error) => void;

  constructor(
    sql: string,
    values: ReadonlyArray<string | Buffer>,
    onDone: () => void,
    onError: (error: Error) => void,
  ) {
    this.#sql = sql;
    this.#values = values;
    this.handleReadyForQuery = onDone;
    this.handleError = onError;
  }

  submit(connection: object): void {
    const driver = connection as DriverConnection;
    const { stream } = driver;
    stream.cork();
    try {
      driver.parse({ text: this.#sql });
      for (const part of bindMessage(this.#values)) stream.write(part);
      driver.execute({});
      driver.sync();
    } finally {
      stream.uncork();
    }
  }

  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
}

/** Of the unnamed statement to the unnamed portal, in parts: large values stand alone, as they are. */
function* bindMessage(values: ReadonlyArray<string | Buffer>): Generator<Buffer> {
  const formats = values.map((value) => int16(typeof value === 'string' ? TEXT : BINARY));
  const bytes = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
  const head = [NO_NAME, NO_NAME, int16(values.length), ...formats, int16(values.length)];
  const tail = int16(0);
  const length = [...head, ...bytes, tail].reduce((sum, part) => sum + part.length, 0);
  let small = [BIND, int32(INT32_BYTES + length + INT32_BYTES * bytes.length), ...head];
  for (const value of bytes) {
    small.push(int32(value.length));
    if (value.length < ALONE_BYTES) {
      small.push(value);
      continue;
    }
    yield Buffer.concat(small);
    yield value;
    small = [];
  }
  yield Buffer.concat([...small, tail]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(INT32_BYTES);
  bytes.writeInt32BE(value);
  return bytes;
}
