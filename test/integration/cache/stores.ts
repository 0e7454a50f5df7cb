// Owns a migrated cache database for the tests of cache/, and what is put into it.
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createCache } from '../../../src/cache/cache.ts';
import type { Cache, Rejection } from '../../../src/cache/cache.ts';
import type { EvictionLimits } from '../../../src/cache/eviction.ts';
import type { ResultHeader } from '../../../src/cache/entities.ts';
import { idOf, questionKey } from '../../../src/cache/key.ts';
import type { NewPhrasing, PlanScope } from '../../../src/cache/plan-store.ts';
import type { Policy, PolicyValues } from '../../../src/cache/policies.ts';
import { createNotices } from '../../../src/cache/notices.ts';
import type { Notices } from '../../../src/cache/notices.ts';
import { migrate } from '../../../src/db/migrate.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMetrics } from '../../../src/metrics.ts';
import type { Cuts } from '../../../src/cache/live-cuts.ts';
import type { Metrics } from '../../../src/metrics.ts';
import { VALID, chunkOf, planOf } from '../../support/cache-samples.ts';
import { freshDatabase } from '../../support/database.ts';
import { poolOf } from '../db/pools.ts';
import { createSeal } from '../../../src/cache/seal.ts';
import type { Seal } from '../../../src/cache/seal.ts';

/** compiled to dist/test/integration/cache, four folders below the package */
export const MIGRATIONS = fileURLToPath(new URL('../../../../migrations', import.meta.url));

export async function cacheDatabase(t: TestContext): Promise<{ url: string; pool: Pool }> {
  const { url } = await freshDatabase(t);
  const pool = poolOf(t, url, { max: 5 });
  await migrate(pool, MIGRATIONS);
  return { url, pool };
}

export function cacheOver(
  t: TestContext,
  pool: Pool,
  given: {
    maxMemoryBytes?: number;
    metrics?: Metrics;
    cuts?: Cuts;
    limits?: EvictionLimits;
    seal?: Seal;
    policy?: PolicyValues;
    notices?: Notices;
    now?: () => number;
  } = {},
): Cache {
  const cache = createCache({
    pool,
    maxMemoryBytes: given.maxMemoryBytes ?? 8 * 1024 * 1024,
    logger: createLogger('silent'),
    metrics: given.metrics ?? createMetrics(),
    cuts: given.cuts ?? null,
    isShared: true,
    limits: given.limits ?? { maxResultBytes: 1e9, maxPlans: 1e6, shareOfOne: 1 },
    seal: given.seal ?? SEAL,
    deployment: 'test',
    policy: { ...POLICY, ...given.policy },
    notices: given.notices ?? createNotices(pool),
    now: given.now ?? Date.now,
  });
  void cache.open();
  t.after(() => cache.drain());
  return cache;
}

const POLICY: Policy = {
  targetErrorRate: 0.01,
  ttlSeconds: 300,
  staleWhileRevalidateSeconds: 0,
  templateHits: 'on',
  shadowCheckRate: 0,
  maxRows: 1_000_000,
  maxResponseBytes: 1e8,
};

export const SEAL = createSeal(Buffer.alloc(32));
/** For rows that a test writes by itself. */
export const TRUSTING: Seal = { of: () => Buffer.of(1), holds: () => true };

export const SCOPE: PlanScope = { planScope: 'scope', schemaVersion: '1', modelId: 'mini' };

interface PhrasingGiven {
  readonly scope?: PlanScope;
  readonly sql?: string;
  readonly embedding?: readonly number[] | null;
  readonly madeBy?: string;
}

export function phrasingOf(question: string, given: PhrasingGiven = {}): NewPhrasing {
  const { scope = SCOPE, sql = `select '${question}'`, embedding = [1, 0, 0] } = given;
  const { madeBy = 'alice' } = given;
  const key = questionKey({ canonicalQuestion: question, ...scope });
  return {
    id: idOf(key),
    question,
    questionKey: key,
    origin: 'asked',
    madeBy,
    isByAdmin: false,
    plan: planOf(sql, scope.planScope, scope.schemaVersion),
    embedding: embedding && Float32Array.from(embedding),
  };
}

export function rejectionOf(phrasing: NewPhrasing): Rejection {
  return {
    planScope: SCOPE.planScope,
    questionKey: phrasing.questionKey,
    planId: phrasing.plan.id,
    phrasingId: phrasing.id,
    by: 'alice',
  };
}

const ROWS_PER_CHUNK = 100;

interface Written {
  readonly chunks?: number;
  readonly padChars?: number;
  readonly wasCut?: boolean;
  readonly current?: boolean;
}

/** Keeps a result of so many chunks. */
export async function write(cache: Cache, header: ResultHeader, given: Written = {}) {
  const { chunks = 3, padChars = 0, wasCut = false, current = true } = given;
  const writer = cache.results.writer(header);
  for (let index = 0; index < chunks; index += 1) {
    await writer.append(chunkOf(index * ROWS_PER_CHUNK, ROWS_PER_CHUNK, padChars));
  }
  await writer.finish({ wasCut, validity: current ? VALID : null, runMs: 1 });
  return writer;
}

export const LARGE: Written = { chunks: 20, padChars: 1000 };

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
