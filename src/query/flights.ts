// Owns statements in flight: the same one, for the same scope, runs once. Who asks meanwhile waits for the run
// that is under way and reads its rows from where they are kept. It is stopped when the last one has left.
import { setTimeout as sleep } from 'node:timers/promises';

import type { FoundResult, Results } from '../cache/results.ts';
import type { LiveResult } from './execute.ts';
import { unlessGone } from './patience.ts';
import type { Landing, SharedRuns } from './shared-runs.ts';

export interface Flights {
  /**
   * Joins the run of this statement, or starts it.
   * @throws AppError what the run fails with, to all alike; QUERY_CANCELLED, QUERY_TIMEOUT to who will not wait.
   */
  join(flight: FlightRequest): Promise<Joined>;
}

export interface FlightRequest {
  readonly resultScope: string;
  readonly statementKey: string;
  /** When the oldest rows were read that will do; null where no kept ones do. */
  readonly oldest: number | null;
  /** Of a run that began after this, the rows are as new as any that could be read now. */
  readonly recent: number;
  /** Whether what the rows of an earlier one depend on is as it was. */
  readonly holds: (stamp: unknown) => Promise<boolean>;
  readonly signal: AbortSignal;
  /** The signal is the flight's: of all who wait for it. */
  readonly start: (signal: AbortSignal) => Promise<StartedRun>;
  /** Told when it is somebody else's run whose rows are waited for. */
  readonly onWait: () => void;
}

export interface StartedRun {
  readonly resultId: string;
  readonly live: LiveResult;
}

export type Joined =
  /** Its own, whose rows come as they are read. */
  | { readonly kind: 'live'; readonly run: StartedRun }
  /** Somebody else's; null where its rows are not kept: they must be read again. */
  | { readonly kind: 'kept'; readonly found: FoundResult | null };

/** Of a run that was joined: its rows, null where they are not kept, or that they were written over since. */
type Rows = FoundResult | null | 'stale';

export interface FlightsOptions {
  readonly now: () => number;
  readonly results: Pick<Results, 'byId'>;
  readonly shared: SharedRuns;
  /** How long one who joins waits for rows, whenever the run began. */
  readonly maxWaitMs: number;
  readonly onJoined: () => void;
}

interface Flight {
  readonly landing: Promise<Landing>;
  readonly begunAt: number;
  readonly controller: AbortController;
  /** Once it runs here. */
  live: LiveResult | null;
  members: number;
}

const END_PATIENCE_MS = 500;

export function createFlights(options: FlightsOptions): Flights {
  const { results, shared, maxWaitMs, now, onJoined } = options;
  const flights = new Map<string, Flight>();

  /** @returns What ends the membership; once is enough. */
  function board(flight: Flight, signal: AbortSignal): () => void {
    flight.members += 1;
    let isAboard = true;
    const leave = (): void => {
      if (!isAboard) return;
      isAboard = false;
      flight.members -= 1;
      // With a page read in full the rest is kept for whoever comes: nobody has to stay for it.
      if (flight.members === 0 && !flight.live?.fillsOn()) flight.controller.abort();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return leave;
  }

  function begin(key: string, request: FlightRequest): Flight {
    const { signal } = request;
    const controller = new AbortController();
    const flight: Flight = {
      landing: shared.run(request, controller.signal),
      begunAt: now(),
      controller,
      live: null,
      members: 0,
    };
    flights.set(key, flight);
    const end = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.landing.then((landing) => {
      if (landing.kind === 'found') return end();
      const { live } = landing.run;
      flight.live = live;
      // Whoever started it reads the rows as they come. Gone, it must not hold up those who wait for the end.
      signal.addEventListener('abort', live.abandon, { once: true });
      if (signal.aborted) live.abandon();
      void live.finished.then(end);
    }, end);
    return flight;
  }

  async function joined(flight: Flight, request: FlightRequest): Promise<Joined> {
    onJoined();
    request.onWait();
    const found = await unlessGone(rowsOf(flight, request), request.signal, maxWaitMs);
    if (found !== 'stale') return { kind: 'kept', found };
    return await join(request, request.recent);
  }

  async function rowsOf(flight: Flight, request: FlightRequest): Promise<Rows> {
    const landing = await flight.landing;
    if (landing.kind === 'found') {
      // Another replica may have read them before this one was asked for.
      const { readAt } = landing.found.header;
      return readAt > (request.oldest ?? -Infinity) ? landing.found : null;
    }
    const { run } = landing;
    const isRecent = flight.begunAt >= request.recent;
    // Only at its end is it known what its rows depend on; who would wait long for that reads them anew.
    if (!isRecent && !(await isOver(run.live.finished))) return 'stale';
    const found = await results.byId(request.resultScope, run.resultId);
    if (found === null || isRecent) return found;
    return (await request.holds(found.header.validity?.stamp)) ? found : 'stale';
  }

  /** @param since Runs that began earlier are not joined. */
  async function join(
    request: FlightRequest,
    since = request.oldest ?? -Infinity,
  ): Promise<Joined> {
    const key = `${request.resultScope} ${request.statementKey}`;
    const latest = flights.get(key);
    // One that everybody has left is on its way down; one that began too early has rows too old.
    const isMissed = latest?.controller.signal.aborted || (latest?.begunAt ?? 0) < since;
    const known = latest && !isMissed ? latest : undefined;
    const flight = known ?? begin(key, request);
    const leave = board(flight, request.signal);
    if (known) {
      return await joined(flight, request).catch((error: unknown) => {
        // Whoever has lost patience keeps nothing running.
        leave();
        throw error;
      });
    }
    const landing = await flight.landing;
    if (landing.kind === 'found') return { kind: 'kept', found: landing.found };
    return { kind: 'live', run: landing.run };
  }

  return { join: (request) => join(request) };
}

async function isOver(finished: Promise<void>): Promise<boolean> {
  const waiting = new AbortController();
  const over = finished.then(() => true);
  const late = sleep(END_PATIENCE_MS, false, { signal: waiting.signal }).catch(() => false);
  return await Promise.race([over, late]).finally(() => waiting.abort());
}
