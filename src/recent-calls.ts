// Owns how fast calls are answered of late, for people who look: the last thousand or two.

export interface CallsSummary {
  /** Since the process began. */
  readonly total: number;
  readonly errors: number;
  /** Of late; null before the first call. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface RecentCalls {
  call(seconds: number, isError: boolean): void;
  summary(): CallsSummary;
}

const KEPT = 2048;

export function createRecentCalls(): RecentCalls {
  const durations = new Float64Array(KEPT);
  let total = 0;
  let errors = 0;

  return {
    call(seconds, isError) {
      durations[total % KEPT] = 1000 * seconds;
      total += 1;
      if (isError) errors += 1;
    },
    summary() {
      const sorted = durations.slice(0, Math.min(total, KEPT)).sort();
      const at = (share: number): number | null =>
        sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
      return { total, errors, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
    },
  };
}
