// Owns gathering small records into few writes: what is added within a moment goes to the store as one
// statement, off the answer's path. What does not fit is dropped and counted.
import { randomUUID } from 'node:crypto';

import type { Gate } from './gate.ts';
import type { WriteQueue } from './write-queue.ts';

export interface WriteBatch<Item> {
  /** False when too many wait: the item is not taken. */
  add(item: Item): boolean;
  /** Hands what waits to the write queue now; resolves when it is written or given up. */
  flush(): Promise<void>;
}

export interface WriteBatchOptions<Item> {
  readonly gate: Gate;
  readonly queue: WriteQueue;
  /** Of the gate's attempts. */
  readonly operation: string;
  readonly itemBytes: number;
  readonly write: (items: readonly Item[]) => Promise<void>;
  /** Told when items are written or given up. */
  readonly onSettled?: (items: readonly Item[]) => void;
}

/**
 * One caller after the other would make every answer a statement of its own, which costs more than the
 * answer. Another replica knows an item this much later; a process that is killed loses so much.
 */
const BATCH_PAUSE_MS = 25;
const MAX_UNWRITTEN = 10_000;

export function createWriteBatch<Item>(options: WriteBatchOptions<Item>): WriteBatch<Item> {
  const { gate, queue, operation, itemBytes, write, onSettled } = options;
  let batch: Item[] = [];
  let unwritten = 0;
  let pause: NodeJS.Timeout | undefined;
  let lastId = '';

  function flush(): Promise<void> {
    clearTimeout(pause);
    pause = undefined;
    const items = batch;
    batch = [];
    if (items.length === 0) return queue.settled(lastId);
    const settle = (): void => {
      unwritten -= items.length;
      onSettled?.(items);
    };
    lastId = randomUUID();
    const isQueued = queue.add({
      id: lastId,
      bytes: itemBytes * items.length,
      write: () => gate.attempt(operation, undefined, () => write(items)).finally(settle),
    });
    if (!isQueued) settle();
    return queue.settled(lastId);
  }

  return {
    flush,
    add(item) {
      if (unwritten >= MAX_UNWRITTEN) return false;
      unwritten += 1;
      batch.push(item);
      pause ??= setTimeout(() => void flush(), BATCH_PAUSE_MS).unref();
      return true;
    },
  };
}
