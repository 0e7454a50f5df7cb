// Owns the way of rows past the driver: while somebody reads them he gets the bytes of each as they come from
// the socket, where the driver would make an object of every row and a string of every value. All else that the
// server says goes on to the driver, in order.
import type { PoolClient } from 'pg';

import { connectionOf } from './connection.ts';

/** A DataRow of the protocol: the number of columns (int16), then of each its length (int32, -1 for NULL) and text. */
export type OnRow = (message: Buffer, start: number, end: number) => void;

export interface RowTap {
  /** From now on rows go to `onRow`, which must not throw, and must not keep the buffer. */
  open(onRow: OnRow): void;
  close(): void;
}

/** The values of a row as bytes, in the socket's own buffer. */
export function valuesOf(message: Buffer, start: number): Array<Buffer | null> {
  const values: Array<Buffer | null> = [];
  let at = start + COUNT_BYTES;
  for (let left = message.readInt16BE(start); left > 0; left -= 1) {
    const length = message.readInt32BE(at);
    at += LENGTH_BYTES;
    values.push(length < 0 ? null : message.subarray(at, at + length));
    at += Math.max(0, length);
  }
  return values;
}

const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const DATA_ROW = 0x44;
/** One byte says what it is, four how long it is, themselves included. */
const HEAD_BYTES = 5;

/** @param client Connected, with nothing under way: what follows begins with a message. */
export function tapRows(client: PoolClient): RowTap {
  const { stream } = connectionOf(client);
  const toDriver = stream.listeners('data') as Array<(bytes: Buffer) => void>;
  stream.removeAllListeners('data');
  let onRow: OnRow | null = null;
  /** The beginning of a message, and how many bytes it takes to go on. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let neededBytes = HEAD_BYTES;

  function forward(bytes: Buffer, start: number, end: number): void {
    if (start === end) return;
    const part = bytes.subarray(start, end);
    for (const listener of toDriver) listener(part);
  }

  /** @returns where the first message stands that is not there in full. */
  function read(bytes: Buffer): number {
    let at = 0;
    let from = 0;
    neededBytes = HEAD_BYTES;
    while (bytes.length - at >= HEAD_BYTES) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) {
        neededBytes = end - at;
        break;
      }
      if (onRow !== null && bytes[at] === DATA_ROW) {
        forward(bytes, from, at);
        onRow(bytes, at + HEAD_BYTES, end);
        from = end;
      }
      at = end;
    }
    forward(bytes, from, at);
    return at;
  }

  stream.on('data', (piece: Buffer) => {
    begunBytes += piece.length;
    begun.push(piece);
    if (begunBytes < neededBytes) return;
    const bytes = begun.length === 1 ? piece : Buffer.concat(begun, begunBytes);
    begun = [];
    const rest = bytes.subarray(read(bytes));
    begunBytes = rest.length;
    if (rest.length > 0) begun.push(rest);
  });

  return {
    open(listener) {
      onRow = listener;
    },
    close() {
      onRow = null;
    },
  };
}
