// Owns the tier in front: an in-process LRU with TTL, weighed in bytes. Exact keys only; what it holds
// may be lost at any time.
import { LRUCache } from 'lru-cache';

import type { Match, Phrasing, ResultHeader } from './entities.ts';
import type { Key } from './key.ts';
import type { Chunk } from './rows.ts';

export interface KnownQuestion {
  readonly phrasing: Phrasing;
  /** Set when the question was first answered by similarity: each later answer says so too. */
  readonly match: Match | null;
}

export interface HeldResult {
  readonly header: ResultHeader;
  readonly chunks: readonly Chunk[];
  readonly wasCut: boolean;
}

export interface MemoryTier {
  /** @param maxAgeMs Since it was put there, whether by an agent's answer or from the store. */
  question(key: Key, maxAgeMs?: number): KnownQuestion | undefined;
  putQuestion(key: Key, known: KnownQuestion): void;
  dropQuestion(key: Key): void;
  /** The newest result of a statement in a scope. */
  result(resultScope: string, statementKey: Key): HeldResult | undefined;
  resultById(id: string): HeldResult | undefined;
  /** `current` makes it the answer to its statement, unless a newer one is known; others are found by id. */
  putResult(result: HeldResult, current: boolean): void;
  /** The statement has a newer result, which is too large to be held here, or none any more. */
  dropResult(resultScope: string, statementKey: Key): void;
  /** Forgets what was answered by this plan, or by any, for its similarity alone. */
  dropMatched(planId?: string): void;
  clear(): void;
  readonly bytes: number;
  readonly maxBytes: number;
}

export interface MemoryOptions {
  readonly maxBytes: number;
  /** How long a question stays without being asked, in milliseconds. */
  readonly questionTtlMs: number;
  readonly now: () => number;
}

/** Larger results are served from the store: one of them must not empty the tier. */
const MAX_RESULT_SHARE = 1 / 8;
const ENTRY_OVERHEAD_BYTES = 512;

type Entry = KnownQuestion | HeldResult | string;

export function createMemoryTier(options: MemoryOptions): MemoryTier {
  const enabled = options.maxBytes > 0;
  const entries = new LRUCache<string, Entry>({
    maxSize: Math.max(1, options.maxBytes),
    maxEntrySize: Math.max(1, Math.floor(options.maxBytes * MAX_RESULT_SHARE)),
    sizeCalculation: entryBytes,
    perf: { now: options.now },
  });
  const put = (key: string, entry: Entry, ttl: number): void => {
    if (enabled && ttl > 0) entries.set(key, entry, { ttl });
  };
  const resultById = (id: string): HeldResult | undefined =>
    entries.get(`r:${id}`) as HeldResult | undefined;

  const resultOf = (resultScope: string, statementKey: Key): HeldResult | undefined => {
    const id = entries.get(`s:${resultScope}:${statementKey}`) as string | undefined;
    return id === undefined ? undefined : resultById(id);
  };

  return {
    question(key, maxAgeMs = Infinity) {
      const known = entries.get(`q:${key}`) as KnownQuestion | undefined;
      const ageMs = options.questionTtlMs - entries.getRemainingTTL(`q:${key}`);
      return ageMs > maxAgeMs ? undefined : known;
    },
    putQuestion: (key, known) => put(`q:${key}`, known, options.questionTtlMs),
    dropQuestion: (key) => void entries.delete(`q:${key}`),
    result: resultOf,
    resultById,
    putResult(result, current) {
      const { header } = result;
      const ttl = header.expiresAt - options.now();
      put(`r:${header.id}`, result, ttl);
      const { resultScope, statementKey } = header;
      const known = current ? resultOf(resultScope, statementKey) : undefined;
      const isNewest = current && (known === undefined || known.header.readAt <= header.readAt);
      if (isNewest) put(`s:${resultScope}:${statementKey}`, header.id, ttl);
    },
    dropResult: (resultScope, statementKey) =>
      void entries.delete(`s:${resultScope}:${statementKey}`),
    clear: () => entries.clear(),
    get bytes() {
      return entries.calculatedSize;
    },
    maxBytes: options.maxBytes,
    dropMatched(planId) {
      for (const [key, entry] of entries.entries()) {
        const isOfPlan =
          typeof entry === 'object' &&
          'phrasing' in entry &&
          entry.match !== null &&
          (planId === undefined || entry.phrasing.plan.id === planId);
        if (isOfPlan) entries.delete(key);
      }
    },
  };
}

function entryBytes(entry: Entry, key: string): number {
  const base = ENTRY_OVERHEAD_BYTES + key.length;
  if (typeof entry === 'string') return base;
  if ('phrasing' in entry) {
    const { phrasing } = entry;
    return base + 2 * (phrasing.question.length + phrasing.plan.sql.length) + 2048;
  }
  return base + entry.chunks.reduce((sum, chunk) => sum + chunk.body.length + 256, 0);
}
