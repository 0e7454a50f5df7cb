// Owns leases of statements: which replica runs one right now, and what became of it. Works behind
// transaction-mode poolers: nothing here belongs to a connection, only to a row that must be renewed.
import { randomUUID } from 'node:crypto';

import type { Pool } from '../db/pool.ts';
import { AppError, isAppError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Gate } from './gate.ts';
import type { Key } from './key.ts';

export interface Leases {
  /** Null where another replica holds it. Never rejects: with the store away everybody runs for himself. */
  take(statement: LeasedStatement): Promise<Lease | null>;
  /** Who holds it, or held it last; null where nobody does. Never rejects. */
  holder(statement: LeasedStatement): Promise<Holder | null>;
  /** Removes what nobody renewed; returns how many went. */
  sweep(): Promise<number>;
}

export interface LeasedStatement {
  readonly resultScope: string;
  readonly statementKey: Key;
}

export interface Lease {
  /**
   * Ends it, so that those who wait look for the rows. Never rejects.
   * @param fault What the run failed with, if others would fail alike.
   */
  release(fault?: AppError): Promise<void>;
}

export interface Holder {
  readonly id: string;
  /** Milliseconds since 1970, by the clock of this process. */
  readonly begunAt: number;
  readonly isRunning: boolean;
  readonly fault: AppError | null;
}

interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

interface HolderRow {
  readonly holder: string;
  readonly age_ms: number;
  readonly is_running: boolean;
  readonly fault: unknown;
}

const LASTS = '6 seconds';
/** Several times while it lasts: a renewal that is late ends nothing. */
const RENEW_EVERY_MS = 2000;
/** A fault is told to those who wait, who look several times a second. */
const SWEEP_AFTER = '1 minute';
const IS_THIS = 'result_scope = $1 AND statement_key = $2';

export function createLeases(pool: Pool, gate: Gate, now: () => number): Leases {
  const tell = (operation: string, sql: string, values: readonly unknown[]): Promise<void> =>
    gate.attempt(operation, undefined, async () => void (await pool.query(sql, values)));

  function hold(values: readonly unknown[], id: string): Lease {
    const mine = `${IS_THIS} AND holder = $3`;
    const keys = [...values, id];
    const renewal = setInterval(() => {
      const longer = `UPDATE askonce.leases SET expires_at = now() + interval '${LASTS}'
         WHERE ${mine} AND fault IS NULL`;
      void tell('renew-lease', longer, keys);
    }, RENEW_EVERY_MS).unref();
    return {
      async release(fault) {
        clearInterval(renewal);
        if (!fault)
          return await tell('end-lease', `DELETE FROM askonce.leases WHERE ${mine}`, keys);
        const { code, message, hint } = fault;
        const failed = `UPDATE askonce.leases SET expires_at = now(), fault = $4 WHERE ${mine}`;
        await tell('end-lease', failed, [...keys, JSON.stringify({ code, message, hint })]);
      },
    };
  }

  return {
    async take(statement) {
      const id = randomUUID();
      const values = valuesOf(statement);
      const taken = await gate.attempt('take-lease', null, () =>
        pool.query(
          `INSERT INTO askonce.leases AS held (result_scope, statement_key, holder, expires_at)
           VALUES ($1, $2, $3, now() + interval '${LASTS}')
           ON CONFLICT (result_scope, statement_key) DO UPDATE
             SET holder = excluded.holder, begun_at = now(), expires_at = excluded.expires_at,
               fault = NULL
             WHERE held.expires_at <= now()
           RETURNING holder`,
          [...values, id],
        ),
      );
      if (taken === null) return NO_LEASE;
      return taken.length > 0 ? hold(values, id) : null;
    },

    holder: (statement) =>
      gate.attempt('lease-holder', null, async () => {
        const [row] = await pool.query<HolderRow>(
          `SELECT holder, expires_at > now() AS is_running, fault,
             extract(epoch FROM now() - begun_at)::float8 * 1000 AS age_ms
           FROM askonce.leases WHERE ${IS_THIS}`,
          valuesOf(statement),
        );
        if (!row) return null;
        return {
          id: row.holder,
          begunAt: now() - row.age_ms,
          isRunning: row.is_running,
          fault: toError(row.fault),
        };
      }),

    async sweep() {
      const gone = await pool.query(
        `DELETE FROM askonce.leases WHERE expires_at < now() - interval '${SWEEP_AFTER}' RETURNING holder`,
      );
      return gone.length;
    },
  };
}

/** Of a store that is away, or that nobody shares. */
const NO_LEASE: Lease = { release: () => Promise.resolve() };

export const UNSHARED: Leases = {
  take: () => Promise.resolve(NO_LEASE),
  holder: () => Promise.resolve(null),
  sweep: () => Promise.resolve(0),
};

const valuesOf = ({ resultScope, statementKey }: LeasedStatement): unknown[] => [
  resultScope,
  Buffer.from(statementKey, 'hex'),
];

/** Null for what no replica writes: whoever can write to the store must not fail a query. */
function toError(fault: unknown): AppError | null {
  const { code, message, hint } = (fault ?? {}) as Partial<Record<keyof Fault, unknown>>;
  if (typeof message !== 'string' || !OF_STATEMENT.has(code as ErrorCode)) return null;
  return new AppError(code as ErrorCode, message, typeof hint === 'string' ? { hint } : {});
}

const OF_STATEMENT: ReadonlySet<ErrorCode> = new Set(['QUERY_INVALID', 'QUERY_TIMEOUT']);

/** What the statement itself is refused or stopped for happens to whoever runs it. */
export function isOfStatement(error: unknown): error is AppError {
  return isAppError(error) && OF_STATEMENT.has(error.code);
}
