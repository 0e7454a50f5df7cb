// Owns /mcp for both eras of the protocol: decides which one a request speaks, leases a session, runs
// the exchange. What is unusual in the modern era goes to the SDK's own handler, which knows every rule.
import type { IncomingMessage, ServerResponse } from 'node:http';

import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  SUPPORTED_PROTOCOL_VERSIONS,
  classifyInboundRequest,
  createMcpHandler,
  isJSONRPCRequest,
  isJsonContentType,
} from '@modelcontextprotocol/server';
import type {
  AuthInfo,
  InboundModernRoute,
  JSONRPCMessage,
  JSONRPCRequest,
  McpServer,
} from '@modelcontextprotocol/server';

import type { HeldAnswers } from '../mcp/held-answers.ts';
import type { Logger } from '../logger.ts';
import { writeMessage } from '../mcp/streamed-rows.ts';
import type { Metrics } from '../metrics.ts';
import type { Principal } from '../query/context.ts';
import { toAuthInfo } from './auth.ts';
import { requireShallow } from './body-depth.ts';
import type { Conversation, Conversations } from './conversations.ts';
import { asAppError, sendError, sendInvalid } from './errors.ts';
import { endOnDisconnect, legacyExchange, modernExchange } from './exchange.ts';
import type { Deliver, Exchange, ExchangeParts } from './exchange.ts';
import { reply, replyWith } from './reply.ts';
import type { SessionPool } from './session-pool.ts';

export interface McpRequest extends IncomingMessage {
  readonly body?: unknown;
}

export interface McpEndpoint {
  handle(request: McpRequest, response: ServerResponse, principal: Principal): Promise<void>;
  close(): Promise<void>;
}

export interface McpEndpointOptions {
  readonly sessions: SessionPool;
  readonly conversations: Conversations;
  readonly createServer: () => McpServer;
  readonly heldAnswers: HeldAnswers;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** A request of a conversation, which prefers its session and may cancel it. */
interface Tracked {
  readonly lastSession: number | undefined;
  /** @returns what ends the tracking. */
  track(exchange: Exchange, session: number): () => void;
}

const MAX_BATCH = 50;
/** Methods that one leased exchange answers; others (subscriptions, notifications) are the SDK's. */
const LEASED_METHODS = new Set([
  'tools/call',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'server/discover',
]);

export function createMcpEndpoint(options: McpEndpointOptions): McpEndpoint {
  const { sessions, conversations, heldAnswers, metrics, logger } = options;
  const stock = createMcpHandler(options.createServer, { legacy: 'reject' });
  const stockHandler = toNodeHandler(stock);

  async function lease(
    response: ServerResponse,
    principal: Principal,
    deliver: Deliver,
    make: (parts: ExchangeParts) => Exchange,
    conversation?: Tracked,
  ): Promise<void> {
    const caller = { principal: principal.name, signal: closedSignal(response) };
    const leased = await sessions.lease(caller, conversation?.lastSession);
    const { session } = leased;
    try {
      const exchange = make({ session, authInfo: toAuthInfo(principal), deliver });
      endOnDisconnect(response, exchange);
      const untrack = conversation?.track(exchange, leased.id);
      try {
        await exchange.run();
      } finally {
        untrack?.();
      }
    } finally {
      leased.release();
    }
  }

  function deliverTo(response: ServerResponse, headers: Record<string, string> = {}): Deliver {
    return async (message, status) => {
      try {
        await reply(response, message, {
          status,
          headers,
          onBytes: (bytes) => metrics.responseBytes(bytes),
        });
      } catch (error) {
        logger.warn({ error: String(error) }, 'response broken off');
        response.destroy();
      }
    };
  }

  async function modern(
    request: McpRequest,
    response: ServerResponse,
    principal: Principal,
    route: InboundModernRoute,
  ): Promise<void> {
    const { message } = route;
    if (!isJSONRPCRequest(message) || !LEASED_METHODS.has(message.method)) {
      await delegate(request, response, principal);
      return;
    }
    const make = (parts: ExchangeParts): Exchange => modernExchange(parts, route);
    await lease(response, principal, deliverTo(response), make);
  }

  async function delegate(
    request: McpRequest,
    response: ServerResponse,
    principal: Principal,
  ): Promise<void> {
    const withAuth: McpRequest & { auth?: AuthInfo } = request;
    withAuth.auth = toAuthInfo(principal);
    await stockHandler(withAuth as never, response, request.body);
  }

  async function legacy(
    request: McpRequest,
    response: ServerResponse,
    principal: Principal,
  ): Promise<void> {
    const { body } = request;
    if (isInitialize(body)) {
      await initialize(body, response, principal);
      return;
    }
    const version = header(request, 'mcp-protocol-version');
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      sendInvalid(response, 400, `Unsupported protocol version ${version.slice(0, 40)}.`);
      return;
    }
    const id = header(request, 'mcp-session-id');
    const conversation = conversations.require(id, principal.name);
    const messages: unknown[] = Array.isArray(body) ? body : [body];
    if (messages.length === 0 || messages.length > MAX_BATCH) {
      sendInvalid(response, 400, `A batch holds 1 to ${MAX_BATCH} messages.`);
      return;
    }
    for (const message of messages) noteCancellation(conversation, message);
    const requests = messages.filter((message) => isJSONRPCRequest(message));
    if (requests.length === 0) {
      response.writeHead(202).end();
    } else if (Array.isArray(body)) {
      await batch(requests, response, principal, conversation);
    } else {
      await single(requests[0]!, response, principal, conversation);
    }
  }

  async function initialize(
    message: JSONRPCRequest,
    response: ServerResponse,
    principal: Principal,
  ): Promise<void> {
    const conversation = conversations.open(principal.name, message);
    const deliver = deliverTo(response, { 'mcp-session-id': conversation.id });
    await lease(
      response,
      principal,
      async (answer, status) => {
        if ('error' in answer) conversations.close(conversation.id);
        await deliver(answer, status);
      },
      (parts) => legacyExchange(parts, message, null),
    );
  }

  async function single(
    message: JSONRPCRequest,
    response: ServerResponse,
    principal: Principal,
    conversation: Conversation,
    collect?: Deliver,
  ): Promise<void> {
    const inBatch = collect !== undefined;
    const deliver = collect ?? deliverTo(response);
    const held = inBatch ? null : await heldAnswers(message, principal);
    if (held !== null) {
      metrics.responseBytes(replyWith(response, message.id, held));
      return;
    }
    await lease(
      response,
      principal,
      deliver,
      (parts) => legacyExchange(parts, message, conversation.initialize),
      {
        lastSession: conversation.lastSession,
        track(exchange, session) {
          conversation.lastSession = session;
          const cancel = (): void => {
            exchange.end();
            // A cancelled request is not answered; in a batch the others still are.
            if (!inBatch && !response.headersSent) response.writeHead(202).end();
          };
          conversation.inFlight.set(message.id, cancel);
          return () => {
            if (conversation.inFlight.get(message.id) === cancel) {
              conversation.inFlight.delete(message.id);
            }
          };
        },
      },
    );
  }

  /** Answers are collected: batches exist in one old revision only, and for small messages. */
  async function batch(
    messages: readonly JSONRPCRequest[],
    response: ServerResponse,
    principal: Principal,
    conversation: Conversation,
  ): Promise<void> {
    const answers: string[] = [];
    for (const message of messages) {
      await single(message, response, principal, conversation, async (answer) => {
        let text = '';
        for await (const piece of writeMessage(answer)) text += piece;
        answers.push(text);
      });
    }
    if (response.destroyed) return;
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(`[${answers.join(',')}]`);
  }

  async function post(
    request: McpRequest,
    response: ServerResponse,
    principal: Principal,
  ): Promise<void> {
    if (!isJsonContentType(request.headers['content-type'] ?? null)) {
      sendInvalid(response, 415, 'Content-Type must be application/json.');
      return;
    }
    requireShallow(request.body);
    const route = classifyInboundRequest({
      httpMethod: 'POST',
      body: request.body,
      ...optional('protocolVersionHeader', header(request, 'mcp-protocol-version')),
      ...optional('mcpMethodHeader', header(request, 'mcp-method')),
      ...optional('mcpNameHeader', header(request, 'mcp-name')),
    });
    if (route.kind === 'modern') await modern(request, response, principal, route);
    else if (route.kind === 'legacy') await legacy(request, response, principal);
    else await delegate(request, response, principal);
  }

  return {
    async handle(request, response, principal) {
      try {
        if (request.method === 'POST') {
          await post(request, response, principal);
        } else if (request.method === 'DELETE') {
          const id = header(request, 'mcp-session-id');
          conversations.close(conversations.require(id, principal.name).id);
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
        // Who has gone is told nothing.
        if (response.destroyed) return;
        const fault = asAppError(error);
        if (fault.code === 'INTERNAL') logger.error({ err: error }, 'request failed');
        sendError(response, fault, (request.body as { id?: unknown } | undefined)?.id);
      }
    },
    close: () => stock.close(),
  };
}

/** Aborts when the client goes away. */
function closedSignal(response: ServerResponse): AbortSignal {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return closed.signal;
}

function isInitialize(body: unknown): body is JSONRPCRequest {
  return isJSONRPCRequest(body) && body.method === 'initialize';
}

function noteCancellation(conversation: Conversation, message: unknown): void {
  const { method, params } = (message ?? {}) as Partial<JSONRPCMessage & { params: unknown }> & {
    method?: string;
  };
  if (method !== 'notifications/cancelled') return;
  const { requestId } = (params ?? {}) as { requestId?: string | number };
  if (requestId !== undefined) conversation.inFlight.get(requestId)?.();
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function optional<Name extends string>(name: Name, value: string | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}
