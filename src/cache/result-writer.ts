// Owns keeping a result while it is read: a small one is held in memory and written once it is complete, of a
// larger one the store gets what has come, batch by batch, some way behind its reader.
import type { ResultHeader, Validity } from './entities.ts';
import type { Gate } from './gate.ts';
import type { MemoryTier } from './memory.ts';
import type { ResultStore, StoredEnd } from './result-store.ts';
import type { Chunk } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export interface ResultWriter {
  readonly resultId: string;
  /** Whether what was appended can be read again: false once the store has failed. */
  readonly kept: boolean;
  /** Waits for the store when the result has outgrown memory. Never rejects. */
  append(chunk: Chunk): Promise<void>;
  /** With a validity later calls of the same statement may be served from it. Never rejects. */
  finish(end: ResultEnd): Promise<void>;
}

export interface ResultEnd {
  readonly wasCut: boolean;
  readonly validity: Validity | null;
  /** How long the statement took, in milliseconds: what whoever is served from it is spared. */
  readonly runMs: number;
}

const storedEnd = ({ runMs, validity, wasCut }: ResultEnd): StoredEnd => ({
  status: wasCut ? 'cut' : 'complete',
  validity,
  runMs,
});

export interface ResultWriterOptions {
  readonly memory: MemoryTier;
  readonly store: ResultStore;
  readonly gate: Gate;
  readonly queue: WriteQueue;
}

/** Results up to this size are written after they are complete, and held in memory. */
export const SMALL_RESULT_BYTES = 512 * 1024;
/** Written as one: a round trip and a commit for many chunks. */
const BATCH_BYTES = 1024 * 1024;
/** A statement may think for long between two rows: its readers must not take it for lost. */
const TOUCH_EVERY_MS = 4000;
/** How far the store may be behind the reader before he waits for it. */
const MAX_BEHIND_BYTES = 2 * 1024 * 1024;

/** @param onReachable called once the result can be found in memory, in the queue or in the store. */
export function createResultWriter(
  { memory, store, gate, queue }: ResultWriterOptions,
  header: ResultHeader,
  onReachable: () => void,
): ResultWriter {
  let waiting: Chunk[] = [];
  let waitingBytes = 0;
  let isStreaming = false;
  let isStored = false;
  let hasFailed = false;
  let writing: Promise<void> | null = null;
  let onProgress = (): void => {};
  /** Of life. */
  let signs: NodeJS.Timeout | undefined;

  const succeeds = (operation: string, fn: () => Promise<void>): Promise<boolean> =>
    gate.attempt(operation, false, () => fn().then(() => true));
  const attempt = async (operation: string, fn: () => Promise<void>): Promise<void> => {
    const done = await succeeds(operation, fn);
    hasFailed ||= !done;
  };

  /** One that fails is no failure to keep the rows; who has failed to keep them gives no sign. */
  const touch = async (): Promise<void> => {
    if (!hasFailed) await succeeds('touch-result', () => store.touch(header));
  };

  const hasMore = (): boolean => waiting.length > 0 && !hasFailed;
  const isBehind = (): boolean => waitingBytes > MAX_BEHIND_BYTES && !hasFailed;

  function nextBatch(): Chunk[] {
    let bytes = 0;
    let count = 0;
    for (const chunk of waiting) {
      if (count > 0 && bytes + chunk.body.length > BATCH_BYTES) break;
      bytes += chunk.body.length;
      count += 1;
    }
    const batch = waiting.slice(0, count);
    // Not in place: memory may hold what is still to be written.
    waiting = waiting.slice(count);
    waitingBytes -= bytes;
    return batch;
  }

  async function writeWaiting(): Promise<void> {
    if (!isStreaming) await attempt('begin-result', () => store.begin(header));
    isStreaming = true;
    onReachable();
    while (hasMore()) {
      const batch = nextBatch();
      await attempt('append-result', () => store.append(header, batch));
      onProgress();
    }
    if (hasFailed) waiting = [];
    // Here, not when the promise is settled: what comes in between must begin the next.
    writing = null;
    // Of who has failed before the first batch somebody may wait, too.
    onProgress();
  }

  return {
    resultId: header.id,
    get kept() {
      return (
        !hasFailed &&
        (isStreaming || isStored || gate.open || memory.resultById(header.id) !== undefined)
      );
    },
    async append(chunk) {
      if (hasFailed) return;
      waiting.push(chunk);
      waitingBytes += chunk.body.length;
      if (!isStreaming && !writing && waitingBytes <= SMALL_RESULT_BYTES) return;
      writing ??= writeWaiting();
      signs ??= setInterval(() => void touch(), TOUCH_EVERY_MS).unref();
      while (isBehind()) {
        await new Promise<void>((resolve) => (onProgress = resolve));
      }
    },
    async finish(end) {
      const { wasCut, validity } = end;
      await writing;
      clearInterval(signs);
      if (hasFailed) return onReachable();
      if (isStreaming) {
        await attempt('finish-result', () => store.finish(header, storedEnd(end)));
        if (validity) memory.dropResult(header.resultScope, header.statementKey);
        return;
      }
      const held = { header: { ...header, validity }, chunks: waiting, wasCut };
      memory.putResult(held, validity !== null);
      if (gate.open) enqueue(end);
      onReachable();
    },
  };

  function enqueue(end: ResultEnd): void {
    queue.add({
      id: header.id,
      bytes: waitingBytes,
      write: async () => {
        await attempt('keep-result', () => store.keep(header, waiting, storedEnd(end)));
        isStored = true;
        // Memory may still hold what it was; this writer does not.
        waiting = [];
        waitingBytes = 0;
      },
    });
  }
}
