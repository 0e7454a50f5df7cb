// Owns the way in: MCP sessions and conversations behind one HTTP server.
import { setTimeout as sleep } from 'node:timers/promises';

import { openDoor } from './door.ts';
import type { Audit } from './audit.ts';
import { principalsOf } from './config.ts';
import type { Config } from './config.ts';
import type { OpenDatabase } from './databases.ts';
import { createAdminRouter } from './http/admin-endpoint.ts';
import type { AdminSessions } from './http/admin-session.ts';
import { createConversationIds } from './http/conversation-ids.ts';
import { NO_NEWS, createConversationNews } from './http/conversation-news.ts';
import type { Channel } from './http/conversation-news.ts';
import { createConversations } from './http/conversations.ts';
import { createMcpEndpoint } from './http/mcp-endpoint.ts';
import { createResultsEndpoint } from './http/results-endpoint.ts';
import { startHttpServer } from './http/server.ts';
import type { Readiness } from './http/server.ts';
import { createSessionPool } from './http/session-pool.ts';
import { shareOfOne } from './lib/admission.ts';
import type { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';
import { createAdminCalls } from './mcp/admin-calls.ts';
import { createMcpServerFactory } from './mcp/server.ts';
import type { ExtendSession } from './mcp/server.ts';
import type { HeldAnswers } from './mcp/held-answers.ts';
import type { SchemaCatalog } from './mcp/resources/schema.ts';
import type { Tool } from './mcp/tool.ts';
import type { Metrics } from './metrics.ts';
import type { LargeResults } from './query/large-results.ts';
import type { WholeResults } from './query/whole-result.ts';
import type { Tracing } from './tracing.ts';

const CONVERSATIONS_MAX = 10_000;
const CONVERSATION_IDLE_MS = 30 * 60 * 1000;
const UPKEEP_EVERY_MS = 10_000;
/** Most answers need no connection, and none for long. */
const SESSIONS_PER_CONNECTION = 16;

export interface Listening {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  readonly now: () => number;
  readonly tools: readonly Tool[];
  readonly heldAnswers: HeldAnswers;
  readonly wholeResults: WholeResults;
  readonly schema: SchemaCatalog;
  readonly metrics: Metrics;
  readonly releases: ReleaseStack;
  readonly data: OpenDatabase;
  readonly cache: { readonly available: boolean };
  /** Between the replicas that share it; null where there is this one alone. */
  readonly others: Channel | null;
  /** Signs the ids of conversations, at all of them alike. */
  readonly conversationKey: Buffer;
  readonly large: Pick<LargeResults, 'stats'>;
  readonly memoryUse: () => number;
  readonly audit: Audit;
  readonly tracing: Tracing;
  readonly newRequestId: () => string;
  readonly readiness: () => Promise<Readiness>;
  readonly adminSessions: AdminSessions;
  readonly extendSession: ExtendSession | undefined;
}

/** @returns the port it listens on */
export async function listen(parts: Listening): Promise<number> {
  const { config, logger, version, now, metrics, audit, releases } = parts;
  const createServer = createMcpServerFactory({
    tools: parts.tools,
    results: parts.wholeResults,
    schema: parts.schema,
    version,
    logger,
    metrics,
    audit,
    tracing: parts.tracing,
    newRequestId: parts.newRequestId,
    extend: parts.extendSession,
  });
  const sessions = createSessionPool({
    create: createServer,
    min: config.SESSION_POOL_MIN,
    max: config.SESSION_POOL_MAX,
    maxQueue: config.MAX_QUEUE,
    share: shareOfOne(principalsOf(config)),
    watcher: metrics.queue('session'),
    now: () => performance.now(),
  });
  const conversations = createConversations({
    max: CONVERSATIONS_MAX,
    share: shareOfOne(principalsOf(config)),
    idleMs: CONVERSATION_IDLE_MS,
    ids: createConversationIds(parts.conversationKey),
    now,
  });
  const upkeep = setInterval(() => {
    conversations.sweep();
    sessions.shrink();
    // More conversations at once than this would only wait for a connection.
    const carried = parts.data.pool.stats().max * SESSIONS_PER_CONNECTION;
    sessions.limit(Math.min(config.SESSION_POOL_MAX, Math.max(config.SESSION_POOL_MIN, carried)));
  }, UPKEEP_EVERY_MS).unref();
  releases.push('session upkeep', async () => clearInterval(upkeep));
  metrics.observe({
    sessionPool: () => sessions.stats(),
    dbPool: () => parts.data.pool.stats(),
    largeResults: () => parts.large.stats(),
    conversations: () => conversations.size,
    isStoreUp: () => parts.cache.available,
    memoryUse: parts.memoryUse,
  });
  const mcp = createMcpEndpoint({
    sessions,
    conversations,
    news: parts.others ? createConversationNews(parts.others, conversations) : NO_NEWS,
    createServer,
    heldAnswers: parts.heldAnswers,
    metrics,
    logger,
  });
  releases.push('mcp', () => mcp.close());
  const door = openDoor(config, { audit, logger, metrics, now });
  const http = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    allowedHosts: config.ALLOWED_HOSTS,
    allowedOrigins: config.ALLOWED_ORIGINS,
    ...door,
    mcp,
    admin: createAdminRouter({
      consoleDir: config.consoleDir,
      admit: door.admit,
      sessions: parts.adminSessions,
      calls: createAdminCalls(parts),
      logger,
    }),
    results: createResultsEndpoint({ results: parts.wholeResults, audit, metrics }),
    readiness: parts.readiness,
    metrics,
    logger,
  });
  releases.push('http', (deadlineMs) => http.close(deadlineMs));
  // A start that has failed is known to no balancer.
  releases.push('drain', async (deadlineMs) => {
    http.drain();
    if (deadlineMs > 0) await sleep(config.DRAIN_DELAY_MS);
  });
  return http.port;
}
