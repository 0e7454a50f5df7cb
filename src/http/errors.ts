// Owns AppError outside of tool results: the HTTP status and the JSON-RPC error body.
import type { ServerResponse } from 'node:http';

import { AppError, ERROR_KINDS } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Of the range that JSON-RPC leaves to servers. */
const SERVER_ERROR = -32000;
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const SESSION_UNKNOWN = -32001;
const INVALID_CODES: ReadonlyMap<number, number> = new Map([
  [400, PARSE_ERROR],
  [403, SERVER_ERROR],
]);

export function sendError(response: ServerResponse, error: AppError, id: unknown = null): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status } = ERROR_KINDS[error.code];
  const { retryAfterMs } = error;
  const text = errorText(error, id);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
  });
  response.end(text);
}

/** Whatever was thrown; what is not expected is logged. Who has gone, or has its answer, is told nothing. */
export function sendFault(
  response: ServerResponse,
  error: unknown,
  { logger, id }: { readonly logger: Logger; readonly id?: unknown },
): void {
  if (response.destroyed || response.writableEnded) return;
  const fault = asAppError(error);
  if (fault.code === 'INTERNAL') logger.error({ err: error }, 'request failed');
  sendError(response, fault, id);
}

/** As a JSON-RPC message. */
export function errorText({ code, message, hint, retryAfterMs }: AppError, id: unknown): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    error: {
      code: code === 'SESSION_UNKNOWN' ? SESSION_UNKNOWN : SERVER_ERROR,
      message: hint ? `${message} ${hint}` : message,
      data: { code, ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }) },
    },
  });
}

/** A body that is not a JSON-RPC message at all. */
export function sendInvalid(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const code = INVALID_CODES.get(status) ?? INVALID_REQUEST;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}

export function sendTooLarge(response: ServerResponse, maxBytes: number): void {
  const limit = `${maxBytes / 1024 / 1024}mb`;
  sendInvalid(response, 413, `The request body is larger than ${limit}.`);
}

export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('INTERNAL', 'Something went wrong inside askonce.', { cause: error });
}
