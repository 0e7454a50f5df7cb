// Owns writing one JSON-RPC answer as the HTTP response: in pieces, at the pace of the client's socket, so
// that the size of an answer never decides how much memory it takes. What is told before the answer makes the
// response a stream of events; otherwise it is plain JSON, whose end a client cannot miss.
import type { ServerResponse } from 'node:http';

import { writeMessage } from '../mcp/streamed-rows.ts';
import { plainBody, startBody } from './body.ts';

export interface Reply {
  /** @returns false where it is dropped: the client takes no events, does not keep up, or is being answered. */
  readonly notify: (message: object) => boolean;
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

const JSON_TYPE = 'application/json; charset=utf-8';
const EVENT_HEAD = 'event: message\ndata: ';
const EVENT_LINE = Buffer.from('data: ');
const EVENT_END = '\n\n';
const LINE_FEED = 0x0a;
const SPACE = 0x20;

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

  async function answerAsEvent(message: object): Promise<void> {
    const body = plainBody(response, options.patienceMs);
    await body.write(Buffer.from(EVENT_HEAD));
    for await (const piece of writeMessage(message)) {
      if (response.destroyed) return;
      bytes += piece.length;
      await body.write(asEventData(piece));
    }
    await body.write(Buffer.from(EVENT_END));
    await body.end();
  }

  async function answerAsJson(message: object, status: number): Promise<void> {
    const pieces = writeMessage(message);
    const first = await pieces.next();
    const second = await pieces.next();
    const headers = { 'content-type': JSON_TYPE, 'cache-control': 'no-store', ...options.headers };
    if (response.destroyed || response.headersSent) {
      await pieces.return(undefined);
      return;
    }
    if (first.done || second.done) {
      const whole: Buffer = first.value ?? Buffer.alloc(0);
      response.writeHead(status, { ...headers, 'content-length': whole.length });
      response.end(whole);
      bytes = whole.length;
      return;
    }
    const body = startBody(response, { status, headers }, options.patienceMs);
    const write = async (piece: Buffer): Promise<void> => {
      bytes += piece.length;
      await body.write(piece);
    };
    await write(first.value);
    await write(second.value);
    for await (const piece of pieces) {
      if (response.destroyed) break;
      await write(piece);
    }
    await body.end();
  }

  return {
    notify(message) {
      const isHeard = options.takesEvents && !isAnswered && !response.destroyed;
      if (!isHeard || response.writableNeedDrain) return false;
      if (!hasEvents) begin();
      response.write(`${EVENT_HEAD}${JSON.stringify(message)}${EVENT_END}`);
      return true;
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

/**
 * JSON has line feeds between rows alone, where white space is as good: at the first of a piece another line of
 * the event begins, the others become spaces.
 */
function asEventData(piece: Buffer): Buffer {
  const first = piece.indexOf(LINE_FEED);
  if (first < 0) return piece;
  const rest = first + 1;
  const data = Buffer.concat([piece.subarray(0, rest), EVENT_LINE, piece.subarray(rest)]);
  let at = rest + EVENT_LINE.length;
  while ((at = data.indexOf(LINE_FEED, at)) >= 0) data[at] = SPACE;
  return data;
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
