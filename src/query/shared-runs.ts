// Owns a statement's run among replicas: one of them runs it under a lease, the others wait for the rows that
// it leaves in the shared store. Each waits for one run at most; then it runs the statement itself, with all the
// time that a statement has.
import { setTimeout as sleep } from 'node:timers/promises';

import { isOfStatement } from '../cache/leases.ts';
import type { Holder, Lease, LeasedStatement, Leases } from '../cache/leases.ts';
import type { FoundResult, Results } from '../cache/results.ts';
import type { FlightRequest, StartedRun } from './flights.ts';
import { unlessGone } from './patience.ts';

export interface SharedRuns {
  /**
   * @param request Its start runs the statement here.
   * @throws AppError what the run fails with, here or there.
   */
  run(request: FlightRequest, signal: AbortSignal): Promise<Landing>;
}

export type Landing =
  | { readonly kind: 'run'; readonly run: StartedRun }
  /** Another replica ran it. */
  | { readonly kind: 'found'; readonly found: FoundResult };

export interface SharedRunsOptions {
  readonly leases: Leases;
  readonly results: Pick<Results, 'find' | 'stored'>;
  /** How long to wait for the rows of another. */
  readonly maxWaitMs: number;
  readonly onJoined: () => void;
}

const FIRST_LOOK_MS = 30;
const LONGEST_LOOK_MS = 250;

export function createSharedRuns(options: SharedRunsOptions): SharedRuns {
  const { leases, results, maxWaitMs, onJoined } = options;

  async function here(
    request: FlightRequest,
    signal: AbortSignal,
    lease?: Lease,
  ): Promise<Landing> {
    try {
      const run = await request.start(signal);
      // Not before others can find the rows.
      void run.live.finished.then(() => results.stored(run.resultId)).then(() => lease?.release());
      return { kind: 'run', run };
    } catch (error) {
      void lease?.release(isOfStatement(error) ? error : undefined);
      throw error;
    }
  }

  /** Waits for the end of the run that somebody else has begun. */
  async function ended(
    statement: LeasedStatement,
    first: Holder | null,
    signal: AbortSignal,
  ): Promise<void> {
    const waiting = new AbortController();
    async function looked(): Promise<void> {
      let latest = first;
      let lookMs = FIRST_LOOK_MS;
      while (latest?.isRunning && latest.id === first?.id) {
        await sleep(spread(lookMs), undefined, { signal: waiting.signal });
        lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 1.5);
        latest = await leases.holder(statement);
      }
      if (latest?.fault && latest.id === first?.id) throw latest.fault;
    }
    try {
      await unlessGone(looked(), signal, maxWaitMs);
    } finally {
      waiting.abort();
    }
  }

  return {
    async run(request, signal) {
      const { oldest } = request;
      if (oldest === null) return await here(request, signal);
      const lease = await leases.take(request);
      if (lease) return await here(request, signal, lease);
      const holder = await leases.holder(request);
      // What began too early has rows too old.
      if (holder && holder.begunAt < oldest) return await here(request, signal);
      onJoined();
      request.onWait();
      await ended(request, holder, signal);
      const found = await results.find(request.resultScope, request.statementKey, {
        oldest,
        holds: request.holds,
      });
      if (found) return { kind: 'found', found };
      return await here(request, signal, (await leases.take(request)) ?? undefined);
    },
  };
}

/** Those who wait together do not ask together. */
const spread = (ms: number): number => ms * (0.75 + Math.random() / 2);
