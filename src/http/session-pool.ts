// Owns the sessions: prebuilt MCP server instances, leased to one exchange at a time. Some are always ahead
// of demand, so that a burst meets instances that exist; what a quiet time has not needed is given back.
import type { McpServer } from '@modelcontextprotocol/server';

import { createAdmission } from '../lib/admission.ts';
import type { Caller, QueueWatcher } from '../lib/admission.ts';

export interface SessionLease {
  readonly session: McpServer;
  /** To be preferred by the conversation's next lease. */
  readonly id: number;
  /** The instance must be closed by then, that is without a transport. */
  readonly release: () => void;
}

export interface SessionPool {
  /**
   * @param preferred Id of an earlier lease: that session, if it is free.
   * @throws AppError OVERLOADED when none is free in time or too many wait already.
   */
  lease(caller: Caller, preferred?: number): Promise<SessionLease>;
  /** @throws AppError OVERLOADED where `lease` would at once. */
  requireRoom(principal: string): void;
  /** How many may be leased at once from now on. */
  limit(max: number): void;
  /** Drops what has not been needed since the last time. */
  shrink(): void;
  stats(): SessionPoolStats;
}

export interface SessionPoolStats {
  readonly leased: number;
  readonly total: number;
  readonly waiting: number;
}

export interface SessionPoolOptions {
  readonly create: () => McpServer;
  readonly min: number;
  readonly max: number;
  readonly maxQueue: number;
  /** Most of the sessions that one principal may hold, 0 to 1. */
  readonly share?: number | undefined;
  readonly watcher?: QueueWatcher | undefined;
  readonly now: () => number;
}

const MAX_WAIT_MS = 10_000;
/** Above this share of leased ones more are built. */
const GROW_ABOVE = 0.8;
/** By this share of what there is. */
const GROWTH = 0.25;

export function createSessionPool(options: SessionPoolOptions): SessionPool {
  const { create, min } = options;
  const admission = createAdmission({
    places: options.max,
    maxWaiting: options.maxQueue,
    maxWaitMs: MAX_WAIT_MS,
    refusal: 'Too many requests are being served.',
    share: options.share,
    watcher: options.watcher,
    now: options.now,
  });
  let { max } = options;
  let nextId = 0;
  let leased = 0;
  let peak = 0;
  let isGrowing = false;
  /** Who has rested longest is taken first: what was given back just now is likelier wanted by its conversation. */
  const free = new Map<number, McpServer>();
  grow(min);

  function grow(count: number): void {
    for (let left = Math.min(count, max - leased - free.size); left > 0; left -= 1) {
      free.set((nextId += 1), create());
    }
  }

  /** Behind the request that found them scarce. */
  function growAhead(): void {
    const total = leased + free.size;
    if (isGrowing || leased <= total * GROW_ABOVE || total >= max) return;
    isGrowing = true;
    setImmediate(() => {
      isGrowing = false;
      grow(Math.max(1, Math.ceil((leased + free.size) * GROWTH)));
    });
  }

  function take(preferred: number | undefined): number {
    if (preferred !== undefined && free.has(preferred)) return preferred;
    const [longest] = free.keys();
    return longest ?? (nextId += 1);
  }

  return {
    async lease(caller, preferred) {
      const leave = await admission.enter(caller);
      const id = take(preferred);
      const session = free.get(id) ?? create();
      free.delete(id);
      leased += 1;
      peak = Math.max(peak, leased);
      growAhead();
      return {
        session,
        id,
        release: () => {
          leased -= 1;
          free.set(id, session);
          leave();
        },
      };
    },
    requireRoom: (principal) => admission.requireRoom(principal),
    limit(count) {
      max = Math.max(1, count);
      admission.resize(max);
    },
    shrink() {
      const wanted = Math.min(max, Math.max(min, Math.ceil(peak / GROW_ABOVE)));
      for (const id of free.keys()) {
        if (leased + free.size <= wanted) break;
        free.delete(id);
      }
      peak = leased;
    },
    stats: () => ({ leased, total: leased + free.size, waiting: admission.stats().waiting }),
  };
}
