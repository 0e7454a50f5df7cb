// Owns the one kind of transaction in which foreign SQL runs: READ ONLY, with time limits set inside
// it, always ended by ROLLBACK. (A COMMIT would keep what EXPLAIN ANALYZE CREATE TABLE AS made.)
import { AppError, isAppError } from '../errors.ts';
import { cancelUntil } from './cancel-until.ts';
import { AS_LOGIN, assume } from './identity.ts';
import type { DatabaseIdentity } from './identity.ts';
import type { Client, Pool } from './pool.ts';
import { brokenDown, refusedIdentity, timedOut, translateDatabaseError } from './sqlstate.ts';

export interface ReadOnlyOptions {
  readonly statementTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Whose turn it is when connections are scarce; the program itself by default. */
  readonly principal?: string;
  /** As whom it runs; as the role that logged in by default. */
  readonly identity?: DatabaseIdentity;
  /**
   * Ends a statement on a single engine that knows no CancelRequest, if it does not end by itself
   * soon; never rejects. Default: CancelRequest, at once.
   */
  readonly interrupt?: () => Promise<void>;
}

const LOCK_TIMEOUT_MS = 2000;
/** The server's own limit is the first to act; ours follows for engines that ignore it. */
const GRACE_MS = 1000;
/** Ending a whole engine is the last resort: a statement between two batches stops without it. */
const INTERRUPT_AFTER_MS = 300;
/** What is asked behind the rows sees what they saw. */
export const BEGIN_READ_ONLY = 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** A server that is there answers BEGIN and ROLLBACK within this, and a request to cancel. */
const SILENCE_MS = 3000;

/** Settings that make text output exact and independent of the server's configuration. */
const OUTPUT_SETTINGS = [
  `SET LOCAL DateStyle = 'ISO'`,
  `SET LOCAL IntervalStyle = 'iso_8601'`,
  `SET LOCAL bytea_output = 'hex'`,
  `SET LOCAL extra_float_digits = 1`,
  // The guard reads quotes as the standard has them; the server must not read them otherwise.
  `SET LOCAL standard_conforming_strings = on`,
];

/**
 * Runs fn in a read-only transaction on one connection. An abort or the time limit stops the
 * statement in the database and aborts `stop`: fn must not go on. Errors come out as AppError.
 */
export async function withReadOnlyTransaction<T>(
  pool: Pool,
  options: ReadOnlyOptions,
  fn: (client: Client, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const progress = { isConnected: false, hasBegun: false };
  const caller = { principal: options.principal ?? '', signal: options.signal };
  const attempt = (): Promise<T> =>
    pool.withClient(async (client, discard) => {
      progress.isConnected = true;
      await begun({ pool, options, client, discard });
      progress.hasBegun = true;
      return await runBegun({ pool, options, client, discard }, fn);
    }, caller);
  try {
    return await attempt();
  } catch (error) {
    const { isConnected, hasBegun } = progress;
    const isInnocent = isConnected && !hasBegun && isAppError(error, 'DATABASE_UNAVAILABLE');
    if (!isInnocent) throw error;
    // Its connection went before anything of it had run, through no doing of its own: once more.
    return await attempt();
  }
}

/** @throws AppError FORBIDDEN where the database does not let the role become whom the principal is. */
async function begun({ options, discard, ...connection }: Begun): Promise<void> {
  const { statementTimeoutMs, identity = AS_LOGIN } = options;
  try {
    await heard({ options, ...connection }, begin(statementTimeoutMs, identity));
  } catch (error) {
    // It has begun, and got no further than to who it is.
    await heard({ options, ...connection }, END).catch(discard);
    throw identity === AS_LOGIN ? error : refusedIdentity(error);
  }
}

interface Begun {
  readonly pool: Pool;
  readonly options: ReadOnlyOptions;
  readonly client: Client;
  readonly discard: () => void;
}

async function runBegun<T>(
  { pool, options, client, discard }: Begun,
  fn: (client: Client, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(options.statementTimeoutMs + GRACE_MS);
  const stop = AbortSignal.any([options.signal, limit]);
  const onStop = (): void => {
    // The request may arrive late and hit whatever runs next: this connection serves nobody again.
    discard();
    if (options.interrupt)
      last = setTimeout(() => {
        interrupted = options.interrupt?.();
      }, INTERRUPT_AFTER_MS);
    else {
      void cancelUntil(() => isOver, pool, client);
      last = setTimeout(() => pool.cut(client), SILENCE_MS);
    }
  };
  let isOver = false;
  let last: NodeJS.Timeout | undefined;
  let interrupted: Promise<void> | undefined;
  stop.addEventListener('abort', onStop, { once: true });
  try {
    // A request to cancel that comes between two statements stops nothing: do not begin one.
    stop.throwIfAborted();
    return await fn(client, stop);
  } catch (error) {
    throw stopReason(options, limit) ?? faultOf(error, options);
  } finally {
    isOver = true;
    stop.removeEventListener('abort', onStop);
    await heard({ pool, options, client }, END).catch(discard);
    clearTimeout(last);
    // The engine is back before the next caller gets its turn.
    await interrupted;
  }
}

/** For what a server does at once: where nobody listens the connection is cut, and it fails. */
async function heard(
  { pool, options, client }: Omit<Begun, 'discard'>,
  sql: string,
): Promise<void> {
  // An engine of our own may be on its way up again.
  let isHeard = false;
  // What arrived while this process was busy is read before it is called silence.
  const judge = (): NodeJS.Immediate =>
    setImmediate(() => {
      if (!isHeard) pool.cut(client);
    });
  const timer = options.interrupt ? undefined : setTimeout(judge, SILENCE_MS);
  try {
    await client.query(sql);
  } finally {
    isHeard = true;
    clearTimeout(timer);
  }
}

function stopReason(options: ReadOnlyOptions, limit: AbortSignal): AppError | null {
  if (options.signal.aborted) {
    return new AppError('QUERY_CANCELLED', 'The caller went away; the statement was stopped.');
  }
  return limit.aborted ? timedOut(options.statementTimeoutMs) : null;
}

/** A single engine is its holder's alone from BEGIN on: if it ends, the holder's statement ended it. */
function faultOf(error: unknown, options: ReadOnlyOptions): AppError {
  const fault = translateDatabaseError(error);
  const isEnd = options.interrupt !== undefined && fault.code === 'DATABASE_UNAVAILABLE';
  return isEnd ? brokenDown(error) : fault;
}

/**
 * ROLLBACK takes back what is of a transaction; the rest is what DISCARD ALL does, which may not stand beside it:
 * a function behind a view may have taken a lock of the session. (Who the session belongs to stays: a single engine
 * has nothing to reset it to.)
 */
const END = [
  'ROLLBACK',
  'RESET ALL',
  'SELECT pg_catalog.pg_advisory_unlock_all()',
  'CLOSE ALL',
  'DEALLOCATE ALL',
  'UNLISTEN *',
  'DISCARD SEQUENCES',
].join('; ');

function begin(statementTimeoutMs: number, identity: DatabaseIdentity): string {
  return [
    BEGIN_READ_ONLY,
    `SET LOCAL statement_timeout = ${statementTimeoutMs}`,
    `SET LOCAL lock_timeout = ${Math.min(LOCK_TIMEOUT_MS, statementTimeoutMs)}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${statementTimeoutMs + GRACE_MS}`,
    ...OUTPUT_SETTINGS,
    ...assume(identity),
  ].join('; ');
}
