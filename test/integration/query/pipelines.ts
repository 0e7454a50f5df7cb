// Owns a pipeline over real databases for the tests of query/: no model, so that what is exact is tested
// alone, and principals by name.
import { createDecider } from '../../../src/cache/decide.ts';
import type { TestContext } from 'node:test';

import type { Seal } from '../../../src/cache/seal.ts';
import type { Breaker } from '../../../src/db/breaker.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { createFreshness } from '../../../src/freshness/freshness.ts';
import { createAdmission } from '../../../src/lib/admission.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMetrics } from '../../../src/metrics.ts';
import type { Answer } from '../../../src/query/answer.ts';
import type { RequestContext } from '../../../src/query/context.ts';
import { createExecutor } from '../../../src/query/execute.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { createFlights } from '../../../src/query/flights.ts';
import { createFetchRows } from '../../../src/query/fetch-rows.ts';
import { createLabeller } from '../../../src/query/labels.ts';
import { createPending } from '../../../src/query/pending.ts';
import { createPipeline } from '../../../src/query/pipeline.ts';
import type { QueryPipeline } from '../../../src/query/pipeline.ts';
import { createJudging } from '../../../src/query/judging.ts';
import { createRecall } from '../../../src/query/recall.ts';
import { createRememberer } from '../../../src/query/remember.ts';
import { createScoping } from '../../../src/query/scope.ts';
import { createServe } from '../../../src/query/serve.ts';
import { createSharedRuns } from '../../../src/query/shared-runs.ts';
import { createSchemaIndex } from '../../../src/schema/schema-index.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { relayTo } from '../../support/relay.ts';
import { cacheDatabase, cacheOver } from '../cache/stores.ts';
import { poolOf } from '../db/pools.ts';
import { readerOf } from '../schema/reader.ts';
import { AS_LOGIN } from '../../../src/db/identity.ts';
import { createScopeKeys } from '../../../src/cache/key.ts';
import { NO_TRACE } from '../../../src/tracing.ts';

const logger = createLogger('silent');
export const TTL_MS = 60_000;
export const HARD_LIMITS = { maxRows: 500, maxBytes: 100_000 };

interface PipelineGiven {
  readonly spoolMaxBytes?: number;
  readonly staleMs?: number;
  readonly now?: () => number;
  readonly breaker?: Breaker;
  readonly seal?: Seal;
  /** Another replica, whose databases this one shares. */
  readonly beside?: Replicated;
}

interface Replicated {
  readonly url: string;
  readonly readerUrl: string;
  readonly cachePool: Pool;
}

async function replicated(t: TestContext, setup: string): Promise<Replicated> {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, setup);
  return { url, readerUrl, cachePool: (await cacheDatabase(t)).pool };
}

export async function pipelineOf(t: TestContext, setup: string, given: PipelineGiven = {}) {
  const { spoolMaxBytes = 1e8, staleMs = 0, now = Date.now, breaker } = given;
  const databases = given.beside ?? (await replicated(t, setup));
  const { readerUrl, cachePool } = databases;
  const relay = await relayTo(t, readerUrl);
  const policy = { ttlSeconds: TTL_MS / 1000, staleWhileRevalidateSeconds: staleMs / 1000 };
  const cache = cacheOver(t, cachePool, { now, policy, ...(given.seal && { seal: given.seal }) });
  const metrics = createMetrics();
  const pool = poolOf(t, relay.url, breaker && { breaker });
  const executor = createExecutor({
    pool,
    statementTimeoutMs: 20_000,
    spoolMaxBytes,
    maxPlanCost: 0,
    logger,
    now,
  });
  t.after(() => executor.close());
  const large = createAdmission({
    places: 1,
    maxWaiting: 2,
    maxWaitMs: 20_000,
    refusal: 'Too many large results are being read.',
    now: Date.now,
  });
  const coalesced = { count: 0 };
  const waiting = {
    results: cache.results,
    maxWaitMs: 20_000,
    onJoined: () => (coalesced.count += 1),
  };
  const shared = createSharedRuns({ ...waiting, leases: cache.leases });
  const flights = createFlights({ ...waiting, shared, now });
  const scoping = createScoping({
    keys: createScopeKeys(Buffer.alloc(32)),
    sharing: 'identity',
    databaseId: 'test',
    role: 'reader',
    modelId: 'none',
    tableRules: { allowed: [], denied: [], masked: [] },
    schemaVersion: async () => '1',
  });
  const guard = await createStatementGuard();
  const freshness = createFreshness({
    pool: poolOf(t, relay.url, { max: 1 }),
    isDown: () => pool.isResting,
    volatilityOf: (definition) => guard.volatilityOf(definition),
    onChange: (cause) => metrics.invalidated(cause),
    logger,
  });
  t.after(() => freshness.close());
  const remember = createRememberer({ cache, embedder: null });
  const pending = createPending(cache);
  const pipeline: QueryPipeline = createPipeline({
    cache,
    guard,
    scoping,
    recall: createRecall({
      cache,
      embedder: null,
      metrics,
      decider: createDecider(null),
      judging: createJudging({ enter: async () => () => undefined }),
    }),
    pending,
    remember,
    labeller: createLabeller({
      cache,
      guard,
      remember,
      policies: cache.policies,
      holds: freshness.holds,
      now,
    }),
    schema: createSchemaIndex({ runQuery: readerOf(t, readerUrl), embed: null, logger }),
    serve: createServe({
      cache,
      executor,
      flights,
      freshness,
      large,
      backend: pool,
      spoolMaxBytes,
      shownSql: (sql) => guard.shown(sql),
      prepare: (sql) => Promise.resolve({ sql, isPlanned: () => true }),
      now,
    }),
    fetchRows: createFetchRows({ cache, scoping, hardLimits: HARD_LIMITS }),
  });
  return { ...databases, pipeline, large, coalesced, cache, scoping, relay };
}

export function contextOf(name: string): RequestContext {
  return {
    requestId: 'test',
    takesLinks: true,
    atStage: () => undefined,
    trace: NO_TRACE,
    principal: { name, role: 'user', identity: AS_LOGIN },
    signal: new AbortController().signal,
    logger,
  };
}

/** One who may go away. */
export function caller(name = 'alice'): { context: RequestContext; leave: () => void } {
  const controller = new AbortController();
  return {
    context: { ...contextOf(name), signal: controller.signal },
    leave: () => controller.abort(),
  };
}

/** The whole document, as a client would see it. */
export async function documentOf(answer: Answer) {
  let rows = '';
  for await (const piece of answer.rows()) rows += piece;
  const { head } = answer;
  const tail = answer.tail();
  const text = `${JSON.stringify(head).slice(0, -1)},"rows":${rows},${JSON.stringify(tail).slice(1)}`;
  return { ...head, ...tail, rows: JSON.parse(rows) as unknown[][], text };
}
