// Owns writing one JSON-RPC message as the HTTP response: in pieces, at the pace of the client's
// socket, so that the size of an answer never decides how much memory it takes.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

import { writeMessage } from '../mcp/streamed-rows.ts';

export interface ReplyOptions {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onBytes?: (bytes: number) => void;
}

const CONTENT_TYPE = 'application/json; charset=utf-8';

/** Resolves when the last byte is handed to the socket, or when the client has gone. */
export async function reply(
  response: ServerResponse,
  message: object,
  options: ReplyOptions,
): Promise<void> {
  const pieces = writeMessage(message);
  const first = await pieces.next();
  const second = await pieces.next();
  const head = { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store', ...options.headers };
  if (response.destroyed || response.headersSent) {
    await pieces.return(undefined);
    return;
  }
  if (second.done) {
    const body = Buffer.from(first.value ?? '');
    response.writeHead(options.status, { ...head, 'content-length': body.length });
    response.end(body);
    options.onBytes?.(body.length);
    return;
  }
  response.writeHead(options.status, head);
  let bytes = 0;
  const write = async (piece: string): Promise<void> => {
    bytes += Buffer.byteLength(piece);
    if (!response.write(piece)) await drained(response);
  };
  await write(first.value ?? '');
  await write(second.value);
  for await (const piece of pieces) {
    if (response.destroyed) break;
    await write(piece);
  }
  response.end();
  options.onBytes?.(bytes);
}

/** A result that is text already; returns its bytes. */
export function replyWith(response: ServerResponse, id: string | number, result: string): number {
  const body = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
  if (response.destroyed || response.headersSent) return 0;
  const bytes = Buffer.byteLength(body);
  response.writeHead(200, {
    'content-type': CONTENT_TYPE,
    'cache-control': 'no-store',
    'content-length': bytes,
  });
  // As text, so that it leaves with its head in one piece.
  response.end(body);
  return bytes;
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const stop = new AbortController();
  const { signal } = stop;
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } finally {
    stop.abort();
  }
}
