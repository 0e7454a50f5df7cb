// Owns how often one principal may call: so many times a minute, a quarter of that at once (GCRA, as ATM has it).
import { AppError } from '../errors.ts';

export interface RateLimit {
  /** Counts one call. @throws AppError RATE_LIMITED with when the next one is let in. */
  take(principal: string): void;
}

const MINUTE_MS = 60_000;
const BURST_SHARE = 1 / 4;
/** Whoever has not called for long is forgotten when there are more. */
const MAX_KNOWN = 10_000;

/** @param perMinute 0 for no limit. @param now Milliseconds. */
export function createRateLimit(perMinute: number, now: () => number): RateLimit {
  const gapMs = MINUTE_MS / perMinute;
  const burstMs = Math.max(0, perMinute * BURST_SHARE - 1) * gapMs;
  /** When each would be through with what it has asked, one call after another. */
  const dueAt = new Map<string, number>();

  return {
    take(principal) {
      if (perMinute === 0) return;
      const at = now();
      const due = Math.max(dueAt.get(principal) ?? at, at);
      const waitMs = due - burstMs - at;
      if (waitMs > 0) {
        throw new AppError('RATE_LIMITED', `More than ${perMinute} calls a minute.`, {
          retryAfterMs: Math.ceil(waitMs),
          hint: 'Wait retry_after_ms, then repeat the call.',
        });
      }
      dueAt.set(principal, due + gapMs);
      if (dueAt.size > MAX_KNOWN)
        for (const [name, until] of dueAt) if (until <= at) dueAt.delete(name);
    },
  };
}
