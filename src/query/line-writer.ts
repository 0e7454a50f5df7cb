// Owns making JSON lines of rows as they come from the socket: bytes to bytes, in one pass, since most values
// are the same in both. What is not as simple goes by cell.ts, whose JSON all of it equals to the byte.
import { bodyOf } from '../cache/rows.ts';
import type { Chunk } from '../cache/rows.ts';
import type { Field, RowReader } from '../db/cursor.ts';
import { cellEncoder } from './cell.ts';
import type { CellEncoder } from './cell.ts';

/** Large enough to make writes few, small enough to be held by every stream at once. */
const CHUNK_BYTES = 64 * 1024;
/** Rows beyond this go value by value, whose escapes the engine finds faster. */
const WIDE_BYTES = 16 * 1024;
/** One byte of text may become \u001f. */
const MAX_GROWTH = 6;
/** Of a value: null in the place of nothing, a comma, quotes, the minutes of a time zone. Of a row: its separator. */
const MAX_FRAME_BYTES = 8;
const MAX_SAFE_DIGITS = 15;

const BY_KIND = {
  // int2, int4, oid, jsonb
  bare: [21, 23, 26, 3802],
  bool: [16],
  int8: [20],
  // float4, float8
  float: [700, 701],
  // numeric, date, time, interval, uuid
  quoted: [1700, 1082, 1083, 1186, 2950],
  // text, varchar, bpchar, name
  text: [25, 1043, 1042, 19],
  // timestamp, timestamptz
  timestamp: [1114, 1184],
} as const satisfies Record<string, readonly number[]>;
type Kind = keyof typeof BY_KIND | 'other';

const KINDS: ReadonlyMap<number, Kind> = new Map(
  (Object.keys(BY_KIND) as Array<keyof typeof BY_KIND>).flatMap((kind) =>
    BY_KIND[kind].map((type): [number, Kind] => [type, kind]),
  ),
);

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_C = 0x43;
const UPPER_T = 0x54;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const LOWER_T = 0x74;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

interface CellWriter {
  readonly kind: Kind;
  readonly encode: CellEncoder;
}

export class LineWriter implements RowReader {
  #fields: readonly Field[] = [];
  #cells: readonly CellWriter[] = [];
  readonly #chunks: Chunk[] = [];
  #bytes: Buffer = Buffer.allocUnsafe(2 * CHUNK_BYTES);
  #length = 0;
  /** Where the last row ends that is written in full. */
  #end = 0;
  #rows = 0;
  #firstRow = 0;

  /** Empty for a statement without columns. */
  get fields(): readonly Field[] {
    return this.#fields;
  }

  columns(fields: readonly Field[]): void {
    this.#fields = fields;
    this.#cells = fields.map(({ typeId }) => ({
      kind: KINDS.get(typeId) ?? 'other',
      encode: cellEncoder(typeId),
    }));
  }

  /** @param message A DataRow from its number of columns on; see row-tap.ts. */
  row(message: Buffer, start: number, end: number): void {
    const isWide = end - start > WIDE_BYTES;
    const framed = MAX_FRAME_BYTES * (this.#cells.length + 1);
    /** What the row may take from here on, but for what is encoded, which sees to itself. */
    const roomFrom = (at: number): number => framed + (isWide ? 0 : MAX_GROWTH * (end - at));
    this.#length = this.#end;
    this.#room(roomFrom(start));
    this.#put(COMMA);
    this.#put(LINE_FEED);
    this.#put(OPEN);
    let at = start + 2;
    for (let index = 0; index < this.#cells.length; index += 1) {
      if (index > 0) this.#put(COMMA);
      const length = message.readInt32BE(at);
      at += 4;
      if (length < 0) {
        this.#length = copied(NULL, 0, NULL.length, this.#bytes, this.#length);
        continue;
      }
      const cell = this.#cells[index]!;
      if (isWide || !this.#written(cell.kind, message, at, at + length)) {
        const json = cell.encode(message.toString('utf8', at, at + length));
        this.#room(Buffer.byteLength(json) + roomFrom(at + length));
        this.#length += this.#bytes.write(json, this.#length, 'utf8');
      }
      at += length;
    }
    this.#put(CLOSE);
    this.#end = this.#length;
    this.#rows += 1;
    if (this.#length >= CHUNK_BYTES) this.#cut();
  }

  /** What was written since; the last chunk may be short. */
  take(): Chunk[] {
    if (this.#rows > 0) this.#cut();
    return this.#chunks.splice(0);
  }

  #cut(): void {
    const body = bodyOf(this.#bytes.subarray(0, this.#end));
    this.#chunks.push({ firstRow: this.#firstRow, rowCount: this.#rows, body });
    this.#firstRow += this.#rows;
    this.#rows = 0;
    this.#end = 0;
    // After one wide row not all that follow are.
    if (this.#bytes.length > 8 * CHUNK_BYTES) this.#bytes = Buffer.allocUnsafe(2 * CHUNK_BYTES);
  }

  /** Whether it was as simple as that. */
  #written(kind: Kind, from: Buffer, start: number, end: number): boolean {
    const to = this.#bytes;
    const length = this.#length;
    switch (kind) {
      case 'bare':
        break;
      case 'bool': {
        const word = from[start] === LOWER_T ? TRUE : FALSE;
        this.#length = copied(word, 0, word.length, to, length);
        return true;
      }
      case 'int8':
        if (end - start > MAX_SAFE_DIGITS) return false;
        break;
      case 'float':
        if (!isNumber(from, start)) return false;
        break;
      case 'quoted':
        to[length] = QUOTE;
        this.#length = copied(from, start, end, to, length + 1);
        this.#put(QUOTE);
        return true;
      case 'timestamp':
        if (!isPlainTimestamp(from, start, end)) return false;
        this.#length = writeTimestamp(from, start, end, to, length);
        return true;
      case 'text':
        this.#length = writeText(from, start, end, to, length);
        return true;
      default:
        return false;
    }
    this.#length = copied(from, start, end, to, length);
    return true;
  }

  #put(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Shorter ones are copied faster byte by byte than by a call of the engine. */
const SHORT_BYTES = 48;

/** Each of these returns where the next byte goes. */
function copied(from: Buffer, start: number, end: number, to: Buffer, length: number): number {
  const count = end - start;
  if (count > SHORT_BYTES) from.copy(to, length, start, end);
  else for (let at = 0; at < count; at += 1) to[length + at] = from[start + at]!;
  return length + count;
}

function writeText(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  let length = at;
  to[length++] = QUOTE;
  for (let index = start; index < end; index += 1) {
    const byte = from[index]!;
    if (byte === QUOTE || byte === BACKSLASH) to[length++] = BACKSLASH;
    if (byte >= SPACE) to[length++] = byte;
    else length += to.write(escaped(byte), length, 'latin1');
  }
  to[length++] = QUOTE;
  return length;
}

/** '2024-01-31 10:00:00' and '…+00', with or without fractions. */
function isPlainTimestamp(from: Buffer, start: number, end: number): boolean {
  return from[start + 4] === MINUS && from[start + 10] === SPACE && from[end - 1] !== UPPER_C;
}

function writeTimestamp(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  to[at] = QUOTE;
  let length = copied(from, start, end, to, at + 1);
  to[at + 11] = UPPER_T;
  const sign = from[end - 3];
  if (sign === PLUS || sign === MINUS) {
    to[length++] = COLON;
    to[length++] = ZERO;
    to[length++] = ZERO;
  }
  to[length++] = QUOTE;
  return length;
}

/** NaN and Infinity are words. */
function isNumber(from: Buffer, start: number): boolean {
  const first = from[start] === MINUS ? from[start + 1]! : from[start]!;
  return first >= ZERO && first <= NINE;
}

/** A control character as JSON has it. */
function escaped(byte: number): string {
  return JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
}
