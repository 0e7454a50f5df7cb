// Owns the results memory as one: the in-process tier over the store. Finds results by statement, and reads
// them back from any row on; result-writer.ts writes them.
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { ResultHeader } from './entities.ts';
import type { Gate } from './gate.ts';
import type { Key } from './key.ts';
import type { HeldResult, MemoryTier } from './memory.ts';
import type { ResultStore, StoredResult } from './result-store.ts';
import { SMALL_RESULT_CHARS, createResultWriter } from './result-writer.ts';
import type { ResultWriter } from './result-writer.ts';
import type { RowSource } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export interface FoundResult {
  readonly tier: 'memory' | 'store';
  readonly header: ResultHeader;
  readonly source: RowSource;
}

export interface Results {
  /** The newest rows of a statement, if they were read after `oldestAsOf`. */
  find(resultScope: string, statementKey: Key, oldestAsOf: number): Promise<FoundResult | null>;
  /** As find, in this process alone and at once. */
  held(resultScope: string, statementKey: Key, oldestAsOf: number): FoundResult | null;
  byId(resultScope: string, id: string): Promise<FoundResult | null>;
  /** Resolves when a result that was finished here is in the store, or given up. */
  stored(id: string): Promise<void>;
  writer(header: ResultHeader): ResultWriter;
}

export interface ResultsOptions {
  readonly memory: MemoryTier;
  readonly store: ResultStore;
  readonly gate: Gate;
  readonly queue: WriteQueue;
  readonly metrics: Metrics;
  readonly now: () => number;
}

const READ_CHUNKS = 16;
const POLL_MS = 25;
const WRITER_LOST_MS = 15_000;

export function createResults(options: ResultsOptions): Results {
  const { memory, store, gate, queue, metrics, now } = options;
  /** Writers at work, so that a cursor can be followed before its result is anywhere to be found. */
  const writing = new Map<string, Promise<void>>();

  /** Small ones are read whole, so that the next call finds them in memory. */
  async function open(stored: StoredResult, current: boolean): Promise<FoundResult> {
    if (stored.status === 'filling' || stored.byteCount > SMALL_RESULT_CHARS) {
      return { tier: 'store', header: stored.header, source: storedSource(store, stored) };
    }
    const chunks = await store.chunks(stored.header.id, 0, Number.MAX_SAFE_INTEGER);
    const held = { header: stored.header, chunks, wasCut: stored.status === 'cut' };
    memory.putResult(held, current);
    return { tier: 'store', header: stored.header, source: heldSource(held) };
  }

  const isFreshSince =
    (oldestAsOf: number) =>
    (header: ResultHeader): boolean =>
      header.expiresAt > now() && header.asOf > oldestAsOf;

  return {
    held(resultScope, statementKey, oldestAsOf) {
      const held = memory.result(resultScope, statementKey);
      if (held === undefined || !isFreshSince(oldestAsOf)(held.header)) return null;
      metrics.cacheLookup('memory', 'hit');
      return fromMemory(held);
    },

    async find(resultScope, statementKey, oldestAsOf) {
      const isFresh = isFreshSince(oldestAsOf);
      const held = memory.result(resultScope, statementKey);
      const isHeld = held !== undefined && isFresh(held.header);
      metrics.cacheLookup('memory', isHeld ? 'hit' : held ? 'stale' : 'miss');
      if (isHeld) return fromMemory(held);
      type Found = FoundResult | 'miss' | 'stale' | 'error';
      const found = await gate.attempt<Found>('find-result', 'error', async () => {
        const stored = await store.current(resultScope, statementKey);
        if (!stored) return 'miss';
        return isFresh(stored.header) ? await open(stored, true) : 'stale';
      });
      const isFound = typeof found !== 'string';
      metrics.cacheLookup('store', isFound ? 'hit' : found);
      return isFound ? found : null;
    },

    async byId(resultScope, id) {
      const held = memory.resultById(id);
      if (held?.header.resultScope === resultScope) return fromMemory(held);
      await writing.get(id);
      const finished = memory.resultById(id);
      if (finished?.header.resultScope === resultScope) return fromMemory(finished);
      await queue.settled(id);
      return await gate.attempt('open-result', null, async () => {
        const stored = await store.byId(resultScope, id);
        return stored && (await open(stored, false));
      });
    },

    stored: (id) => queue.settled(id),

    writer(header) {
      let opened = (): void => {};
      const reachable = new Promise<void>((resolve) => (opened = resolve));
      writing.set(header.id, reachable);
      return createResultWriter(options, header, () => {
        writing.delete(header.id);
        opened();
      });
    },
  };
}

function fromMemory(held: HeldResult): FoundResult {
  return { tier: 'memory', header: held.header, source: heldSource(held) };
}

function heldSource(held: HeldResult): RowSource {
  return {
    columns: held.header.columns,
    async *chunks(fromRow) {
      yield* held.chunks.filter((chunk) => chunk.firstRow + chunk.rowCount > fromRow);
    },
    wasCut: () => held.wasCut,
  };
}

/** Reads from the store, following a result that another request, or another replica, still fills. */
function storedSource(store: ResultStore, opened: StoredResult): RowSource {
  const { id, resultScope, columns } = opened.header;
  let { status } = opened;
  return {
    columns,
    wasCut: () => status === 'cut',
    async *chunks(fromRow) {
      let next = fromRow;
      for (;;) {
        const isLast = status !== 'filling';
        const chunks = await store.chunks(id, next, READ_CHUNKS);
        const unread = chunks.filter((chunk) => chunk.firstRow + chunk.rowCount > next);
        for (const chunk of unread) {
          next = chunk.firstRow + chunk.rowCount;
          yield chunk;
        }
        if (unread.length > 0) continue;
        if (isLast) return;
        await sleep(POLL_MS);
        const latest = await store.byId(resultScope, id);
        if (!latest || (latest.status === 'filling' && latest.untouchedMs > WRITER_LOST_MS)) {
          throw new AppError('NOT_FOUND', 'The rest of this result was lost.', {
            hint: 'Run the query again.',
          });
        }
        status = latest.status;
      }
    },
  };
}
