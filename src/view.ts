// Owns what follows from what one role of the data database sees: its catalog, the guard over it, the schema, and the
// way of a request through these. What all roles share is handed in.
import type { Cache } from './cache/cache.ts';
import type { Decider } from './cache/decide.ts';
import type { ScopeKeys } from './cache/key.ts';
import type { Config } from './config.ts';
import type { OpenDatabase } from './databases.ts';
import type { Embedder } from './embedding/embedder.ts';
import type { Freshness } from './freshness/freshness.ts';
import { guardOver } from './guard/guard.ts';
import type { StatementGuard } from './guard/guard.ts';
import { createPrepare } from './guard/prepare.ts';
import { createServerCatalog } from './guard/server-catalog.ts';
import type { Syntax } from './guard/syntax.ts';
import { hasTableRules } from './guard/table-policy.ts';
import type { Logger } from './logger.ts';
import { toLimits } from './mcp/tools/arguments.ts';
import type { AnswerSettings } from './mcp/tools/arguments.ts';
import type { Metrics } from './metrics.ts';
import { watchPosture } from './posture.ts';
import type { Posture } from './posture.ts';
import type { Executor } from './query/execute.ts';
import { createExplainer } from './query/explain.ts';
import type { Explainer } from './query/explain.ts';
import { createFeedback } from './query/feedback.ts';
import type { Feedback } from './query/feedback.ts';
import { createFetchRows } from './query/fetch-rows.ts';
import type { Flights } from './query/flights.ts';
import type { Judging } from './query/judging.ts';
import { createLabeller } from './query/labels.ts';
import type { LargeResults } from './query/large-results.ts';
import type { Pending } from './query/pending.ts';
import { createPipeline } from './query/pipeline.ts';
import type { QueryPipeline } from './query/pipeline.ts';
import { createRebinder } from './query/rebind-statement.ts';
import { createRecall } from './query/recall.ts';
import type { Recall } from './query/recall.ts';
import type { Remember } from './query/remember.ts';
import { createColumnValues, createSchemaNames } from './query/schema-names.ts';
import { createScoping } from './query/scope.ts';
import type { OnScope, Scoping } from './query/scope.ts';
import { sealCursors } from './query/sealed-cursors.ts';
import type { CursorSeal } from './query/sealed-cursors.ts';
import { createServe } from './query/serve.ts';
import { createTransfer } from './query/transfer.ts';
import type { Transfer } from './query/transfer.ts';
import { createWholeResults } from './query/whole-result.ts';
import type { WholeResults } from './query/whole-result.ts';
import type { Embed } from './schema/meaning-index.ts';
import { createSchemaIndex } from './schema/schema-index.ts';
import type { SchemaIndex } from './schema/schema-index.ts';

export interface View {
  readonly guard: StatementGuard;
  readonly scoping: Scoping;
  readonly recall: Recall;
  readonly schema: SchemaIndex;
  readonly pipeline: QueryPipeline;
  readonly explainer: Explainer;
  readonly feedback: Feedback;
  readonly transfer: Transfer;
  readonly wholeResults: WholeResults;
  /** What the role can do beside reading. */
  readonly posture: Posture;
}

/** What all roles share. */
export interface ViewParts {
  readonly config: Config;
  readonly answerSettings: AnswerSettings;
  readonly data: OpenDatabase;
  readonly cache: Cache;
  readonly embedder: Embedder | null;
  /** Texts of the schema; null without a model. */
  readonly embedSchema: Embed | null;
  readonly decider: Decider;
  readonly judging: Judging;
  readonly executor: Executor;
  readonly flights: Flights;
  readonly freshness: Freshness;
  readonly large: LargeResults;
  readonly pending: Pending;
  readonly remember: Remember;
  readonly cursorSeal: CursorSeal;
  readonly syntax: Syntax;
  readonly scopeKeys: ScopeKeys;
  /** Told whenever a principal asks. */
  readonly onScope: OnScope;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => number;
}

/** @param role Null for the one that logs in. */
export function createView(role: string | null, parts: ViewParts): View {
  const { config, data, cache, embedder, executor, freshness, metrics, logger, now } = parts;
  const { remember, pending } = parts;
  const tables = {
    allowed: config.ALLOWED_TABLES,
    denied: config.DENIED_TABLES,
    masked: config.MASKED_COLUMNS,
  };
  const runQuery = data.queryAs({ role, settings: [] });
  const serverCatalog = createServerCatalog({
    runQuery,
    wants: { relations: hasTableRules(tables), columns: tables.masked.length > 0 },
    logger,
    now,
  });
  const guard = guardOver(parts.syntax, {
    catalog: () => serverCatalog.current(),
    functionSchemas: config.FUNCTION_SCHEMAS,
    scopedSettings: config.DATABASE_IDENTITY.map(({ setting }) => setting),
    tables,
  });
  const schema = createSchemaIndex({
    // What may be told of it is known before it is.
    runQuery: async (sql, params, signal) => {
      await serverCatalog.fresh();
      return await runQuery(sql, params, signal);
    },
    embed: parts.embedSchema,
    visibility: guard,
    logger,
    clock: now,
  });
  const scoping = createScoping({
    keys: parts.scopeKeys,
    databaseId: data.id,
    role: data.role,
    sharing: config.PLAN_SHARING,
    modelId: embedder?.modelId ?? 'none',
    tableRules: tables,
    schemaVersion: async () => {
      // Asked for before anything else is: no statement is judged without what the server says of its functions.
      if (serverCatalog.current() === null) await serverCatalog.fresh();
      const known = schema.current() ?? (await schema.refresh().catch(() => null));
      return known?.version ?? 'unknown';
    },
    onScope: parts.onScope,
  });
  const prepare = createPrepare(guard, serverCatalog);
  const recall = createRecall({
    cache,
    pending,
    embedder,
    metrics,
    decider: parts.decider,
    judging: parts.judging,
    rebinder: createRebinder({ guard, knownValues: createColumnValues(() => schema.current()) }),
    policies: cache.policies,
    schemaNames: createSchemaNames(() => schema.current()),
    onDecision: (record) => cache.decisions.add(record),
  });
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
      policies: cache.policies,
      holds: freshness.holds,
      now,
    }),
    schema,
    serve: createServe({
      cache,
      executor,
      flights: parts.flights,
      freshness,
      large: parts.large,
      backend: data.pool,
      spoolMaxBytes: config.SPOOL_MAX_BYTES,
      prepare,
      shownSql: (sql) => guard.shown(sql),
      now,
    }),
    fetchRows: createFetchRows({
      cache,
      scoping,
      hardLimits: toLimits(most, parts.answerSettings),
    }),
  });
  const pipeline = sealCursors(bare, parts.cursorSeal);
  return {
    guard,
    scoping,
    recall,
    schema,
    pipeline,
    explainer: createExplainer({
      pool: data.pool,
      guard,
      prepare,
      statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
      ...(data.interrupt && { interrupt: data.interrupt }),
    }),
    feedback: createFeedback({ cache, scoping, metrics, remember }),
    transfer: createTransfer({ cache, guard, scoping, remember, pipeline }),
    wholeResults: createWholeResults({ cache, scoping }),
    posture: watchPosture({ runQuery, logger: role === null ? logger : logger.child({ role }) }),
  };
}
