// Owns putting the parts together: the only file that knows every one of them. Each step pushes its
// release; closing, or a failed start, unwinds them newest first.
import { randomUUID } from 'node:crypto';

import { NO_AUDIT, openAudit } from './audit.ts';
import { createNotices } from './cache/notices.ts';
import { createDecider } from './cache/decide.ts';
import { principalsOf } from './config.ts';
import type { Config } from './config.ts';
import { openCacheDatabase, openDataDatabase } from './databases.ts';
import { requireFreePort } from './http/server.ts';
import { createAdmission, shareOfOne } from './lib/admission.ts';
import { ReleaseStack } from './lib/release-stack.ts';
import { keepBudget } from './keep-budget.ts';
import { listen } from './listen.ts';
import type { Logger } from './logger.ts';
import { createHeldAnswers } from './mcp/held-answers.ts';
import type { Tool } from './mcp/tool.ts';
import { toLimits } from './mcp/tools/arguments.ts';
import { askTool } from './mcp/tools/ask.ts';
import { cacheExportTool } from './mcp/tools/cache-export.ts';
import { cacheWarmTool } from './mcp/tools/cache-warm.ts';
import { explainTool } from './mcp/tools/explain.ts';
import { fetchRowsTool } from './mcp/tools/fetch-rows.ts';
import { queryTool } from './mcp/tools/query.ts';
import { reportTool } from './mcp/tools/report.ts';
import { searchSchemaTool } from './mcp/tools/search-schema.ts';
import { serverStatusTool } from './mcp/tools/server-status.ts';
import { createMemoryUse } from './memory-use.ts';
import { createMetrics } from './metrics.ts';
import { loadEmbedder, loadVerifier } from './models.ts';
import { keepLearning, openCache, warmUp } from './open-cache.ts';
import { openFreshness } from './open-freshness.ts';
import { createExecutor } from './query/execute.ts';
import { createExplainer } from './query/explain.ts';
import { createFeedback } from './query/feedback.ts';
import { createFlights } from './query/flights.ts';
import { createFetchRows } from './query/fetch-rows.ts';
import { createStatementGuard } from './guard/guard.ts';
import { createPrepare } from './guard/prepare.ts';
import { createServerCatalog } from './guard/server-catalog.ts';
import { hasTableRules } from './guard/table-policy.ts';
import { createJudging } from './query/judging.ts';
import { createLargeResults } from './query/large-results.ts';
import { createLabeller } from './query/labels.ts';
import { createPending } from './query/pending.ts';
import { createPipeline } from './query/pipeline.ts';
import { createRebinder } from './query/rebind-statement.ts';
import { createRecall } from './query/recall.ts';
import { createRememberer } from './query/remember.ts';
import { createColumnValues, createSchemaNames } from './query/schema-names.ts';
import { createScoping } from './query/scope.ts';
import { createCursorSeal, sealCursors } from './query/sealed-cursors.ts';
import { createServe } from './query/serve.ts';
import { createSharedRuns } from './query/shared-runs.ts';
import { createTransfer } from './query/transfer.ts';
import { createWholeResults } from './query/whole-result.ts';
import { watchPosture } from './posture.ts';
import { createReadiness } from './readiness.ts';
import { createSchemaIndex } from './schema/schema-index.ts';
import { createStatus } from './status.ts';

export interface App {
  readonly port: number;
  /** Stops accepting, lets answers finish within the deadline, then releases everything. */
  close(deadlineMs: number): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  /** Told in plain words what a long start is doing. */
  readonly onProgress: (line: string) => void;
  /** The seam for tests. */
  readonly now?: () => number;
}

const JUDGING_WAIT_MS = 5000;

/** @throws AppError CONFIG_INVALID with what to do when the start cannot succeed. */
export async function createApp(options: AppOptions): Promise<App> {
  const releases = new ReleaseStack();
  try {
    const port = await start(options, releases);
    return { port, close: (deadlineMs) => releases.unwind(deadlineMs) };
  } catch (error) {
    await releases.unwind(0).catch(() => undefined);
    throw error;
  }
}

async function start(options: AppOptions, releases: ReleaseStack): Promise<number> {
  const { config, logger, now = Date.now } = options;
  await requireFreePort({ host: config.HOST, port: config.PORT });
  const metrics = createMetrics();
  const audit =
    config.AUDIT_LOG === ''
      ? NO_AUDIT
      : openAudit({
          target: config.AUDIT_LOG,
          isFull: config.AUDIT_TEXT === 'full',
          redacted: (sql) => guard.redacted(sql),
          logger,
        });
  releases.push('audit', async () => audit.close());
  const [data, cacheDatabase, embedder, verifier] = await allStarted([
    openDataDatabase({ ...options, metrics }, releases),
    openCacheDatabase({ ...options, metrics }, releases),
    loadEmbedder(config, logger, releases),
    loadVerifier(config, logger, metrics),
  ]);
  const seal = createCursorSeal();
  const cuts = verifier?.cuts ?? null;
  const notices = createNotices(cacheDatabase.pool);
  const store = openCache({
    notices,
    config,
    logger,
    metrics,
    database: cacheDatabase,
    releases,
    seal,
    cuts,
    now,
  });
  const { cache } = store;
  keepBudget({ config, logger, data, cache: cacheDatabase, releases });
  const ttlMs = config.CACHE_TTL_SECONDS * 1000;
  const tables = {
    allowed: config.ALLOWED_TABLES,
    denied: config.DENIED_TABLES,
    masked: config.MASKED_COLUMNS,
  };
  const serverCatalog = createServerCatalog({
    runQuery: data.runQuery,
    wants: { relations: hasTableRules(tables), columns: tables.masked.length > 0 },
    logger,
    now,
  });
  const guard = await createStatementGuard({
    catalog: () => serverCatalog.current(),
    functionSchemas: config.FUNCTION_SCHEMAS,
    tables,
  });

  const schema = createSchemaIndex({
    // What may be told of it is known before it is.
    runQuery: async (sql, params, signal) => {
      await serverCatalog.fresh();
      return await data.runQuery(sql, params, signal);
    },
    embed: embedder && ((text) => embedder.embed(text)),
    visibility: guard,
    logger,
    clock: now,
  });
  const scoping = createScoping({
    databaseId: data.id,
    role: data.role,
    modelId: embedder?.modelId ?? 'none',
    tableRules: tables,
    schemaVersion: async () => {
      // Asked for before anything else is: no statement is judged without what the server says of its functions.
      if (serverCatalog.current() === null) await serverCatalog.fresh();
      const known = schema.current() ?? (await schema.refresh().catch(() => null));
      return known?.version ?? 'unknown';
    },
  });
  keepLearning(store, scoping.planScope, releases);
  warmUp(store, async () => (await scoping.scopesOf({ name: '', role: 'user' })).scope);
  const freshness = openFreshness({
    config,
    data,
    cache: cacheDatabase,
    notices,
    guard,
    metrics,
    logger,
    releases,
  });
  const posture = watchPosture({ runQuery: data.runQuery, logger });
  releases.push('posture', () => posture.close());
  const prepare = createPrepare(guard, serverCatalog);
  const executor = createExecutor({
    pool: data.pool,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    spoolMaxBytes: config.SPOOL_MAX_BYTES,
    maxPlanCost: config.MAX_PLAN_COST,
    logger,
    now,
    ...(data.interrupt && { interrupt: data.interrupt }),
  });
  releases.push('executor', () => executor.close());
  const pending = createPending(cache);
  const judgingTurns = createAdmission({
    places: 1,
    maxWaiting: config.MAX_QUEUE,
    maxWaitMs: JUDGING_WAIT_MS,
    refusal: 'Too many questions are being compared with known ones.',
    watcher: metrics.queue('judging'),
    now: () => performance.now(),
  });
  const recall = createRecall({
    cache,
    pending,
    embedder,
    metrics,
    decider: createDecider(verifier),
    judging: createJudging(judgingTurns),
    rebinder:
      config.TEMPLATE_HITS === 'on'
        ? createRebinder({ guard, knownValues: createColumnValues(() => schema.current()) })
        : undefined,
    schemaNames: createSchemaNames(() => schema.current()),
    onDecision: (record) => cache.decisions.add(record),
    shadowCheckRate: config.SHADOW_CHECK_RATE,
  });
  const waiting = {
    results: cache.results,
    maxWaitMs: config.STATEMENT_TIMEOUT_MS,
    onJoined: () => metrics.coalesced(),
  };
  const shared = createSharedRuns({ ...waiting, leases: cache.leases });
  const flights = createFlights({ ...waiting, shared, now });
  const memoryUse = createMemoryUse();
  const large = createLargeResults({
    connections: config.DB_POOL_MAX,
    watermark: config.MEMORY_WATERMARK,
    memoryUse,
    collectGarbage: globalThis.gc && (() => globalThis.gc!()),
    maxWaiting: config.MAX_QUEUE,
    share: shareOfOne(principalsOf(config)),
    watcher: metrics.queue('large result'),
    now: () => performance.now(),
  });
  const remember = createRememberer({ cache, embedder });
  const settings = { maxRows: config.MAX_ROWS, maxResponseBytes: config.MAX_RESPONSE_BYTES };
  const most = { max_rows: config.MAX_ROWS, max_bytes: config.MAX_RESPONSE_BYTES };
  const bare = createPipeline({
    cache,
    guard,
    scoping,
    recall,
    pending,
    remember,
    labeller: createLabeller({
      cache,
      guard,
      remember,
      ttlMs,
      holds: freshness.holds,
      now,
    }),
    schema,
    serve: createServe({
      cache,
      executor,
      flights,
      freshness,
      large,
      backend: data.pool,
      ttlMs,
      staleMs: config.STALE_WHILE_REVALIDATE_SECONDS * 1000,
      spoolMaxBytes: config.SPOOL_MAX_BYTES,
      prepare,
      now,
    }),
    fetchRows: createFetchRows({ cache, scoping, hardLimits: toLimits(most, settings) }),
  });
  const pipeline = sealCursors(bare, seal);
  const explainer = createExplainer({
    pool: data.pool,
    guard,
    prepare,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    ...(data.interrupt && { interrupt: data.interrupt }),
  });
  const readiness = createReadiness({
    data,
    freshness,
    cache,
    embedder,
    verifier,
    config,
    posture,
    now,
  });
  const transfer = createTransfer({ cache, guard, scoping, remember, pipeline });
  const tools: Tool[] = [
    askTool(pipeline, settings),
    queryTool(pipeline, settings),
    fetchRowsTool(pipeline),
    searchSchemaTool(schema),
    explainTool(explainer),
    reportTool(createFeedback({ cache, scoping, metrics, remember })),
    cacheExportTool(transfer, config.MAX_RESPONSE_BYTES),
    cacheWarmTool(transfer),
    serverStatusTool(
      createStatus({
        version: options.version,
        readiness,
        freshness,
        posture,
        data: data.pool,
        cache: cacheDatabase.pool,
        memoryUse,
        large,
        staleSeconds: config.STALE_WHILE_REVALIDATE_SECONDS,
      }),
    ),
  ];
  const newRequestId = (): string => randomUUID().slice(0, 8);
  const wholeResults = createWholeResults({ cache, scoping });
  return await listen({
    config,
    logger,
    version: options.version,
    now,
    tools,
    heldAnswers: createHeldAnswers({
      pipeline,
      settings,
      metrics,
      audit,
      newRequestId,
      version: options.version,
    }),
    audit,
    newRequestId,
    wholeResults,
    metrics,
    releases,
    data,
    large,
    memoryUse,
    readiness,
  });
}

/** Waits for all even if one fails, so that what the others have opened is there to be released. */
async function allStarted<Parts extends readonly unknown[]>(parts: {
  readonly [Index in keyof Parts]: Promise<Parts[Index]>;
}): Promise<Parts> {
  await Promise.allSettled(parts);
  return await Promise.all(parts);
}
