// Owns connections: one bounded pg.Pool per database, its error handlers, and what an exhausted pool
// answers. Sends no startup parameters, so that transaction-mode poolers (PgBouncer) accept it.
import { setTimeout as sleep } from 'node:timers/promises';

import { Pool as PgPool } from 'pg';
import type { PoolClient, PoolConfig, QueryResultRow } from 'pg';

import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { cancelOnServer } from './cancel.ts';
import { createOutageLog } from './outage.ts';
import { isStatementError, translateDatabaseError } from './sqlstate.ts';

export type Client = PoolClient;

export interface Pool {
  /**
   * Runs fn with a connection. An error of the statement leaves the connection in the pool; any
   * other error, or a call of discard, closes it. Errors come out as AppError.
   * @throws AppError OVERLOADED when none is free in time, DATABASE_UNAVAILABLE when none can be made.
   */
  withClient<T>(fn: (client: Client, discard: () => void) => Promise<T>): Promise<T>;
  /** One statement outside a transaction, rows as objects. */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Stops what a busy connection is doing, through a connection of its own. */
  cancel(client: Client): Promise<void>;
  stats(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
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
const OVERLOADED_RETRY_MS = 500;
/** An engine is there again in about a second, on a machine that is busy in ten. */
const RESTART_LIMIT_MS = 20_000;

export function createPool(options: PoolOptions): Pool {
  const { logger, engine, acquireTimeoutMs } = options;
  const min = Math.min(options.min, options.max);
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.max,
    min,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    connectionTimeoutMillis: acquireTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: false,
  };
  const pool = new PgPool(config);
  const outages = options.setting ? createOutageLog(logger, options.setting) : null;
  // Without these two handlers a connection that drops while idle, or while held between statements,
  // is an unhandled 'error' event and ends the process.
  pool.on('error', (error) => logger.warn({ error: error.message }, 'idle connection lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => logger.debug({ error: error.message }, 'connection lost'));
    outages?.served();
    const missing = min - pool.totalCount;
    // Idle ones are handed out before any is opened.
    if (missing > 0) open(missing + pool.idleCount);
  });
  // One, to see whether there is a server; the others follow it.
  open(Math.min(min, 1));

  /** Beside the callers: who comes meanwhile takes what is there, and is told what fails. */
  function open(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      pool.connect().then((client) => client.release(), told);
    }
  }

  let leased = 0;
  let isClosing = false;

  /** With all at work, whoever waited in vain waited for them. */
  function told(error: unknown): void {
    if (leased < options.max && !isClosing) outages?.failed(error);
  }

  async function acquire(): Promise<Client> {
    if (engine === undefined) return await connect();
    const { starts } = engine;
    try {
      return await connect();
    } catch (error) {
      await Promise.race([engine.serving(), sleep(RESTART_LIMIT_MS, undefined, { ref: false })]);
      // An engine that ended meanwhile refused connections, or had none to give: not for being busy.
      if (engine.starts === starts) throw error;
      return await connect();
    }
  }

  async function connect(): Promise<Client> {
    try {
      const client = await pool.connect();
      leased += 1;
      return client;
    } catch (error) {
      // Waiting in vain while others work is overload; with fewer at work, the server gave none.
      if (leased >= options.max && !isStatementError(error)) throw overloaded(error);
      told(error);
      throw translateDatabaseError(error);
    }
  }

  async function withClient<T>(
    fn: (client: Client, discard: () => void) => Promise<T>,
  ): Promise<T> {
    const client = await acquire();
    let broken = false;
    try {
      return await fn(client, () => (broken = true));
    } catch (error) {
      broken ||= !(error instanceof AppError) && !isStatementError(error);
      throw translateDatabaseError(error);
    } finally {
      leased -= 1;
      client.release(broken);
    }
  }

  return {
    withClient,
    query: (sql, values = []) =>
      withClient(async (client) => (await client.query(sql, [...values])).rows),
    cancel: (client) => cancelOnServer(config, client),
    stats: () => ({
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close() {
      isClosing = true;
      return pool.end();
    },
  };
}

function overloaded(cause: unknown): AppError {
  return new AppError('OVERLOADED', 'All database connections are busy.', {
    cause,
    retryAfterMs: OVERLOADED_RETRY_MS + Math.floor(Math.random() * OVERLOADED_RETRY_MS),
    hint: 'Wait retry_after_ms, then repeat the call; send fewer queries at once.',
  });
}
