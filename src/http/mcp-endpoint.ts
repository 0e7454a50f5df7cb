// Owns /mcp: decides which era of the protocol a request speaks. The stateless one is served here, and what is
// unusual in it goes to the SDK's own handler, which knows every rule.
import type { IncomingMessage } from 'node:http';

import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  classifyInboundRequest,
  createMcpHandler,
  isJSONRPCRequest,
  isJsonContentType,
} from '@modelcontextprotocol/server';
import type {
  AuthInfo,
  InboundModernRoute,
  JSONRPCRequest,
  McpServer,
} from '@modelcontextprotocol/server';

import type { Logger } from '../logger.ts';
import type { HeldAnswers } from '../mcp/held-answers.ts';
import { MODERN_PROTOCOL_VERSION } from '../mcp/server.ts';
import type { Metrics } from '../metrics.ts';
import { createAtOnce } from './at-once.ts';
import { toAuthInfo } from './auth.ts';
import { requireShallow } from './body-depth.ts';
import type { ConversationNews } from './conversation-news.ts';
import type { Conversations } from './conversations.ts';
import { sendFault, sendInvalid } from './errors.ts';
import { modernExchange } from './exchange.ts';
import { createLeasedExchange, header } from './leased-exchange.ts';
import type { Call } from './leased-exchange.ts';
import { createLegacyRequests } from './legacy-requests.ts';
import type { SessionPool } from './session-pool.ts';

export interface McpEndpoint {
  /** Never rejects. */
  handle(call: Call): Promise<void>;
  close(): Promise<void>;
}

export interface McpEndpointOptions {
  readonly sessions: SessionPool;
  readonly conversations: Conversations;
  readonly news: ConversationNews;
  readonly createServer: () => McpServer;
  readonly heldAnswers: HeldAnswers;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** What one leased exchange answers, and which of its params the Mcp-Name header repeats, if any. */
const LEASED_METHODS: ReadonlyMap<string, string | null> = new Map([
  ['tools/call', 'name'],
  ['tools/list', null],
  ['resources/list', null],
  ['resources/templates/list', null],
  ['resources/read', 'uri'],
  ['prompts/list', null],
  ['prompts/get', 'name'],
  ['completion/complete', null],
  ['server/discover', null],
]);

export function createMcpEndpoint(options: McpEndpointOptions): McpEndpoint {
  const { logger, sessions } = options;
  const atOnce = createAtOnce(options);
  const leased = createLeasedExchange(options);
  const legacy = createLegacyRequests({ ...options, leased });
  const stock = createMcpHandler(options.createServer, { legacy: 'reject' });
  const stockHandler = toNodeHandler(stock);

  async function modern(call: Call, route: InboundModernRoute): Promise<void> {
    const { message, classification } = route;
    const isUsual = isJSONRPCRequest(message) && saysTheSame(call.request, message);
    if (!isUsual || classification.revision !== MODERN_PROTOCOL_VERSION)
      return await delegate(call);
    await leased.run(call, {
      authInfo: toAuthInfo(call),
      reply: leased.replyTo(call),
      make: (parts) => modernExchange(parts, route),
    });
  }

  async function delegate(call: Call): Promise<void> {
    const { request, response, body } = call;
    const withAuth: IncomingMessage & { auth?: AuthInfo } = request;
    withAuth.auth = toAuthInfo(call);
    await stockHandler(withAuth as never, response, body);
  }

  async function post(call: Call): Promise<void> {
    const { request, response, principal, body } = call;
    if (!isJsonContentType(request.headers['content-type'] ?? null)) {
      sendInvalid(response, 415, 'Content-Type must be application/json.');
      return;
    }
    requireShallow(body);
    if (await atOnce.answer(call)) return;
    // Before anything else is found out: whoever is turned away must cost less than whoever is served.
    if (needsSession(body)) sessions.requireRoom(principal.name);
    const route = classifyInboundRequest({
      httpMethod: 'POST',
      body,
      ...optional('protocolVersionHeader', header(request, 'mcp-protocol-version')),
      ...optional('mcpMethodHeader', header(request, 'mcp-method')),
      ...optional('mcpNameHeader', header(request, 'mcp-name')),
    });
    if (route.kind !== 'reject' && isJSONRPCRequest(body)) atOnce.trust(body);
    if (route.kind === 'modern') await modern(call, route);
    else if (route.kind === 'legacy') await legacy.handle(call);
    else await delegate(call);
  }

  return {
    async handle(call) {
      const { request, response, body } = call;
      try {
        if (request.method === 'POST') {
          await post(call);
        } else if (request.method === 'DELETE') {
          legacy.end(call);
          response.writeHead(204).end();
        } else {
          // Nothing is pushed outside of a request: there is no stream to open.
          response.setHeader('allow', 'POST, DELETE');
          sendInvalid(
            response,
            405,
            'There is no stream here: POST each JSON-RPC message to /mcp.',
          );
        }
      } catch (error) {
        sendFault(response, error, { logger, id: (body as { id?: unknown } | undefined)?.id });
      }
    },
    close: () => stock.close(),
  };
}

/**
 * What else there is, is heard even where no request is: a notification may cancel one, and for an answer one
 * is waiting on its session.
 */
function needsSession(body: unknown): boolean {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  return messages.some(
    (one) => typeof one === 'object' && one !== null && 'id' in one && 'method' in one,
  );
}

/** Whether the headers, by which others may have routed it, say what the message says. */
function saysTheSame(request: IncomingMessage, { method, params }: JSONRPCRequest): boolean {
  const source = LEASED_METHODS.get(method);
  if (source === undefined || header(request, 'mcp-method') !== method) return false;
  if (header(request, 'mcp-protocol-version') === undefined) return false;
  return source === null || header(request, 'mcp-name') === params?.[source];
}

function optional<Name extends string>(name: Name, value: string | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}
