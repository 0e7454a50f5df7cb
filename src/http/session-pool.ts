// Owns the sessions: prebuilt MCP server instances, leased to one exchange at a time. Grows on demand
// to its bound; beyond it callers wait in a bounded queue or are told at once that it is full.
import type { McpServer } from '@modelcontextprotocol/server';

import { AppError } from '../errors.ts';

export interface SessionPool {
  /** @throws AppError OVERLOADED when none is free in time or too many wait already. */
  lease(): Promise<McpServer>;
  /** Takes an instance back; it must be closed, that is without a transport. */
  release(session: McpServer): void;
  stats(): { leased: number; total: number };
}

export interface SessionPoolOptions {
  readonly create: () => McpServer;
  readonly min: number;
  readonly max: number;
  readonly maxQueue: number;
}

const MAX_WAIT_MS = 10_000;
const RETRY_AFTER_MS = 500;

interface Waiter {
  readonly take: (session: McpServer) => void;
}

export function createSessionPool(options: SessionPoolOptions): SessionPool {
  const free: McpServer[] = Array.from({ length: options.min }, options.create);
  const waiting = new Set<Waiter>();
  let total = free.length;

  function wait(): Promise<McpServer> {
    if (waiting.size >= options.maxQueue) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(waiter);
        reject(overloaded());
      }, MAX_WAIT_MS);
      const waiter = {
        take: (session: McpServer) => {
          clearTimeout(timer);
          resolve(session);
        },
      };
      waiting.add(waiter);
    });
  }

  return {
    async lease() {
      const session = free.pop();
      if (session) return session;
      if (total >= options.max) return await wait();
      total += 1;
      return options.create();
    },
    release(session) {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next.take(session);
      } else if (total > options.min && free.length >= options.min) {
        total -= 1;
      } else {
        free.push(session);
      }
    },
    stats: () => ({ leased: total - free.length, total }),
  };
}

function overloaded(): AppError {
  return new AppError('OVERLOADED', 'Too many requests are being served.', {
    retryAfterMs: RETRY_AFTER_MS + Math.floor(Math.random() * RETRY_AFTER_MS),
    hint: 'Wait retry_after_ms, then repeat the call.',
  });
}
