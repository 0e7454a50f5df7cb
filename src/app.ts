// Owns putting the parts together: the only file that knows every one of them. Each step pushes its
// release; closing, or a failed start, unwinds them newest first.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { createAdminTools } from './admin-tools.ts';
import { NO_AUDIT, openAudit } from './audit.ts';
import { createNotices } from './cache/notices.ts';
import { createDecider } from './cache/decide.ts';
import { createScopeKeys } from './cache/key.ts';
import { createSeal } from './cache/seal.ts';
import { identitiesOf, principalsOf } from './config.ts';
import type { Config } from './config.ts';
import { openCacheDatabase, openDataDatabase } from './databases.ts';
import { AS_LOGIN } from './db/identity.ts';
import { createAdminSessions } from './http/admin-session.ts';
import { createSyntax } from './guard/syntax.ts';
import { requireFreePort } from './http/server.ts';
import { createAdmission, shareOfOne } from './lib/admission.ts';
import { ReleaseStack } from './lib/release-stack.ts';
import { keepBudget } from './keep-budget.ts';
import { listen } from './listen.ts';
import type { Logger } from './logger.ts';
import { createHeldAnswers } from './mcp/held-answers.ts';
import type { ExtendSession } from './mcp/server.ts';
import type { Tool } from './mcp/tool.ts';
import { askTool } from './mcp/tools/ask.ts';
import { explainTool } from './mcp/tools/explain.ts';
import { fetchRowsTool } from './mcp/tools/fetch-rows.ts';
import { queryTool } from './mcp/tools/query.ts';
import { reportTool } from './mcp/tools/report.ts';
import { searchSchemaTool } from './mcp/tools/search-schema.ts';
import { createMemoryUse } from './memory-use.ts';
import { createMetrics } from './metrics.ts';
import { loadEmbedder, loadVerifier } from './models.ts';
import { evictionLimits, keepLearning, openCache, warmUp } from './open-cache.ts';
import { openFreshness } from './open-freshness.ts';
import type { Principal } from './query/context.ts';
import { createExecutor } from './query/execute.ts';
import { createFlights } from './query/flights.ts';
import { createJudging } from './query/judging.ts';
import { createLargeResults } from './query/large-results.ts';
import { createPending } from './query/pending.ts';
import { createRememberer } from './query/remember.ts';
import { createCursorSeal } from './query/sealed-cursors.ts';
import { createSharedRuns } from './query/shared-runs.ts';
import { createReadiness } from './readiness.ts';
import { logRequests } from './request-log.ts';
import { createSharedVectors } from './shared-vectors.ts';
import { scopeSecret } from './scope-secret.ts';
import { withStageTimes } from './stage-times.ts';
import { createStatus } from './status.ts';
import { NO_TRACING } from './tracing.ts';
import type { Tracing } from './tracing.ts';
import { createView } from './view.ts';
import { createViews } from './views.ts';

export interface App {
  readonly port: number;
  /** Stops accepting, lets answers finish within the deadline, then releases everything. */
  close(deadlineMs: number): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  /** Closed with the app. Default: nothing is traced. */
  readonly tracing?: Tracing;
  /** Told in plain words what a long start is doing. */
  readonly onProgress: (line: string) => void;
  /** The seam for tests. */
  readonly now?: () => number;
  /** Another: what a session offers beside what askonce does. */
  readonly extendSession?: ExtendSession;
}

const JUDGING_WAIT_MS = 5000;
const OPEN_WAIT_MS = 3000;
/** Nobody who asks: the program itself, as the role that logs in. */
const PROGRAM: Principal = { name: '', role: 'user', identity: AS_LOGIN };

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
  const metrics = createMetrics();
  const tracing = withStageTimes(options.tracing ?? NO_TRACING, (name, seconds) =>
    metrics.stage(name, seconds),
  );
  // The first: what is told of the end of all others is handed over, too.
  releases.push('tracing', (deadlineMs) => tracing.close(deadlineMs));
  await requireFreePort({ host: config.HOST, port: config.PORT });
  const auditLog =
    config.AUDIT_LOG === ''
      ? NO_AUDIT
      : openAudit({
          target: config.AUDIT_LOG,
          isFull: config.AUDIT_TEXT === 'full',
          redacted: (sql) => views.of(PROGRAM).guard.redacted(sql),
          logger,
        });
  releases.push('audit', async () => auditLog.close());
  const audit = logRequests(auditLog, logger);
  const [data, cacheDatabase, embedder, verifier] = await allStarted([
    openDataDatabase({ ...options, metrics }, releases),
    openCacheDatabase({ ...options, metrics }, releases),
    loadEmbedder({ config, logger, metrics }, releases),
    loadVerifier({ config, logger, metrics }),
  ]);
  const cursorSeal = createCursorSeal();
  const secret = scopeSecret(config, logger);
  const syntax = await createSyntax();
  const cuts = verifier?.cuts ?? null;
  const seal = createSeal(secret.keyFor('plans'));
  const scopeKeys = createScopeKeys(secret.keyFor('scopes'));
  const deployment = scopeKeys.deployment(data.id);
  const notices = createNotices(cacheDatabase.pool);
  const store = openCache({
    notices,
    config,
    logger,
    metrics,
    database: cacheDatabase,
    releases,
    cursorSeal,
    planSeal: seal,
    deployment,
    cuts,
    now,
  });
  const { cache } = store;
  keepBudget({ config, logger, data, cache: cacheDatabase, releases });
  const freshness = openFreshness({
    config,
    data,
    cache: cacheDatabase,
    notices,
    volatilityOf: (definition) => views.of(PROGRAM).guard.volatilityOf(definition),
    metrics,
    logger,
    releases,
  });
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
  const judging = createJudging(
    createAdmission({
      places: 1,
      maxWaiting: config.MAX_QUEUE,
      maxWaitMs: JUDGING_WAIT_MS,
      refusal: 'Too many questions are being compared with known ones.',
      watcher: metrics.queue('judging'),
      now: () => performance.now(),
    }),
  );
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
  const onPlanScope = keepLearning(store, releases);
  const decider = createDecider(verifier);
  const pending = createPending(cache);
  const embedSchema = embedder && createSharedVectors((text) => embedder.embed(text));
  const remember = createRememberer({ cache, embedder });
  const answerSettings = {
    maxRows: config.MAX_ROWS,
    maxResponseBytes: config.MAX_RESPONSE_BYTES,
  };
  const views = createViews((role) =>
    createView(role, {
      config,
      answerSettings,
      data,
      cache,
      embedder,
      embedSchema,
      decider,
      judging,
      executor,
      flights,
      freshness,
      large,
      pending,
      remember,
      cursorSeal,
      syntax,
      scopeKeys,
      onScope(scope, { resultScope, principal }) {
        onPlanScope(scope.planScope);
        if (principal !== PROGRAM) cache.scopes.saw(scope, { resultScope, principal });
      },
      metrics,
      logger,
      now,
    }),
  );
  warmUp(store, async () => (await views.of(PROGRAM).scoping.scopesOf(PROGRAM)).scope);
  releases.push('views', async () => views.close());
  const { pipeline, transfer, wholeResults } = views;
  // Those who are known by now: what their roles can do is told from the start on.
  for (const identity of identitiesOf(config)) views.of({ identity });
  const { posture } = views;
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
  const tools: Tool[] = [
    askTool(pipeline, answerSettings),
    queryTool(pipeline, answerSettings),
    fetchRowsTool(pipeline),
    searchSchemaTool(views.schema),
    explainTool(views.explainer),
    reportTool(views.feedback),
    ...createAdminTools({
      pool: cacheDatabase.pool,
      cache,
      limits: evictionLimits(config),
      seal,
      embedder,
      verifier,
      remember,
      viewOf: (principal) => views.of(principal),
      login: PROGRAM,
      runQuery: data.queryAs(AS_LOGIN),
      now,
      transfer,
      maxResponseBytes: config.MAX_RESPONSE_BYTES,
      status: createStatus({
        version: options.version,
        readiness,
        freshness,
        posture,
        data: data.pool,
        cachePool: cacheDatabase.pool,
        cache,
        large,
        metrics,
        cuts,
        hasEmbedder: embedder !== null,
        memoryUse,
        config,
      }),
    }),
  ];
  // Who comes first finds the cache, if it is there soon.
  await Promise.race([store.opened, sleep(OPEN_WAIT_MS, undefined, { ref: false })]);
  const newRequestId = (): string => randomUUID().slice(0, 8);
  return await listen({
    config,
    logger,
    version: options.version,
    now,
    tools,
    heldAnswers: createHeldAnswers({
      pipeline,
      settings: answerSettings,
      metrics,
      audit,
      tracing,
      newRequestId,
      version: options.version,
    }),
    audit,
    tracing,
    newRequestId,
    wholeResults,
    schema: views.schema,
    metrics,
    releases,
    data,
    cache,
    others: config.CACHE_DATABASE_URL === undefined ? null : notices,
    conversationKey: secret.keyFor('conversations'),
    large,
    memoryUse,
    readiness,
    adminSessions: createAdminSessions({
      key: secret.keyFor('sessions'),
      name: `askonce_${deployment.slice(0, 8)}`,
      isSecure: config.PUBLIC_URL?.startsWith('https:') ?? false,
      now,
    }),
    extendSession: options.extendSession,
  });
}

/** Waits for all even if one fails, so that what the others have opened is there to be released. */
async function allStarted<Parts extends readonly unknown[]>(parts: {
  readonly [Index in keyof Parts]: Promise<Parts[Index]>;
}): Promise<Parts> {
  await Promise.allSettled(parts);
  return await Promise.all(parts);
}
