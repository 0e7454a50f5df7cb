// Owns how dense the traffic of agents gets: calls come in bursts, and a mean over a minute hides them. Keeps
// one counter a second for the last minute.

export interface BurstRate {
  call(isError: boolean): void;
  /** Of the densest second of the last minute: its calls, and the share of them that failed. */
  peak(): { readonly perSecond: number; readonly errorRatio: number };
}

const SECONDS = 60;

interface Second {
  at: number;
  calls: number;
  errors: number;
}

/** @param now Milliseconds. */
export function createBurstRate(now: () => number): BurstRate {
  const ring: Second[] = Array.from({ length: SECONDS }, () => ({ at: -1, calls: 0, errors: 0 }));
  const second = (): number => Math.floor(now() / 1000);

  return {
    call(isError) {
      const at = second();
      const slot = ring[at % SECONDS]!;
      if (slot.at !== at) Object.assign(slot, { at, calls: 0, errors: 0 });
      slot.calls += 1;
      if (isError) slot.errors += 1;
    },
    peak() {
      const oldest = second() - SECONDS;
      let densest: Second | null = null;
      for (const slot of ring) {
        if (slot.at > oldest && slot.calls > (densest?.calls ?? 0)) densest = slot;
      }
      return densest === null
        ? { perSecond: 0, errorRatio: 0 }
        : { perSecond: densest.calls, errorRatio: densest.errors / densest.calls };
    },
  };
}
