// Owns /mcp without askonce behind it: the endpoint as production has it, over sessions that a test has made.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

import { McpServer, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';

import { createConversationIds } from '../../src/http/conversation-ids.ts';
import { NO_NEWS } from '../../src/http/conversation-news.ts';
import { createConversations } from '../../src/http/conversations.ts';
import { createMcpEndpoint } from '../../src/http/mcp-endpoint.ts';
import { createSessionPool } from '../../src/http/session-pool.ts';
import type { SessionPool } from '../../src/http/session-pool.ts';
import { createLogger } from '../../src/logger.ts';
import { MODERN_PROTOCOL_VERSION } from '../../src/mcp/server.ts';
import { createMetrics } from '../../src/metrics.ts';
import { AS_LOGIN } from '../../src/db/identity.ts';

export interface BareEndpoint {
  readonly url: string;
  readonly sessions: SessionPool;
  /** How many MCP servers were made, for the pool or beside it. */
  readonly built: () => number;
}

export interface BareOptions {
  /** Says what each session offers. */
  readonly offer: (session: McpServer) => void;
  readonly sessions?: number;
  readonly maxQueue?: number;
}

export async function startBareEndpoint(
  t: TestContext,
  { offer, sessions: count = 2, maxQueue = 10 }: BareOptions,
): Promise<BareEndpoint> {
  let built = 0;
  const createSession = (): McpServer => {
    built += 1;
    const supportedProtocolVersions = [MODERN_PROTOCOL_VERSION, ...SUPPORTED_PROTOCOL_VERSIONS];
    const session = new McpServer({ name: 'bare', version: '1' }, { supportedProtocolVersions });
    offer(session);
    return session;
  };
  const now = (): number => performance.now();
  const sessions = createSessionPool({
    create: createSession,
    min: count,
    max: count,
    maxQueue,
    now,
  });
  const endpoint = createMcpEndpoint({
    sessions,
    conversations: createConversations({
      max: 100,
      idleMs: 60_000,
      ids: createConversationIds(randomBytes(32)),
      now,
    }),
    news: NO_NEWS,
    createServer: createSession,
    heldAnswers: async () => null,
    metrics: createMetrics(),
    logger: createLogger('silent'),
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = request.method === 'POST' ? await json(request) : undefined;
    await endpoint.handle({
      request,
      response,
      principal: { name: 'ana', role: 'user', identity: AS_LOGIN },
      body,
    });
  };
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(async () => {
    server.close().closeAllConnections();
    await endpoint.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/mcp`, sessions, built: () => built };
}
