// Owns putting the parts together: the only file that knows every one of them. Each step pushes its
// release; closing, or a failed start, unwinds them newest first.
import { randomUUID } from 'node:crypto';

import { createCache } from './cache/cache.ts';
import type { Cache } from './cache/cache.ts';
import type { Cuts } from './cache/live-cuts.ts';
import { createDecider } from './cache/decide.ts';
import { createVerifier, readVerifier, type Verifier } from './cache/verifier.ts';
import type { Config } from './config.ts';
import { openCacheDatabase, openDataDatabase } from './databases.ts';
import type { OpenDatabase } from './databases.ts';
import { sharedSecret } from './db/secret.ts';
import { createEmbedder } from './embedding/embedder.ts';
import type { Embedder } from './embedding/embedder.ts';
import { createAuthenticate } from './http/auth.ts';
import { createConversations } from './http/conversations.ts';
import { createMcpEndpoint } from './http/mcp-endpoint.ts';
import { createResultsEndpoint } from './http/results-endpoint.ts';
import { requireFreePort, startHttpServer } from './http/server.ts';
import type { Readiness } from './http/server.ts';
import { createSessionPool } from './http/session-pool.ts';
import { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';
import { createMcpServerFactory } from './mcp/server.ts';
import type { Tool } from './mcp/tool.ts';
import { toLimits } from './mcp/tools/arguments.ts';
import { askTool } from './mcp/tools/ask.ts';
import { explainTool } from './mcp/tools/explain.ts';
import { fetchRowsTool } from './mcp/tools/fetch-rows.ts';
import { queryTool } from './mcp/tools/query.ts';
import { reportTool } from './mcp/tools/report.ts';
import { searchSchemaTool } from './mcp/tools/search-schema.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { createExecutor } from './query/execute.ts';
import { createExplainer } from './query/explain.ts';
import { createFeedback } from './query/feedback.ts';
import { createStatementGuard } from './query/guard.ts';
import { createLabeller } from './query/labels.ts';
import { createPipeline } from './query/pipeline.ts';
import { createRebinder } from './query/rebind-statement.ts';
import { createRecall } from './query/recall.ts';
import { createRememberer } from './query/remember.ts';
import { createColumnValues, createSchemaNames } from './query/schema-names.ts';
import { createScoping } from './query/scope.ts';
import { createCursorSeal, sealCursors } from './query/sealed-cursors.ts';
import type { CursorSeal } from './query/sealed-cursors.ts';
import { createWholeResults } from './query/whole-result.ts';
import type { WholeResults } from './query/whole-result.ts';
import { createSchemaIndex } from './schema/schema-index.ts';

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
  /** The seams for tests. */
  readonly now?: () => number;
  readonly random?: () => number;
}

const CONVERSATIONS_MAX = 10_000;
const CONVERSATION_IDLE_MS = 30 * 60 * 1000;
const SWEEP_EVERY_MS = 60_000;
/** What other replicas were told counts here so much later. */
const LEARN_EVERY_MS = 30_000;
const READY_TTL_MS = 1000;

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
  const guard = await createStatementGuard();
  const [data, cacheDatabase, embedder, verifier] = await allStarted([
    openDataDatabase(options, releases),
    openCacheDatabase(options, releases),
    loadEmbedder(config, logger, releases),
    loadVerifier(options, metrics),
  ]);
  const seal = createCursorSeal();
  const cuts = verifier?.cuts ?? null;
  const cache = startCache({ options, metrics, database: cacheDatabase, releases, seal, cuts });
  const ttlMs = config.CACHE_TTL_SECONDS * 1000;

  const schema = createSchemaIndex({
    runQuery: data.runQuery,
    embed: embedder && ((text) => embedder.embed(text)),
    logger,
    clock: now,
  });
  const scoping = createScoping({
    databaseId: data.id,
    role: data.role,
    modelId: embedder?.modelId ?? 'none',
    schemaVersion: async () => {
      const known = schema.current() ?? (await schema.refresh().catch(() => null));
      return known?.version ?? 'unknown';
    },
  });
  const learner = setInterval(() => void cache.decisions.learn(scoping.planScope), LEARN_EVERY_MS);
  learner.unref();
  releases.push('learner', async () => clearInterval(learner));
  const executor = createExecutor({
    pool: data.pool,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    spoolMaxBytes: config.SPOOL_MAX_BYTES,
    logger,
    now,
    ...(data.interrupt && { interrupt: data.interrupt }),
  });
  releases.push('executor', () => executor.close());
  const recall = createRecall({
    cache,
    embedder,
    metrics,
    decider: createDecider(verifier),
    rebinder:
      config.TEMPLATE_HITS === 'on'
        ? createRebinder({ guard, knownValues: createColumnValues(() => schema.current()) })
        : null,
    schemaNames: createSchemaNames(() => schema.current()),
    onDecision: (record) => cache.decisions.add(record),
    shadowCheckRate: config.SHADOW_CHECK_RATE,
    random: options.random ?? Math.random,
  });
  const remember = createRememberer({ cache, embedder });
  const settings = { maxRows: config.MAX_ROWS, maxResponseBytes: config.MAX_RESPONSE_BYTES };
  const bare = createPipeline({
    cache,
    guard,
    scoping,
    recall,
    remember,
    labeller: createLabeller({ cache, guard, remember, ttlMs, now }),
    executor,
    schema,
    ttlMs,
    hardLimits: toLimits(
      { max_rows: config.MAX_ROWS, max_bytes: config.MAX_RESPONSE_BYTES },
      settings,
    ),
    now,
  });
  const pipeline = sealCursors(bare, seal);
  const explainer = createExplainer({
    pool: data.pool,
    guard,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    ...(data.interrupt && { interrupt: data.interrupt }),
  });
  const tools: Tool[] = [
    askTool(pipeline, settings),
    queryTool(pipeline, settings),
    fetchRowsTool(pipeline),
    searchSchemaTool(schema),
    explainTool(explainer),
    reportTool(createFeedback({ cache, scoping, metrics, remember })),
  ];
  const readiness = createReadiness({ data, cache, embedder, verifier, config, now });
  const wholeResults = createWholeResults({ cache, scoping });
  return await listen({ options, tools, wholeResults, metrics, releases, data, readiness });
}

/** Waits for all even if one fails, so that what the others have opened is there to be released. */
async function allStarted<Parts extends readonly unknown[]>(parts: {
  readonly [Index in keyof Parts]: Promise<Parts[Index]>;
}): Promise<Parts> {
  await Promise.allSettled(parts);
  return await Promise.all(parts);
}

async function loadEmbedder(
  config: Config,
  logger: Logger,
  releases: ReleaseStack,
): Promise<Embedder | null> {
  try {
    const embedder = await createEmbedder({
      modelsDir: config.MODELS_DIR,
      model: config.EMBEDDING_MODEL,
      logger,
    });
    releases.push('embedder', () => embedder.close());
    return embedder;
  } catch (error) {
    logger.error({ err: error }, 'no embedding model: rephrasings are not recognised');
    return null;
  }
}

async function loadVerifier(
  { config, logger }: AppOptions,
  metrics: Metrics,
): Promise<Verifier | null> {
  try {
    const verifier = createVerifier({
      ...(await readVerifier(config.MODELS_DIR)),
      targetErrorRate: config.TARGET_ERROR_RATE,
      onCutChange(state) {
        metrics.cacheCut(state.risk, state.inForce);
        logger.warn(state, 'answers by similarity were found wrong or right: the cut has moved');
      },
    });
    for (const { risk, inForce } of verifier.cuts.state) metrics.cacheCut(risk, inForce);
    return verifier;
  } catch (error) {
    logger.error({ error: String(error) }, 'no verifier: rephrasings are offered, never served');
    return null;
  }
}

interface CacheStart {
  readonly options: AppOptions;
  readonly metrics: Metrics;
  readonly database: OpenDatabase;
  readonly releases: ReleaseStack;
  readonly seal: CursorSeal;
  readonly cuts: Cuts | null;
}

function startCache({ options, metrics, database, releases, seal, cuts }: CacheStart): Cache {
  const { config, logger, now = Date.now } = options;
  const cache = createCache({
    pool: database.pool,
    maxMemoryBytes: config.CACHE_MAX_MEMORY_BYTES,
    cuts,
    isShared: config.CACHE_DATABASE_URL !== undefined,
    logger,
    metrics,
    now,
  });
  const open = async (): Promise<void> => {
    if (!(await database.ready)) return;
    try {
      seal.adopt(await sharedSecret(database.pool, 'cursors'));
    } catch (error) {
      logger.warn({ error: String(error) }, 'cursors hold until this process ends, and only here');
    }
    cache.open();
  };
  void open();
  const sweeper = setInterval(() => void cache.sweep(), SWEEP_EVERY_MS);
  sweeper.unref();
  releases.push('cache', async () => {
    clearInterval(sweeper);
    await cache.drain();
  });
  return cache;
}

interface Listening {
  readonly options: AppOptions;
  readonly tools: readonly Tool[];
  readonly wholeResults: WholeResults;
  readonly metrics: Metrics;
  readonly releases: ReleaseStack;
  readonly data: OpenDatabase;
  readonly readiness: () => Promise<Readiness>;
}

async function listen(parts: Listening): Promise<number> {
  const { config, logger, version, now = Date.now } = parts.options;
  const { metrics, releases } = parts;
  const createServer = createMcpServerFactory({
    tools: parts.tools,
    results: parts.wholeResults,
    version,
    logger,
    metrics,
    newRequestId: () => randomUUID().slice(0, 8),
  });
  const sessions = createSessionPool({
    create: createServer,
    min: config.SESSION_POOL_MIN,
    max: config.SESSION_POOL_MAX,
    maxQueue: config.MAX_QUEUE,
  });
  const conversations = createConversations({
    max: CONVERSATIONS_MAX,
    idleMs: CONVERSATION_IDLE_MS,
    now,
  });
  metrics.observe({
    sessionPool: () => sessions.stats(),
    dbPool: () => parts.data.pool.stats(),
    conversations: () => conversations.size,
  });
  const mcp = createMcpEndpoint({ sessions, conversations, createServer, metrics, logger });
  releases.push('mcp', () => mcp.close());
  const http = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    allowedHosts: config.ALLOWED_HOSTS,
    allowedOrigins: config.ALLOWED_ORIGINS,
    authenticate: createAuthenticate(config.AUTH_TOKENS),
    mcp,
    results: createResultsEndpoint(parts.wholeResults),
    readiness: parts.readiness,
    metrics,
    logger,
  });
  releases.push('http', (deadlineMs) => http.close(deadlineMs));
  return http.port;
}

interface ReadinessParts {
  readonly data: OpenDatabase;
  readonly cache: Cache;
  readonly embedder: Embedder | null;
  readonly verifier: Verifier | null;
  readonly config: Config;
  readonly now: () => number;
}

/** Ready means: queries can be answered. A missing cache or model degrades, and is named. */
function createReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  let last: { readonly at: number; readonly database: string } | null = null;
  return async () => {
    // A failure is not held on to: recovery shows at once.
    if (last?.database !== 'ok' || parts.now() - last.at > READY_TTL_MS) {
      const database = await parts.data.pool
        .query('SELECT 1')
        .then(() => 'ok')
        .catch(() => 'unavailable');
      last = { at: parts.now(), database };
    }
    return {
      ready: last.database === 'ok',
      checks: {
        database: last.database,
        cache: parts.cache.available ? 'ok' : 'unavailable: answers are not shared or kept',
        embedding: parts.embedder
          ? 'ok'
          : `model ${parts.config.EMBEDDING_MODEL} not loaded: rephrasings are not recognised`,
        verifier: parts.verifier ? 'ok' : 'not loaded: rephrasings are offered, never served',
      },
    };
  };
}
