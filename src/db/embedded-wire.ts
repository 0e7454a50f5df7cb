// Owns the framing of PostgreSQL's wire protocol as far as sharing one backend needs it: cutting a
// client's bytes into messages, following the backend's, and building the few that are our own. Pure.

export interface Frame {
  /** The message's type letter; empty for the untyped messages that open a connection. */
  readonly type: string;
  readonly bytes: Buffer;
}

const HEADER_BYTES = 5;
/** PostgreSQL's own limit is 1 GiB; nothing of ours comes near a quarter of it. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes without which no further frame can be complete: saves joining long messages at each chunk. */
  #needed = 0;
  #typed = false;

  /** From here on messages carry a type letter. */
  startupDone(): void {
    this.#typed = true;
    this.#needed = 0;
  }

  get buffered(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next whole message, or null. Throws on a length that no client sends. */
  next(): Frame | null {
    const lengthAt = this.#typed ? 1 : 0;
    if (this.#length < Math.max(this.#needed, lengthAt + 4)) return null;
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    const size = lengthAt + all.readUInt32BE(lengthAt);
    if (size < lengthAt + 4 || size > MAX_MESSAGE_BYTES) throw new Error('bad message length');
    if (all.length < size) {
      this.#needed = size;
      return null;
    }
    this.#needed = 0;
    this.#length -= size;
    this.#chunks = this.#length === 0 ? [] : [all.subarray(size)];
    const type = this.#typed ? String.fromCharCode(all[0]!) : '';
    return { type, bytes: all.subarray(0, size) };
  }
}

/**
 * What closes the answer to each message of the extended protocol. An engine whose code has trapped falls
 * silent anywhere before it, in the midst of the rows too.
 */
const CLOSINGS: Readonly<Record<string, string>> = { P: '1', B: '2', C: '3', D: 'nT', E: 'CIsGW' };

/** Whether the backend's message of this type (empty: none) closes the answer to the client's. */
export function isAnswerTo(asked: string, answered: string): boolean {
  return answered !== '' && (CLOSINGS[asked] ?? answered).includes(answered);
}

/** Notices, parameters and notifications, which come whenever they like. */
const UNASKED = new Set(['N', 'S', 'A']);
const READY = 'Z'.charCodeAt(0);
const ERROR = 'E'.charCodeAt(0);

/** Follows the backend's messages through pieces that are cut anywhere. */
export class AnswerWatch {
  /** Transaction status (I, T or E) if ReadyForQuery was the last message since begin. */
  ready: string | null = null;
  /** Type of the last message since begin that answers one of the client's; empty if none has come. */
  last = '';
  /** Whether an error has come since begin. */
  hasFailed = false;
  /** Whether an error has come since the last ReadyForQuery: until Sync the backend stays silent. */
  isSkipping = false;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #bodyLeft = 0;

  begin(): void {
    this.ready = null;
    this.last = '';
    this.hasFailed = false;
  }

  see(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      if (this.#headerBytes < HEADER_BYTES) {
        this.#header[this.#headerBytes] = piece[at]!;
        this.#headerBytes += 1;
        at += 1;
        if (this.#headerBytes === HEADER_BYTES) this.#open();
      } else {
        if (this.#header[0] === READY) this.#becomeReady(piece[at]!);
        const step = Math.min(this.#bodyLeft, piece.length - at);
        at += step;
        this.#bodyLeft -= step;
      }
      if (this.#headerBytes === HEADER_BYTES && this.#bodyLeft === 0) this.#headerBytes = 0;
    }
  }

  #open(): void {
    this.#bodyLeft = this.#header.readUInt32BE(1) - 4;
    const type = String.fromCharCode(this.#header[0]!);
    if (!UNASKED.has(type)) this.last = type;
    this.ready = null;
    if (this.#header[0] === ERROR) {
      this.hasFailed = true;
      this.isSkipping = true;
    }
  }

  #becomeReady(status: number): void {
    this.ready = String.fromCharCode(status);
    this.isSkipping = false;
  }
}

export function message(type: string, ...parts: ReadonlyArray<string | Uint8Array>): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)),
  );
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

export function simpleQuery(sql: string): Buffer {
  return message('Q', sql);
}

export const SYNC = message('S');

export function fatalError(sqlstate: string, text: string): Buffer {
  return message('E', 'SFATAL', 'VFATAL', `C${sqlstate}`, `M${text}`, Buffer.of(0));
}

/** AuthenticationCleartextPassword: travels over a local socket only. */
export const PASSWORD_REQUEST = message('R', Buffer.of(0, 0, 0, 3));

/** An opening message that asks for protocol 3.x as PGlite's backend is told at its own start. */
export function startupMessage(user: string, database: string): Buffer {
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + body.length, 0);
  head.writeUInt32BE(PROTOCOL_MAJOR << 16, 4);
  return Buffer.concat([head, body]);
}

const PROTOCOL_MAJOR = 3;
const CANCEL_CODE = 80_877_102;
const ENCRYPTION_CODES = new Set([80_877_103, 80_877_104]);

export type Opening =
  | { readonly kind: 'encryption' | 'cancel' | 'unknown' }
  | { readonly kind: 'startup'; readonly user: string };

export function parseOpening(bytes: Buffer): Opening {
  const code = bytes.length >= 8 ? bytes.readUInt32BE(4) : 0;
  if (ENCRYPTION_CODES.has(code)) return { kind: 'encryption' };
  if (code === CANCEL_CODE) return { kind: 'cancel' };
  if (code >>> 16 !== PROTOCOL_MAJOR) return { kind: 'unknown' };
  const words = bytes.toString('utf8', 8).split('\0');
  for (let at = 0; at + 1 < words.length; at += 2) {
    if (words[at] === 'user') return { kind: 'startup', user: words[at + 1]! };
  }
  return { kind: 'unknown' };
}
