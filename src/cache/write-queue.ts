// Owns writing to the store off the answer's path: one at a time, a bound on what may wait, and a way
// to wait for one entry. What does not fit is dropped and counted: a cache may lose a write, never a query.

export interface WriteQueue {
  /** Runs the write later; false when it was dropped. `bytes` counts towards the bound until it is done. */
  add(entry: {
    readonly id: string;
    readonly bytes: number;
    readonly write: () => Promise<void>;
  }): boolean;
  /** Whether the entry with this id is still to be written. */
  isWaiting(id: string): boolean;
  /** Resolves when the entry with this id is written or given up; at once when there is none. */
  settled(id: string): Promise<void>;
  /** Resolves when everything that waits now is written or given up. */
  drain(): Promise<void>;
}

export interface WriteQueueOptions {
  readonly maxBytes: number;
  readonly onDropped: () => void;
  readonly onFailed: (error: unknown) => void;
}

export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const pending = new Map<string, Promise<void>>();
  let waitingBytes = 0;
  let tail: Promise<void> = Promise.resolve();

  return {
    add({ id, bytes, write }) {
      if (waitingBytes + bytes > options.maxBytes) {
        options.onDropped();
        return false;
      }
      waitingBytes += bytes;
      const done = tail.then(write).catch(options.onFailed);
      tail = done.then(() => {
        waitingBytes -= bytes;
        if (pending.get(id) === done) pending.delete(id);
      });
      pending.set(id, done);
      return true;
    },
    isWaiting: (id) => pending.has(id),
    settled: (id) => pending.get(id) ?? Promise.resolve(),
    drain: () => tail,
  };
}
