// Owns the translation of driver and server errors into AppError (pure, total). What it returns is
// shown to agents: it carries the server's message about their SQL, never a host, user or path.
import { AppError } from '../errors.ts';
import { cleanText } from '../lib/shown-text.ts';
import { isLockOut, outageOf } from './outage.ts';

interface ServerError {
  readonly code: string;
  readonly message: string;
  /** In the server's language. */
  readonly severity?: string;
  readonly position?: string;
  readonly hint?: string;
  readonly detail?: string;
}

/** Five characters, and no class begins with E: EPIPE and EPERM are codes of the operating system. */
const SQLSTATE = /^(?!E)[0-9A-Z]{5}$/;

/** SQLSTATE classes that speak of the server, not of the statement: connection, resources, shutdown. */
const UNAVAILABLE = /^(08|53|57P0|58|XX|28|3D)/;
const RETRY_MS = 1000;
/** Serialisation failure (on a standby that catches up, too) and deadlock: nobody's fault, and brief. */
const CONFLICTS = new Set(['40001', '40P01']);
/** Of the transaction, idle or as a whole: the server closes the connection, too. */
const FINAL_TIMEOUTS = new Set(['25P03', '25P04']);
/** Disk, memory, a configured limit: what one statement has used up it uses up again. */
const EXHAUSTED = new Set(['53100', '53200', '53400']);
/** A statement the server refuses by privilege or because the transaction only reads. */
const REFUSED = new Set(['25006', '42501', '0A000']);
/** Names that are not there: the schema may have changed under a remembered plan. */
const MISSING_OBJECTS = new Set(['42P01', '42703', '42883', '3F000', '42704']);

/** Whether the error says that a table, column or function does not exist. */
export function isMissingObject(error: unknown): boolean {
  return isServerError(error) && MISSING_OBJECTS.has(error.code);
}

/** Whether the server, the database or the role has as many connections as it may have. */
export function isTooManyClients(error: unknown): boolean {
  return isServerError(error) && error.code === '53300';
}

/** Whether the connection that raised this may be used again. */
export function isStatementError(error: unknown): boolean {
  if (!isServerError(error)) return false;
  if (isOfArgument(error)) return true;
  return !UNAVAILABLE.test(error.code) && !FINAL_TIMEOUTS.has(error.code);
}

export function translateDatabaseError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof TypeError || error instanceof RangeError) return internal(error);
  if (!isServerError(error)) return unavailable(error);
  const { code } = error;
  if (code === '57014' || FINAL_TIMEOUTS.has(code)) return timedOut(null, error);
  if (CONFLICTS.has(code)) return conflict(error);
  if (EXHAUSTED.has(code)) return exhausted(error);
  if (code === '55P03') {
    return new AppError('QUERY_TIMEOUT', 'A table that the statement reads is locked.', {
      cause: error,
      retryAfterMs: RETRY_MS,
    });
  }
  if (REFUSED.has(code)) {
    return new AppError('QUERY_REJECTED', `The database refuses the statement: ${saidBy(error)}`, {
      cause: error,
      hint: 'askonce only reads, with the rights of your role in the database.',
    });
  }
  const isOfStatement = isInternalFault(error) || isOfArgument(error);
  if (UNAVAILABLE.test(code) && !isOfStatement) return unavailable(error);
  const place = error.position ? ` (at character ${error.position})` : '';
  return new AppError('QUERY_INVALID', `${saidBy(error)}${place}`, {
    cause: error,
    hint: invalidHint(error),
  });
}

/** Of what fails before there is a statement: a privilege that is missing there is that to connect. */
export function translateConnectError(error: unknown): AppError {
  const isForbidden = isServerError(error) && error.code === '42501';
  return isForbidden ? unavailable(error) : translateDatabaseError(error);
}

/** Of what fails where a transaction takes on the identity of a principal. */
export function refusedIdentity(error: unknown): AppError {
  const fault = translateDatabaseError(error);
  const isRefusal = fault.code === 'QUERY_INVALID' || fault.code === 'QUERY_REJECTED';
  if (!isRefusal) return fault;
  return new AppError('FORBIDDEN', `The database does not know who you are: ${messageOf(error)}.`, {
    cause: error,
    hint: 'Whoever runs askonce must make the role, and let the one in DATABASE_URL become it (GRANT).',
  });
}

const messageOf = (error: unknown): string =>
  isServerError(error) ? saidBy(error) : 'it refused the role';

const MAX_MESSAGE_CHARS = 500;

/** It may quote a value of a row. */
const saidBy = ({ message }: ServerError): string => cleanText(message, MAX_MESSAGE_CHARS) ?? '';

export function timedOut(limitMs: number | null, cause?: unknown): AppError {
  const limit = limitMs === null ? 'its time limit' : `the limit of ${limitMs} ms`;
  return new AppError('QUERY_TIMEOUT', `The statement was stopped at ${limit}.`, {
    cause,
    hint: 'Aggregate in SQL, filter on an indexed column, or ask for a shorter period.',
  });
}

/** An embedded engine ended in the midst of a statement, and would at every repetition of it. */
export function brokenDown(cause: unknown): AppError {
  return new AppError('QUERY_INVALID', 'The embedded database broke down under the statement.', {
    cause,
    hint:
      'Do not repeat it as it is. Ask for less at once: shorter texts, fewer values in one ' +
      'aggregate, less nesting; a PostgreSQL server (DATABASE_URL) bears more.',
  });
}

function conflict(cause: unknown): AppError {
  return new AppError('QUERY_CANCELLED', 'A change made at the same time stopped the statement.', {
    cause,
    retryAfterMs: RETRY_MS,
    hint: 'Wait retry_after_ms, then repeat the call.',
  });
}

function exhausted(cause: unknown): AppError {
  return new AppError('QUERY_INVALID', 'The statement takes more memory or disk than there is.', {
    cause,
    hint: 'Ask for less at once: fewer or shorter columns, a shorter period, an aggregate in SQL.',
  });
}

function invalidHint({ code, hint }: ServerError): string {
  // The server's own hint is to configure it otherwise.
  if (code === '54001') return 'Simplify the statement: less nesting, fewer terms in one chain.';
  if (hint !== undefined) return cleanText(hint, MAX_MESSAGE_CHARS) ?? '';
  return MISSING_OBJECTS.has(code)
    ? 'Call search_schema for the tables and columns that exist.'
    : 'Correct the SQL and call query again.';
}

function unavailable(cause: unknown): AppError {
  const { reason, mayPass } = outageOf(cause);
  const why = reason === null ? '' : `: ${reason}`;
  const message = `The database cannot be reached right now${why}.`;
  const hints = [
    !mayPass && 'Do not repeat the call: whoever runs askonce must correct its settings.',
    !isLockOut(cause) && 'Answers that are already known are still served by ask.',
  ];
  return new AppError('DATABASE_UNAVAILABLE', message, {
    cause,
    ...(mayPass && { retryAfterMs: RETRY_MS }),
    hint: hints.filter(Boolean).join(' '),
  });
}

/** What trips over the server's own code trips again; a pooler says XX000 as well, but only as FATAL. */
function isInternalFault({ code, severity }: ServerError): boolean {
  return code === 'XX000' && severity === 'ERROR';
}

/** pg_database_size('x'): no such database, for the statement alone. To a connection it is FATAL. */
function isOfArgument({ code, severity }: ServerError): boolean {
  return code === '3D000' && severity === 'ERROR';
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
