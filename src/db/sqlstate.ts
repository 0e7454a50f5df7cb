// Owns the translation of driver and server errors into AppError (pure, total). What it returns is
// shown to agents: it carries the server's message about their SQL, never a host, user or path.
import { AppError } from '../errors.ts';

interface ServerError {
  readonly code: string;
  readonly message: string;
  readonly position?: string;
  readonly hint?: string;
  readonly detail?: string;
}

/** Five characters, and no class begins with E: EPIPE and EPERM are codes of the operating system. */
const SQLSTATE = /^(?!E)[0-9A-Z]{5}$/;

/** SQLSTATE classes that speak of the server, not of the statement: connection, resources, shutdown. */
const UNAVAILABLE = /^(08|53|57P0|58|XX|28|3D)/;
const RETRY_UNAVAILABLE_MS = 1000;
/** A statement the server refuses by privilege or because the transaction only reads. */
const REFUSED = new Set(['25006', '42501', '0A000']);
/** Names that are not there: the schema may have changed under a remembered plan. */
const MISSING_OBJECTS = new Set(['42P01', '42703', '42883', '3F000', '42704']);

/** Whether the error says that a table, column or function does not exist. */
export function isMissingObject(error: unknown): boolean {
  return isServerError(error) && MISSING_OBJECTS.has(error.code);
}

/** Whether the connection that raised this may be used again. */
export function isStatementError(error: unknown): boolean {
  return isServerError(error) && !UNAVAILABLE.test(error.code);
}

export function translateDatabaseError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof TypeError || error instanceof RangeError) return internal(error);
  if (!isServerError(error)) return unavailable(error);
  const { code } = error;
  if (code === '57014') {
    return timedOut(null, error);
  }
  if (code === '55P03') {
    return new AppError('QUERY_TIMEOUT', 'A table that the statement reads is locked.', {
      cause: error,
      retryAfterMs: RETRY_UNAVAILABLE_MS,
    });
  }
  if (REFUSED.has(code)) {
    return new AppError('QUERY_REJECTED', `The database refuses the statement: ${error.message}`, {
      cause: error,
      hint: 'askonce only reads, with the rights of its database role.',
    });
  }
  if (UNAVAILABLE.test(code)) return unavailable(error);
  const place = error.position ? ` (at character ${error.position})` : '';
  return new AppError('QUERY_INVALID', `${error.message}${place}`, {
    cause: error,
    hint: error.hint ?? invalidHint(code),
  });
}

export function timedOut(limitMs: number | null, cause?: unknown): AppError {
  const limit = limitMs === null ? 'its time limit' : `the limit of ${limitMs} ms`;
  return new AppError('QUERY_TIMEOUT', `The statement was stopped at ${limit}.`, {
    cause,
    hint: 'Aggregate in SQL, filter on an indexed column, or ask for a shorter period.',
  });
}

function invalidHint(code: string): string {
  return MISSING_OBJECTS.has(code)
    ? 'Call search_schema for the tables and columns that exist.'
    : 'Correct the SQL and call query again.';
}

function unavailable(cause: unknown): AppError {
  return new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached right now.', {
    cause,
    retryAfterMs: RETRY_UNAVAILABLE_MS,
    hint: 'Answers that are already known are still served by ask.',
  });
}

/** A fault of this program, such as text longer than a string can be: the database is not to blame. */
function internal(cause: unknown): AppError {
  return new AppError('INTERNAL', 'The rows could not be handled because of an internal fault.', {
    cause,
  });
}

function isServerError(error: unknown): error is ServerError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false;
  return SQLSTATE.test(error.code);
}
