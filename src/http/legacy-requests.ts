// Owns the session-based revisions of the protocol: each request belongs to a conversation, which initialize
// opens, and speaks what was negotiated there on whatever session serves it.
import {
  SUPPORTED_PROTOCOL_VERSIONS,
  isJSONRPCRequest,
  isJSONRPCResponse,
} from '@modelcontextprotocol/server';
import type { JSONRPCMessage, JSONRPCRequest, JSONRPCResponse } from '@modelcontextprotocol/server';

import { isAppError } from '../errors.ts';
import { writeMessage } from '../mcp/streamed-rows.ts';
import { toAuthInfo } from './auth.ts';
import type { ConversationNews } from './conversation-news.ts';
import type { Conversation, Conversations } from './conversations.ts';
import { errorText, sendInvalid } from './errors.ts';
import { legacyExchange } from './exchange.ts';
import type { ExchangeParts } from './exchange.ts';
import { header } from './leased-exchange.ts';
import type { Call, LeasedExchange } from './leased-exchange.ts';
import type { Reply } from './reply.ts';

export interface LegacyRequests {
  /** @throws AppError SESSION_MISSING, SESSION_UNKNOWN, OVERLOADED, INPUT_INVALID */
  handle(call: Call): Promise<void>;
  /** Ends a conversation, and what it has in flight. @throws AppError as handle does. */
  end(call: Call): void;
}

export interface LegacyRequestsOptions {
  readonly conversations: Conversations;
  readonly news: ConversationNews;
  readonly leased: LeasedExchange;
}

const MAX_BATCH = 50;
const SET_LEVEL = 'logging/setLevel';

export function createLegacyRequests(options: LegacyRequestsOptions): LegacyRequests {
  const { conversations, news, leased } = options;

  const conversationOf = ({ request, principal }: Call): Conversation =>
    conversations.require(header(request, 'mcp-session-id'), principal.name);

  async function initialize(message: JSONRPCRequest, call: Call): Promise<void> {
    const { response, principal } = call;
    const conversation = conversations.open(principal.name, message);
    const drop = (): void => conversations.close(conversation.name);
    // Whoever has not learnt its id will never use it.
    response.once('close', () => {
      if (!response.writableFinished) drop();
    });
    const reply = leased.replyTo(call, { 'mcp-session-id': conversation.id });
    try {
      await leased.run(call, {
        authInfo: toAuthInfo(call),
        reply: {
          notify: reply.notify,
          async answer(answer, status) {
            if ('error' in answer) drop();
            await reply.answer(answer, status);
          },
        },
        make: (parts) => legacyExchange(parts, message, null),
      });
    } catch (error) {
      drop();
      throw error;
    }
  }

  interface Speaker {
    readonly conversation: Conversation;
    readonly reply: ExchangeParts['reply'] & Pick<Reply, 'abandon'>;
  }

  async function onSession(
    message: JSONRPCRequest,
    call: Call,
    { conversation, reply }: Speaker,
  ): Promise<void> {
    await leased.run(call, {
      authInfo: toAuthInfo(call, conversation),
      reply,
      make: (parts) => legacyExchange(parts, message, conversation.initialize),
      preferred: conversation.lastSession,
      onLeased(session) {
        conversation.lastSession = session;
      },
      onStart({ end, hear }) {
        const { inFlight } = conversation;
        const cancel = (): void => {
          end();
          reply.abandon();
        };
        const entry = { requestId: message.id, cancel, hear };
        inFlight.add(entry);
        return () => inFlight.delete(entry);
      },
    });
    if (message.method === SET_LEVEL) noteLevel(conversation);
  }

  /** It may go on at another replica. */
  function noteLevel({ name, log: { level } }: Conversation): void {
    if (level === undefined) return;
    conversations.setLevel(name, level);
    news.level(name, level);
  }

  /** Of a request that may run at another replica. */
  function noteCancellation({ name, inFlight }: Conversation, message: unknown): void {
    const requestId = cancelledBy(message);
    if (requestId === undefined) return;
    const its = [...inFlight].filter((one) => one.requestId === requestId);
    for (const { cancel } of its) cancel();
    if (its.length === 0) news.cancelled(name, requestId);
  }

  /** Answers are collected: batches exist in one old revision only, and for small messages. */
  async function batch(
    messages: readonly JSONRPCRequest[],
    call: Call,
    conversation: Conversation,
  ): Promise<void> {
    const answers: string[] = [];
    const reply = {
      notify: () => false,
      async answer(answer: object) {
        let text = '';
        for await (const piece of writeMessage(answer)) text += piece;
        answers.push(text);
      },
      // One that is cancelled is not answered; the others still are.
      abandon: () => undefined,
    };
    const { response } = call;
    for (const message of messages) {
      if (conversation.isOver) break;
      await onSession(message, call, { conversation, reply }).catch((error: unknown) => {
        if (response.destroyed || !isAppError(error)) throw error;
        // What is refused, or cancelled before its turn, leaves the others their answers.
        if (error.code !== 'QUERY_CANCELLED') answers.push(errorText(error, message.id));
      });
    }
    if (response.destroyed) return;
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(`[${answers.join(',')}]`);
  }

  return {
    async handle(call) {
      const { request, response, body } = call;
      if (isInitialize(body)) return await initialize(body, call);
      const version = header(request, 'mcp-protocol-version');
      if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
        sendInvalid(response, 400, `Unsupported protocol version ${version.slice(0, 40)}.`);
        return;
      }
      const conversation = conversationOf(call);
      const messages: unknown[] = Array.isArray(body) ? body : [body];
      if (messages.length > MAX_BATCH) {
        sendInvalid(response, 400, `A batch holds at most ${MAX_BATCH} messages.`);
        return;
      }
      for (const message of messages) {
        noteCancellation(conversation, message);
        if (isJSONRPCResponse(message)) noteAnswer(conversation, message);
      }
      const requests = messages.filter((message) => isJSONRPCRequest(message));
      if (requests.length === 0) response.writeHead(202).end();
      else if (Array.isArray(body)) await batch(requests, call, conversation);
      else await onSession(requests[0]!, call, { conversation, reply: leased.replyTo(call) });
    },
    end(call) {
      const { name } = conversationOf(call);
      conversations.close(name);
      news.ended(name);
    },
  };
}

function isInitialize(body: unknown): body is JSONRPCRequest {
  return isJSONRPCRequest(body) && body.method === 'initialize';
}

function cancelledBy(message: unknown): string | number | undefined {
  const { method, params } = (message ?? {}) as Partial<JSONRPCMessage & { params: unknown }> & {
    method?: string;
  };
  if (method !== 'notifications/cancelled') return undefined;
  const { requestId } = (params ?? {}) as { requestId?: unknown };
  return typeof requestId === 'string' || typeof requestId === 'number' ? requestId : undefined;
}

/** Of the client's, to what a call of its conversation has asked it for; any other is dropped. */
function noteAnswer({ inFlight }: Conversation, answer: JSONRPCResponse): void {
  for (const one of inFlight) if (one.hear(answer)) return;
}
