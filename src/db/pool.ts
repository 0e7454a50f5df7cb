// Owns connections: one bounded pg.Pool per database, its error handlers, and what an exhausted pool
// answers. Sends no startup parameters, so that transaction-mode poolers (PgBouncer) accept it.
import { setTimeout as sleep } from 'node:timers/promises';

import { Pool as PgPool } from 'pg';
import type { PoolClient, PoolConfig, QueryResultRow } from 'pg';

import { AppError, isAppError } from '../errors.ts';
import { createAdmission } from '../lib/admission.ts';
import type { Caller, QueueWatcher } from '../lib/admission.ts';
import type { Logger } from '../logger.ts';
import type { Breaker } from './breaker.ts';
import { cancelOnServer } from './cancel.ts';
import { cut } from './cut.ts';
import { createOutageLog, isLockOut } from './outage.ts';
import { tapRows } from './row-tap.ts';
import type { RowTap } from './row-tap.ts';
import {
  isStatementError,
  isTooManyClients,
  translateDatabaseError,
  translateConnectError,
} from './sqlstate.ts';

export interface Client extends PoolClient {
  /** For reading rows without the driver. */
  readonly rows: RowTap;
}

export interface Pool {
  /**
   * Runs fn with a connection. An error of the statement leaves the connection in the pool; any
   * other error, or a call of discard, closes it. Errors come out as AppError.
   * @throws AppError OVERLOADED when none is free in time, DATABASE_UNAVAILABLE when none can be made.
   */
  withClient<T>(
    fn: (client: Client, discard: () => void) => Promise<T>,
    caller?: Caller,
  ): Promise<T>;
  /** One statement outside a transaction, rows as objects. */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Stops what a busy connection is doing, through a connection of its own. */
  cancel(client: Client): Promise<void>;
  /** Ends a connection on which nothing is heard; others that stood by then are not lent again. */
  cut(client: Client): void;
  /** How many connections there may be from now on; those that are too many close as they fall idle. */
  limit(max: number): void;
  /** Whether nothing is sent to the server because it failed several times. */
  readonly isResting: boolean;
  /** Whether the server was there and did not let the role in, and has not let it in since. */
  readonly isLockedOut: boolean;
  stats(): PoolStats;
  close(): Promise<void>;
}

export interface PoolStats {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

export interface PoolOptions {
  readonly url: string;
  /** Names the database in the log, where somebody else runs it. */
  readonly setting?: string;
  readonly max: number;
  /** Opened in the background, at the start and whenever the server is met again. */
  readonly min: number;
  /** How long a caller waits for a connection, and a connection for the server. */
  readonly acquireTimeoutMs: number;
  /** How many callers may wait. */
  readonly maxWaiting?: number;
  /** Most of the connections that one principal may hold, 0 to 1. */
  readonly share?: number;
  /** A connection held longer than this is cut: nothing that is done with it takes so long. */
  readonly holdMs?: number;
  readonly breaker?: Breaker;
  readonly watcher?: QueueWatcher;
  /** Told for how long a connection was lent. */
  readonly onReturned?: (seconds: number) => void;
  /** What is behind the url, where that is started again when it ends. */
  readonly engine?: RestartedEngine;
  readonly logger: Logger;
}

export interface RestartedEngine {
  /** How many times it has been started. */
  readonly starts: number;
  /** Resolves when it serves, which after its end takes until it is there again. Never rejects. */
  serving(): Promise<void>;
}

const IDLE_TIMEOUT_MS = 30_000;
const MAX_WAITING = 1000;
/** An engine is there again in about a second, on a machine that is busy in ten. */
const RESTART_LIMIT_MS = 20_000;
/** A server that is full of others' connections is asked again so often, and for so many so late. */
const FULL_RETRY_MS = 100;
const FULL_REST_MS = 5000;
/** Of single statements of the program's own. */
const QUERY_HOLD_MS = 10_000;
/** The program itself: its catalog, its probes. */
const SELF: Caller = { principal: '' };

interface Lease {
  readonly client: Client;
  readonly leave: () => void;
}

export function createPool(options: PoolOptions): Pool {
  const { logger, engine, acquireTimeoutMs, breaker } = options;
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.max,
    min: Math.min(options.min, options.max),
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    connectionTimeoutMillis: acquireTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: false,
  };
  const pool = new PgPool(config);
  const bounds = pool.options as { max: number; min: number };
  const admission = createAdmission({
    places: options.max,
    maxWaiting: options.maxWaiting ?? MAX_WAITING,
    maxWaitMs: acquireTimeoutMs,
    refusal: 'All database connections are busy.',
    now: () => performance.now(),
    share: options.share,
    watcher: options.watcher,
  });
  const outages = options.setting ? createOutageLog(logger, options.setting) : null;
  // Without these two handlers a connection that drops while idle, or while held between statements,
  // is an unhandled 'error' event and ends the process.
  pool.on('error', (error) => logger.warn({ error: error.message }, 'idle connection lost'));
  pool.on('connect', (client) => {
    bornAt.set(client, performance.now());
    Object.assign(client, { rows: tapRows(client) });
    client.on('error', (error) => logger.debug({ error: error.message }, 'connection lost'));
    outages?.served();
    const missing = bounds.min - pool.totalCount;
    // Idle ones are handed out before any is opened.
    if (missing > 0) open(missing + pool.idleCount);
  });
  // One, to see whether there is a server; the others follow it.
  open(Math.min(bounds.min, 1));

  /** Beside the callers: who comes meanwhile takes what is there, and is told what fails. */
  function open(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      pool.connect().then((client) => client.release(isSurplus()), told);
    }
  }

  let leased = 0;
  let isLockedOut = false;
  /** What stood when a connection fell silent may be as dead and not know it. */
  const bornAt = new WeakMap<PoolClient, number>();
  let suspectBefore = 0;
  let isClosing = false;
  /** As asked for; less is in force for a while when the server has no more to give. */
  let wanted = options.max;
  let rest: NodeJS.Timeout | undefined;

  function told(error: unknown): void {
    if (!isClosing && !isTooManyClients(error)) outages?.failed(error);
  }

  function bound(max: number): void {
    bounds.max = max;
    bounds.min = Math.min(options.min, max);
    admission.resize(max);
    // Each is taken only to be closed.
    open(Math.min(pool.idleCount, pool.totalCount - max));
  }

  const isSurplus = (): boolean => pool.totalCount > bounds.max;

  function limit(max: number): void {
    wanted = max;
    if (rest === undefined) bound(max);
  }

  /** Others hold what the server has: no more than there are, until it may have some again. */
  function makeDo(): void {
    bound(Math.max(1, Math.min(bounds.max, pool.totalCount)));
    rest ??= setTimeout(() => {
      rest = undefined;
      bound(wanted);
    }, FULL_REST_MS).unref();
  }

  async function acquire(caller: Caller): Promise<Lease> {
    // Nobody waits for what is known to be down.
    breaker?.check();
    if (engine === undefined) return await lease(caller);
    const { starts } = engine;
    try {
      return await lease(caller);
    } catch (error) {
      await Promise.race([engine.serving(), sleep(RESTART_LIMIT_MS, undefined, { ref: false })]);
      // An engine that ended meanwhile refused connections, or had none to give: not for being busy.
      if (engine.starts === starts) throw error;
      return await lease(caller);
    }
  }

  async function lease(caller: Caller): Promise<Lease> {
    const leave = await enter(caller);
    try {
      return { client: await connect(), leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Whoever waits for others that have no connection either waits for the server. */
  async function enter(caller: Caller): Promise<() => void> {
    try {
      return await admission.enter(caller);
    } catch (error) {
      if (isAppError(error, 'OVERLOADED') && leased === 0)
        throw translateDatabaseError(new Error('no connection in time'));
      throw error;
    }
  }

  async function connect(): Promise<Client> {
    breaker?.pass();
    try {
      const client = await connectWhenPossible(performance.now() + acquireTimeoutMs);
      await prove(client);
      breaker?.succeeded();
      isLockedOut = false;
      return client;
    } catch (error) {
      const fault = translateConnectError(error);
      isLockedOut ||= isLockOut(fault.cause);
      if (fault !== error) told(error);
      if (fault.code === 'DATABASE_UNAVAILABLE') breaker?.failed(fault);
      else breaker?.abandoned();
      throw fault;
    }
  }

  async function connectWhenPossible(deadline: number): Promise<Client> {
    for (let isCrowded = false; ; isCrowded = true) {
      try {
        const client = (await pool.connect()) as Client;
        if (bornAt.get(client)! >= suspectBefore) return client;
        client.release(true);
      } catch (error) {
        const isRefused = isTooManyClients(error);
        if (!isRefused && !isCrowded) throw error;
        if (isRefused) makeDo();
        if (performance.now() > deadline || isClosing) throw crowdedOut(error);
        await sleep(FULL_RETRY_MS);
      }
    }
  }

  /** An idle connection says nothing of a server that has failed: it must answer. */
  async function prove(client: Client): Promise<void> {
    if (breaker === undefined || breaker.state === 'closed') return;
    const answer = client.query('SELECT 1');
    const nothing = sleep(acquireTimeoutMs, 'silence', { ref: false });
    try {
      if ((await Promise.race([answer, nothing])) === 'silence') throw new Error('no answer');
    } catch (error) {
      answer.catch(() => undefined);
      client.release(true);
      throw error;
    }
  }

  function silence(client: Client): void {
    suspectBefore = performance.now();
    cut(client);
  }

  async function lend<T>(
    fn: (client: Client, discard: () => void) => Promise<T>,
    caller: Caller,
    holdMs: number | undefined,
  ): Promise<T> {
    const { client, leave } = await acquire(caller);
    leased += 1;
    const lentAt = performance.now();
    let broken = false;
    const timer = holdMs === undefined ? undefined : setTimeout(() => silence(client), holdMs);
    try {
      return await fn(client, () => (broken = true));
    } catch (error) {
      broken ||= !(error instanceof AppError) && !isStatementError(error);
      const fault = translateDatabaseError(error);
      if (fault.code === 'DATABASE_UNAVAILABLE') breaker?.failed(fault);
      throw fault;
    } finally {
      clearTimeout(timer);
      leased -= 1;
      client.release(broken || isSurplus());
      options.onReturned?.((performance.now() - lentAt) / 1000);
      leave();
    }
  }

  // An engine of our own is slow at times, never silent.
  const queryHoldMs = options.holdMs ?? (options.setting ? QUERY_HOLD_MS : undefined);

  return {
    withClient: (fn, caller = SELF) => lend(fn, caller, options.holdMs),
    query: (sql, values = []) =>
      lend(async (client) => (await client.query(sql, [...values])).rows, SELF, queryHoldMs),
    cancel: (client) => cancelOnServer(config, client),
    cut: silence,
    limit,
    get isResting() {
      return breaker !== undefined && breaker.state !== 'closed';
    },
    get isLockedOut() {
      return isLockedOut;
    },
    stats: () => ({
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: admission.stats().waiting,
      max: bounds.max,
    }),
    close() {
      isClosing = true;
      clearTimeout(rest);
      return pool.end();
    },
  };
}

function crowdedOut(cause: unknown): AppError {
  return new AppError('OVERLOADED', 'The database server has no connection to spare.', {
    cause,
    retryAfterMs: FULL_REST_MS / 2 + Math.floor((Math.random() * FULL_REST_MS) / 2),
    hint: 'Wait retry_after_ms, then repeat the call.',
  });
}
