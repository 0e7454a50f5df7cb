// Owns writing one JSON-RPC answer as the HTTP response: in pieces, at the pace of the client's socket, so
// that the size of an answer never decides how much memory it takes. What is told before the answer makes the
// response a stream of events; otherwise it is plain JSON, whose end a client cannot miss.
import type { ServerResponse } from 'node:http';

import { writeMessage } from '../mcp/streamed-rows.ts';

export interface Reply {
  /** Dropped where the client takes no events, does not keep up, or is being answered already. */
  readonly notify: (message: object) => void;
  /** Resolves when the last byte is handed to the socket, or when the client has gone. */
  answer(message: object, status: number): Promise<void>;
  /** Ends the response of a request that was cancelled, unless the answer is on its way. */
  abandon(): void;
}

export interface ReplyOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the client reads text/event-stream. */
  readonly takesEvents: boolean;
  /** Told once the answer is out. */
  readonly onBytes: (bytes: number) => void;
  /** How long the client may take nothing; then its connection is closed. */
  readonly patienceMs?: number;
}

/** A client that reads takes something within this; one that does not must keep neither session nor socket. */
export const PATIENCE_MS = 60_000;

const JSON_TYPE = 'application/json; charset=utf-8';
const EVENT_HEAD = 'event: message\ndata: ';
/** JSON text has line breaks between rows alone, where white space is as good: its lines are the event's. */
const LINE_BREAK = /\n/g;
const EVENT_LINE = '\ndata: ';
const EVENT_END = '\n\n';

export function createReply(response: ServerResponse, options: ReplyOptions): Reply {
  let hasEvents = false;
  let isAnswered = false;
  let bytes = 0;
  function begin(): void {
    hasEvents = true;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Or a proxy keeps what is told until the answer is there.
      'x-accel-buffering': 'no',
      ...options.headers,
    });
  }

  async function write(text: string): Promise<void> {
    bytes += Buffer.byteLength(text);
    if (!response.write(text)) await drained(response, options.patienceMs ?? PATIENCE_MS);
  }

  async function answerAsEvent(message: object): Promise<void> {
    await write(EVENT_HEAD);
    for await (const piece of writeMessage(message)) {
      if (response.destroyed) return;
      await write(piece.replace(LINE_BREAK, EVENT_LINE));
    }
    await write(EVENT_END);
    response.end();
  }

  async function answerAsJson(message: object, status: number): Promise<void> {
    const pieces = writeMessage(message);
    const first = await pieces.next();
    const second = await pieces.next();
    const head = { 'content-type': JSON_TYPE, 'cache-control': 'no-store', ...options.headers };
    if (response.destroyed || response.headersSent) {
      await pieces.return(undefined);
      return;
    }
    if (second.done) {
      const body = Buffer.from(first.value ?? '');
      response.writeHead(status, { ...head, 'content-length': body.length });
      response.end(body);
      bytes = body.length;
      return;
    }
    response.writeHead(status, head);
    await write(first.value ?? '');
    await write(second.value);
    for await (const piece of pieces) {
      if (response.destroyed) break;
      await write(piece);
    }
    response.end();
  }

  return {
    notify(message) {
      const isHeard = options.takesEvents && !isAnswered && !response.destroyed;
      if (!isHeard || response.writableNeedDrain) return;
      if (!hasEvents) begin();
      response.write(`${EVENT_HEAD}${JSON.stringify(message)}${EVENT_END}`);
    },
    async answer(message, status) {
      if (isAnswered) return;
      isAnswered = true;
      await (hasEvents ? answerAsEvent(message) : answerAsJson(message, status));
      options.onBytes(bytes);
    },
    abandon() {
      if (isAnswered || response.destroyed) return;
      isAnswered = true;
      if (hasEvents) response.end();
      else response.writeHead(202).end();
    },
  };
}

/** A result that is text already; returns its bytes. */
export function replyWith(response: ServerResponse, id: string | number, result: string): number {
  const body = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
  if (response.destroyed || response.headersSent) return 0;
  const bytes = Buffer.byteLength(body);
  response.writeHead(200, {
    'content-type': JSON_TYPE,
    'cache-control': 'no-store',
    'content-length': bytes,
  });
  // As text, so that it leaves with its head in one piece.
  response.end(body);
  return bytes;
}

/** Resolves when there is room again, or nobody to make any. */
function drained(response: ServerResponse, patienceMs: number): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), patienceMs);
    const end = (): void => {
      clearTimeout(timer);
      response.off('drain', end).off('close', end);
      resolve();
    };
    response.once('drain', end).once('close', end);
  });
}
