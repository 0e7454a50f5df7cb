// Owns the judgment of answers by age: what was committed when, and whether an answer lacks a write that it had to
// have. The counter only rises, so that its value says up to which commit an answer reaches.

export interface Ledger {
  /** To be called as soon as the commit is confirmed. */
  committed(value: number): void;
  /** How old an answer to a call of that moment is: since when a write was there that it lacks. Milliseconds. */
  lateness(value: number, calledAt: number): number;
}

interface Commit {
  readonly value: number;
  readonly at: number;
}

export function createLedger(now: () => number = () => performance.now()): Ledger {
  const commits: Commit[] = [];
  return {
    committed: (value) => void commits.push({ value, at: now() }),
    lateness(value, calledAt) {
      // The first that is newer than the answer; those before it are in it.
      let [low, high] = [0, commits.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (commits[middle]!.value > value) high = middle;
        else low = middle + 1;
      }
      const missed = commits[low];
      return missed ? Math.max(0, calledAt - missed.at) : 0;
    },
  };
}
