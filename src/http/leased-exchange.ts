// Owns one request on a leased session, of either era: the lease, the reply, and their end however it comes.
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AuthInfo, JSONRPCResponse } from '@modelcontextprotocol/server';

import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { Principal } from '../query/context.ts';
import type { Exchange, ExchangeParts } from './exchange.ts';
import { createReply } from './reply.ts';
import type { Reply } from './reply.ts';
import type { SessionPool } from './session-pool.ts';

/** One HTTP request to /mcp, and who sent it. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** The JSON of the body; undefined where there is none. */
  readonly body: unknown;
}

export interface LeasedRequest {
  readonly authInfo: AuthInfo;
  readonly reply: ExchangeParts['reply'];
  readonly make: (parts: ExchangeParts) => Exchange;
  /** A session that is warm for the caller. */
  readonly preferred?: number | undefined;
  /**
   * Told before anything is waited for.
   * @returns what is called after the end.
   */
  readonly onStart?: (started: StartedExchange) => () => void;
  readonly onLeased?: (session: number) => void;
}

export interface StartedExchange {
  /** Gives up the place in the queue, or ends what runs. */
  readonly end: () => void;
  /** @returns whether it has asked the client for this. */
  readonly hear: (answer: JSONRPCResponse) => boolean;
}

export interface LeasedExchange {
  /** @throws AppError OVERLOADED when no session is free in time. */
  run(call: Call, leased: LeasedRequest): Promise<void>;
  replyTo(call: Call, headers?: Record<string, string>): Reply;
}

export interface LeasedExchangeOptions {
  readonly sessions: SessionPool;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export function createLeasedExchange(options: LeasedExchangeOptions): LeasedExchange {
  const { sessions, metrics, logger } = options;

  return {
    async run({ response, principal }, leased) {
      const left = new AbortController();
      let exchange: Exchange | undefined;
      const leave = (): void => {
        left.abort();
        exchange?.end();
      };
      // Its close is told once: to who comes later it has happened.
      if (response.destroyed) leave();
      else response.once('close', leave);
      const onEnd = leased.onStart?.({
        end: leave,
        hear: (answer) => exchange?.hear(answer) ?? false,
      });
      try {
        const caller = { principal: principal.name, signal: left.signal };
        const { session, id, release } = await sessions.lease(caller, leased.preferred);
        try {
          leased.onLeased?.(id);
          exchange = leased.make({ session, authInfo: leased.authInfo, reply: leased.reply });
          await exchange.run();
        } finally {
          release();
        }
      } finally {
        response.off('close', leave);
        onEnd?.();
      }
    },

    replyTo({ request, response }, headers = {}) {
      const reply = createReply(response, {
        headers,
        takesEvents: /text\/event-stream/iu.test(request.headers.accept ?? ''),
        onBytes: (bytes) => metrics.responseBytes(bytes),
      });
      return {
        ...reply,
        async answer(message, status) {
          const responded = metrics.responding();
          try {
            await reply.answer(message, status);
          } catch (error) {
            logger.warn({ error: String(error) }, 'response broken off');
            response.destroy();
          } finally {
            responded();
          }
        },
      };
    },
  };
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
