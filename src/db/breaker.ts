// Owns the circuit breaker: after so many failures of the backend within a window nothing is sent to it for
// a while, then one caller tries. Unlike a breaker around a call, it closes when a connection stands, not
// when the statement on it ends: a slow answer keeps nobody out.
import { AppError } from '../errors.ts';

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface Breaker {
  readonly state: BreakerState;
  /** @throws AppError DATABASE_UNAVAILABLE at once while it is open, or another caller is trying. */
  check(): void;
  /**
   * Checks, and after a rest makes the caller the one who tries; it says later how it went.
   * @throws AppError DATABASE_UNAVAILABLE as check does.
   */
  pass(): void;
  succeeded(): void;
  /**
   * A failure of the backend, now or in the midst of a statement; what a statement is refused for is none.
   * @param fault What those who are refused are told again.
   */
  failed(fault: AppError): void;
  /** Neither: whoever tried went away before it could be told. */
  abandoned(): void;
}

export interface BreakerOptions {
  readonly failures: number;
  readonly windowMs: number;
  readonly now: () => number;
  readonly onChange?: (state: BreakerState) => void;
}

const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;

export function createBreaker(options: BreakerOptions): Breaker {
  const { now } = options;
  /** When the latest failures were, oldest first. */
  let failedAt: number[] = [];
  let state: BreakerState = 'closed';
  let restMs = FIRST_REST_MS;
  let restUntil = 0;
  let last: AppError | undefined;

  function become(next: BreakerState): void {
    if (next === state) return;
    state = next;
    options.onChange?.(state);
  }

  function open(): void {
    failedAt = [];
    restUntil = now() + restMs;
    become('open');
  }

  function check(): void {
    const isResting = state === 'half-open' || (state === 'open' && now() < restUntil);
    if (isResting) throw resting(restUntil - now(), last);
  }

  return {
    get state() {
      return state;
    },
    check,
    pass() {
      check();
      if (state === 'open') become('half-open');
    },
    succeeded() {
      // Of one that passed before it opened: the connection it has says nothing of new ones.
      if (state === 'open') return;
      restMs = FIRST_REST_MS;
      become('closed');
    },
    failed(fault) {
      last = fault;
      if (state === 'open') return;
      if (state === 'half-open') {
        restMs = Math.min(LONGEST_REST_MS, restMs * 2);
        open();
        return;
      }
      const oldest = now() - options.windowMs;
      failedAt = [...failedAt.filter((at) => at > oldest), now()];
      if (failedAt.length >= options.failures) open();
    },
    abandoned() {
      if (state === 'half-open') become('open');
    },
  };
}

function resting(leftMs: number, last: AppError | undefined): AppError {
  const retryAfterMs = Math.round(Math.max(FIRST_REST_MS / 2, leftMs) * (1 + Math.random() / 2));
  // Why it cannot be reached, and whether it is worth coming back, is as it was.
  const mayPass = last?.retryAfterMs !== undefined;
  return new AppError(
    'DATABASE_UNAVAILABLE',
    last?.message ?? 'The database cannot be reached right now.',
    {
      ...(mayPass && { retryAfterMs }),
      ...(last?.hint !== undefined && { hint: last.hint }),
    },
  );
}
