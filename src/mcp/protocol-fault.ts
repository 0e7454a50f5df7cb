// Owns how an AppError is told where there is no tool result to put it into: the SDK would make a fault of the server
// of it.
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

import { isAppError } from '../errors.ts';
import type { AppError } from '../errors.ts';

/** Of the range that JSON-RPC leaves to servers. */
const SERVER_ERROR = -32000;

export function protocolError({ code, message, hint, retryAfterMs }: AppError): ProtocolError {
  const isCallers = code === 'INPUT_INVALID';
  return new ProtocolError(
    isCallers ? ProtocolErrorCode.InvalidParams : SERVER_ERROR,
    hint ? `${message} ${hint}` : message,
    { code, ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }) },
  );
}

/** What the work throws as an AppError is a ProtocolError then. */
export async function inProtocol<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isAppError(error) ? protocolError(error) : error;
  }
}
