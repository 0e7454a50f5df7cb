// Owns one client's connection to the embedded engine: its opening, and its messages gathered into
// batches that end where the protocol obliges the server to answer. Never touches the engine.
import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';

import { FrameReader, PASSWORD_REQUEST, fatalError, parseOpening } from './embedded-wire.ts';
import type { Frame } from './embedded-wire.ts';

/** Messages up to one after which the client may wait for an answer. */
export interface Batch {
  readonly bytes: Buffer;
  /** Q (simple query), S (sync), F (function call) or H (flush). */
  readonly end: string;
  /** The message before the end; empty when there is none. */
  readonly last: string;
}

export interface Session {
  readonly user: string;
  /** Takes the next whole batch, if one has come. */
  take(): Batch | undefined;
  hasBatch(): boolean;
  /** What has been sent but not yet taken by the client. */
  readonly unsentBytes: number;
  /** Whether the connection is gone. */
  readonly isOver: boolean;
  send(bytes: Uint8Array): void;
  /** Says why and closes the connection. */
  refuse(sqlstate: string, text: string): void;
}

export interface SessionOptions {
  readonly socket: Socket;
  /** What a new connection is told once it is let in. */
  readonly greeting: Buffer;
  readonly users: ReadonlySet<string>;
  /** Required of each connection where the address itself is open to other users of the machine. */
  readonly password: string | undefined;
  readonly onBatch: (session: Session) => void;
  readonly onEnd: (session: Session) => void;
}

const BATCH_ENDS = new Set(['Q', 'S', 'F', 'H']);
const BATCH_PARTS = new Set(['P', 'B', 'D', 'E', 'C']);
/** Leftovers of a COPY, which PostgreSQL too ignores outside of one. */
const COPY_LEFTOVERS = new Set(['d', 'c', 'f']);
const ENCRYPTION_REFUSED = Buffer.from('N');
/** A client that sends far ahead of its answers is read no further for the moment. */
const PAUSE_ABOVE_BYTES = 8 * 1024 * 1024;
const MAX_PENDING_BYTES = 256 * 1024 * 1024;

export function openSession(options: SessionOptions): void {
  const { socket } = options;
  const reader = new FrameReader();
  const batches: Batch[] = [];
  let parts: Buffer[] = [];
  let before = '';
  let pendingBytes = 0;
  let user = '';
  let state: 'opening' | 'password' | 'open' | 'over' = 'opening';

  const session: Session = {
    get user() {
      return user;
    },
    get unsentBytes() {
      return socket.writableLength;
    },
    get isOver() {
      return state === 'over';
    },
    hasBatch: () => batches.length > 0,
    take() {
      const batch = batches.shift();
      if (batch) pendingBytes -= batch.bytes.length;
      if (socket.isPaused() && pendingBytes < PAUSE_ABOVE_BYTES) socket.resume();
      return batch;
    },
    send(bytes) {
      if (socket.writable) socket.write(bytes);
    },
    refuse(sqlstate, text) {
      if (socket.writable) socket.end(fatalError(sqlstate, text));
      over();
      socket.destroySoon();
    },
  };

  function over(): void {
    if (state === 'over') return;
    const wasOpen = state === 'open';
    state = 'over';
    batches.length = 0;
    parts = [];
    if (wasOpen) options.onEnd(session);
  }

  function letIn(): void {
    state = 'open';
    session.send(options.greeting);
  }

  function open(frame: Frame): void {
    const opening = parseOpening(frame.bytes);
    if (opening.kind !== 'startup') return answerOpening(opening.kind);
    if (!options.users.has(opening.user)) return session.refuse('28000', 'no such role');
    user = opening.user;
    reader.startupDone();
    if (options.password === undefined) return letIn();
    state = 'password';
    session.send(PASSWORD_REQUEST);
  }

  function answerOpening(kind: 'encryption' | 'cancel' | 'unknown'): void {
    if (kind === 'encryption') session.send(ENCRYPTION_REFUSED);
    // The engine cannot hear a cancel request: while it works it is deaf, and after that it is late.
    else if (kind === 'cancel') socket.destroy();
    else session.refuse('08P01', 'unsupported protocol');
  }

  function checkPassword(frame: Frame): void {
    const given = frame.type === 'p' ? frame.bytes.subarray(5, -1) : Buffer.alloc(0);
    const wanted = Buffer.from(options.password ?? '');
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) return letIn();
    session.refuse('28P01', 'password authentication failed');
  }

  function gather(frame: Frame): void {
    if (frame.type === 'X') {
      socket.end();
      over();
      return;
    }
    if (COPY_LEFTOVERS.has(frame.type)) return;
    if (!BATCH_ENDS.has(frame.type) && !BATCH_PARTS.has(frame.type)) {
      return session.refuse('08P01', 'invalid message type');
    }
    parts.push(frame.bytes);
    pendingBytes += frame.bytes.length;
    if (!BATCH_ENDS.has(frame.type)) {
      before = frame.type;
      return;
    }
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    batches.push({ bytes, end: frame.type, last: before });
    before = '';
    parts = [];
    options.onBatch(session);
  }

  function receive(chunk: Buffer): void {
    reader.push(chunk);
    for (let frame = reader.next(); frame !== null; frame = reader.next()) {
      if (state === 'over') return;
      if (state === 'opening') open(frame);
      else if (state === 'password') checkPassword(frame);
      else gather(frame);
    }
    if (pendingBytes + reader.buffered > MAX_PENDING_BYTES) {
      session.refuse('54000', 'the message is too large for the embedded database');
    } else if (batches.length > 0 && pendingBytes > PAUSE_ABOVE_BYTES) socket.pause();
  }

  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    try {
      receive(chunk);
    } catch {
      session.refuse('08P01', 'invalid message');
    }
  });
  // What went wrong with a client's socket is the client's affair; 'close' always follows.
  socket.on('error', () => undefined);
  socket.on('end', over);
  socket.on('close', over);
}
