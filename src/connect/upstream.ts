// Owns the conversation with the server across its deaths: remembers how the client opened it, has a
// server started when none listens, opens the session again when the server no longer knows it.
import { isInitializeRequest, isJSONRPCResultResponse } from '@modelcontextprotocol/client';
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/client';

import type { Exchange, Outcome, Session } from './exchange.ts';

export interface Upstream {
  /** @throws AppError when no server answers and none can be started. */
  request(message: JSONRPCRequest, signal: AbortSignal): Promise<Outcome>;
  /** Notifications, and answers to what the server asked: sent once, and lost where nobody listens. */
  notify(message: JSONRPCMessage): Promise<Outcome>;
  /** True between initialize and the end; requests of the stateless revision open no session. */
  readonly hasSession: boolean;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  readonly exchange: Exchange;
  /** Resolves when a server answers. @throws AppError when none does. */
  readonly ensureServer: () => Promise<void>;
}

const NOT_FOUND = 404;
const END_SESSION_MS = 500;

export function createUpstream({ exchange, ensureServer }: UpstreamOptions): Upstream {
  const closing = new AbortController();
  let session: Session | null = null;
  let opening: JSONRPCRequest | null = null;
  let reopening: Promise<void> | null = null;
  /** What is sent behind an unanswered initialize belongs to the session that it opens: it waits. */
  let firstAnswer: Promise<unknown> = Promise.resolve();
  let reopened = 0;

  async function post(message: JSONRPCMessage, signal: AbortSignal): Promise<Outcome> {
    const outcome = await exchange.post(message, { session, signal });
    const isOpened = outcome.kind === 'answered' && isJSONRPCResultResponse(outcome.message);
    if (isOpened && isInitializeRequest(message)) {
      const { protocolVersion } = outcome.message.result as { protocolVersion?: unknown };
      session = { id: outcome.sessionId, version: String(protocolVersion) };
    }
    return outcome;
  }

  /** Once for all requests that found the same session gone. */
  function reopen(gone: Session): Promise<void> {
    if (session !== gone || !opening) return Promise.resolve();
    reopening ??= replay(opening).finally(() => (reopening = null));
    return reopening;
  }

  async function replay(initialize: JSONRPCRequest): Promise<void> {
    reopened += 1;
    const id = `askonce-reopen-${reopened}`;
    const outcome = await post({ ...initialize, id }, closing.signal);
    if (outcome.kind !== 'answered' || !isJSONRPCResultResponse(outcome.message)) return;
    await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, closing.signal);
  }

  async function deliver(message: JSONRPCRequest, signal: AbortSignal): Promise<Outcome> {
    let mayStart = true;
    let mayReopen = true;
    for (;;) {
      const used = session;
      const outcome = await post(message, signal);
      if (outcome.kind === 'unreachable' && mayStart) {
        mayStart = false;
        await ensureServer();
      } else if (isSessionGone(outcome) && used?.id !== undefined && mayReopen) {
        mayReopen = false;
        await reopen(used);
      } else {
        return outcome;
      }
    }
  }

  return {
    get hasSession() {
      return session !== null;
    },

    async request(message, signal) {
      if (isInitializeRequest(message)) {
        opening = message;
        const answer = deliver(message, signal);
        firstAnswer = answer.catch(() => undefined);
        return await answer;
      }
      await firstAnswer;
      return await deliver(message, signal);
    },

    async notify(message) {
      await firstAnswer;
      return await post(message, closing.signal);
    },

    async close() {
      closing.abort();
      if (session?.id !== undefined) await exchange.endSession(session, END_SESSION_MS);
      await exchange.close();
    },
  };
}

function isSessionGone(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && outcome.status === NOT_FOUND;
}
