// Owns the results memory as one: the in-process tier over the store. Finds results by statement, and reads
// them back from any row on; result-writer.ts writes them.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Metrics } from '../metrics.ts';
import type { ResultHeader } from './entities.ts';
import type { Gate } from './gate.ts';
import type { Key } from './key.ts';
import type { HeldResult, MemoryTier } from './memory.ts';
import type { ResultStore, StoredResult } from './result-store.ts';
import { SMALL_RESULT_BYTES, createResultWriter } from './result-writer.ts';
import type { ResultWriter } from './result-writer.ts';
import { rowsLost } from './rows.ts';
import type { Chunk, RowSource } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export interface FoundResult {
  readonly tier: 'memory' | 'store';
  readonly header: ResultHeader;
  readonly source: RowSource;
  /** Whether a page so large from its first row on ends before what is kept does, or with all that there is. */
  fills(page: { readonly maxRows: number; readonly maxBytes: number }): boolean;
}

export interface Results {
  /** The newest rows of a statement, if they will do. */
  find(resultScope: string, statementKey: Key, wanted: Wanted): Promise<FoundResult | null>;
  /** As find, in this process alone and at once. */
  held(resultScope: string, statementKey: Key, wanted: Wanted<boolean>): FoundResult | null;
  byId(resultScope: string, id: string): Promise<FoundResult | null>;
  /** Resolves when a result that was finished here is in the store, or given up. */
  stored(id: string): Promise<void>;
  writer(header: ResultHeader): ResultWriter;
  /** The database gives these rows no more: nobody is served what it gave. */
  retire(resultScope: string, statementKey: Key): Promise<void>;
  /** Takes what was used last into memory; returns how many. */
  warm(): Promise<number>;
}

export interface Wanted<Told = Promise<boolean>> {
  /** Rows were read after this. */
  readonly oldest: number;
  /** Whether what they depend on is as it was. */
  readonly holds: (stamp: unknown) => Told;
}

export interface ResultsOptions {
  readonly memory: MemoryTier;
  readonly store: ResultStore;
  readonly gate: Gate;
  readonly queue: WriteQueue;
  readonly metrics: Metrics;
  readonly now: () => number;
  /** Told of each result that is served to a later call. */
  readonly onUsed?: (result: ResultHeader) => void;
}

const READ_CHUNKS = 16;
/** How many times longer rows are as they are stored than as any page shows them, at most. */
const SHORTEST_FORMAT = 5;
/** What a process that has just started reads ahead: some megabytes at most. */
const WARM_RESULTS = 100;
const WARM_RESULT_BYTES = 64 * 1024;
const POLL_MS = 25;
const WRITER_LOST_MS = 15_000;

export function createResults(options: ResultsOptions): Results {
  const { memory, store, gate, queue, metrics, now, onUsed } = options;
  /** Writers at work, so that a cursor can be followed before its result is anywhere to be found. */
  const writing = new Map<string, Promise<void>>();

  /** Small ones are read whole, so that the next call finds them in memory. */
  async function open(stored: StoredResult, current: boolean): Promise<FoundResult | null> {
    const { header, status, rowCount, byteCount } = stored;
    if (status === 'filling' || byteCount > SMALL_RESULT_BYTES) {
      // Rows that cannot be read are told here, where the statement can still be run instead.
      const first = current ? await store.chunks(header, 0, READ_CHUNKS) : null;
      // Deleted in between.
      if (first?.length === 0 && rowCount > 0) return null;
      // Of a first row a page may show a fraction, and go on with the next.
      const bytes = byteCount - (first?.[0]?.body.length ?? 0);
      const fills: FoundResult['fills'] = (page) =>
        status !== 'cut' || isWithin(page, { rows: rowCount, bytes });
      return { tier: 'store', header, source: storedSource(store, stored, first), fills };
    }
    const chunks = await store.chunks(header, 0, Number.MAX_SAFE_INTEGER);
    const held = { header, chunks, wasCut: status === 'cut' };
    // Deleted in between.
    if (extentOf(held).rows < rowCount) return null;
    memory.putResult(held, current);
    return { ...fromMemory(held), tier: 'store' };
  }

  const isOfAge = ({ expiresAt, readAt, validity }: ResultHeader, oldest: number): boolean =>
    expiresAt > now() && readAt > oldest && (validity?.holdsUntil ?? Infinity) > now();

  const isFresh = async (header: ResultHeader, { oldest, holds }: Wanted): Promise<boolean> =>
    isOfAge(header, oldest) && (await holds(header.validity?.stamp));

  return {
    held(resultScope, statementKey, { oldest, holds }) {
      const held = memory.result(resultScope, statementKey);
      if (held === undefined || !isOfAge(held.header, oldest)) return null;
      if (!holds(held.header.validity?.stamp)) return null;
      metrics.cacheLookup('memory', 'hit');
      onUsed?.(held.header);
      return fromMemory(held);
    },

    async find(resultScope, statementKey, wanted) {
      const held = memory.result(resultScope, statementKey);
      const isHeld = held !== undefined && (await isFresh(held.header, wanted));
      metrics.cacheLookup('memory', isHeld ? 'hit' : held ? 'stale' : 'miss');
      if (isHeld) {
        onUsed?.(held.header);
        return fromMemory(held);
      }
      type Found = FoundResult | 'miss' | 'stale' | 'error';
      const found = await gate.attempt<Found>('find-result', 'error', async () => {
        const stored = await store.current(resultScope, statementKey);
        if (!stored) return 'miss';
        // The same one is as stale as it was.
        if (stored.header.id === held?.header.id) return 'stale';
        if (!(await isFresh(stored.header, wanted))) return 'stale';
        return (await open(stored, true)) ?? 'miss';
      });
      const isFound = typeof found !== 'string';
      metrics.cacheLookup('store', isFound ? 'hit' : found);
      if (isFound) onUsed?.(found.header);
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

    async retire(resultScope, statementKey) {
      memory.dropResult(resultScope, statementKey);
      await gate.attempt('retire-result', undefined, () => store.retire(resultScope, statementKey));
    },

    async warm() {
      const recent = await store.recent(WARM_RESULTS, WARM_RESULT_BYTES);
      for (const stored of recent) {
        const { resultScope, statementKey } = stored.header;
        if (!memory.result(resultScope, statementKey)) await open(stored, true);
      }
      return recent.length;
    },

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
  const fills: FoundResult['fills'] = (page) => !held.wasCut || isWithin(page, extentOf(held));
  return { tier: 'memory', header: held.header, source: heldSource(held), fills };
}

interface Extent {
  readonly rows: number;
  readonly bytes: number;
}

function extentOf({ chunks }: HeldResult): Extent {
  return {
    rows: chunks.reduce((sum, { rowCount }) => sum + rowCount, 0),
    bytes: chunks.reduce((sum, { body }) => sum + body.length, 0),
  };
}

function isWithin({ maxRows, maxBytes }: Parameters<FoundResult['fills']>[0], kept: Extent) {
  return maxRows < kept.rows || maxBytes < kept.bytes / SHORTEST_FORMAT;
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

/**
 * Reads from the store, following a result that another request, or another replica, still fills.
 * @param first Its first chunks, if they are read already.
 */
function storedSource(
  store: ResultStore,
  opened: StoredResult,
  first: readonly Chunk[] | null,
): RowSource {
  const { id, resultScope, columns } = opened.header;
  let { status, rowCount } = opened;
  return {
    columns,
    wasCut: () => status === 'cut',
    async *chunks(fromRow) {
      let next = fromRow;
      let read = fromRow === 0 ? first : null;
      for (;;) {
        const isLast = status !== 'filling';
        const chunks = read ?? (await store.chunks(opened.header, next, READ_CHUNKS));
        read = null;
        const unread = chunks.filter((chunk) => chunk.firstRow + chunk.rowCount > next);
        for (const chunk of unread) {
          if (chunk.firstRow > next) throw rowsLost();
          next = chunk.firstRow + chunk.rowCount;
          yield chunk;
        }
        if (unread.length > 0) continue;
        if (isLast) {
          // What has expired is deleted, whoever reads it: an end before the last row is none.
          if (next < rowCount) throw rowsLost();
          return;
        }
        await sleep(POLL_MS);
        const latest = await store.byId(resultScope, id);
        if (!latest || (latest.status === 'filling' && latest.untouchedMs > WRITER_LOST_MS))
          throw rowsLost();
        ({ status, rowCount } = latest);
      }
    },
  };
}
