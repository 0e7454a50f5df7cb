// Owns the law that the cache may never fail a query: what goes wrong behind the gate is counted and
// logged, the caller gets its fallback, and a store that is down is left alone for a while.
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';

export interface Gate {
  /** Whether the store is worth asking right now. */
  readonly open: boolean;
  /** Lets traffic through; until then every attempt gives its fallback. */
  ready(): void;
  attempt<T>(operation: string, fallback: T, fn: () => Promise<T>): Promise<T>;
}

export interface GateOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
}

const REST_AFTER_FAILURE_MS = 2000;

export function createGate({ logger, metrics, now }: GateOptions): Gate {
  let isReady = false;
  let restUntil = 0;
  const isOpen = (): boolean => isReady && now() >= restUntil;

  return {
    get open() {
      return isOpen();
    },
    ready() {
      isReady = true;
    },
    async attempt(operation, fallback, fn) {
      if (!isOpen()) return fallback;
      try {
        return await fn();
      } catch (error) {
        const isDown = error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE';
        if (isDown) restUntil = now() + REST_AFTER_FAILURE_MS;
        metrics.cacheFailure(operation);
        logger.warn({ operation, code: codeOf(error), error: String(error) }, 'cache skipped');
        return fallback;
      }
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'INTERNAL';
}

/** For what only the store could do. @param hint What to do about it. */
export function storeDown(hint: string): AppError {
  return new AppError('OVERLOADED', 'The cache database cannot be reached.', {
    retryAfterMs: REST_AFTER_FAILURE_MS,
    hint,
  });
}
