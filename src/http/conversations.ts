// Owns the conversations of session-based clients: light records in one bounded registry, dropped when
// idle. A conversation belongs to the principal that opened it; its id alone opens nothing.
import { randomUUID } from 'node:crypto';

import type { JSONRPCRequest, JSONRPCResponse } from '@modelcontextprotocol/server';

import { AppError } from '../errors.ts';
import type { ClientLog } from '../mcp/follow.ts';
import { negotiation } from './negotiation.ts';

export interface Conversation {
  readonly id: string;
  readonly principalName: string;
  /** Replayed on each leased session, so that it speaks the version negotiated here. */
  readonly initialize: JSONRPCRequest;
  readonly inFlight: Set<InFlight>;
  /** Nothing more of it is begun. */
  isOver: boolean;
  /** What it wants to be told while it waits. */
  readonly log: ClientLog;
  /** Id of the session leased last, which is warm. */
  lastSession: number | undefined;
}

/** An exchange, under the client's request id: ids should differ, and do not always. */
export interface InFlight {
  readonly requestId: string | number;
  readonly cancel: () => void;
  /** Whether it has asked the client for this, and has it now. */
  readonly hear: (answer: JSONRPCResponse) => boolean;
}

export interface Conversations {
  /** @throws AppError OVERLOADED when too many are open and none is idle; INPUT_INVALID. */
  open(principalName: string, initialize: JSONRPCRequest): Conversation;
  /** @throws AppError SESSION_MISSING, SESSION_UNKNOWN */
  require(id: string | undefined, principalName: string): Conversation;
  close(id: string): void;
  /** Ends those that nobody has used for long. */
  sweep(): void;
  readonly size: number;
}

export interface ConversationsOptions {
  readonly max: number;
  /** Most of them that one principal may have, 0 to 1. */
  readonly share?: number | undefined;
  readonly idleMs: number;
  readonly now: () => number;
}

const RETRY_AFTER_MS = 5000;
/** One that rests for so long may go where room is short. */
const SPARE_AFTER_MS = 60_000;

interface Entry {
  readonly conversation: Conversation;
  lastUsedAt: number;
}

export function createConversations(options: ConversationsOptions): Conversations {
  /** In order of last use: the first is the one idle for longest. */
  const entries = new Map<string, Entry>();
  const counts = new Map<string, number>();
  const maxOfOne = Math.max(1, Math.floor(options.max * (options.share ?? 1)));

  function count(principalName: string, by: 1 | -1): void {
    const left = (counts.get(principalName) ?? 0) + by;
    if (left > 0) counts.set(principalName, left);
    else counts.delete(principalName);
  }

  function drop(id: string): void {
    const entry = entries.get(id);
    if (entry && entries.delete(id)) count(entry.conversation.principalName, -1);
  }

  function dropIdle(): void {
    const deadline = options.now() - options.idleMs;
    for (const [id, entry] of entries) {
      if (entry.lastUsedAt > deadline) return;
      if (entry.conversation.inFlight.size === 0) drop(id);
    }
  }

  /** Whoever opens one after the other and ends none makes room for himself. */
  function spare(principalName: string): void {
    const deadline = options.now() - SPARE_AFTER_MS;
    for (const [id, { conversation, lastUsedAt }] of entries) {
      if (lastUsedAt > deadline) return;
      if (conversation.principalName === principalName && conversation.inFlight.size === 0)
        return drop(id);
    }
  }

  return {
    open(principalName, initialize) {
      dropIdle();
      const isFull = (): boolean =>
        entries.size >= options.max || (counts.get(principalName) ?? 0) >= maxOfOne;
      if (isFull()) spare(principalName);
      if (isFull()) {
        throw new AppError('OVERLOADED', 'Too many conversations are open.', {
          retryAfterMs: RETRY_AFTER_MS,
        });
      }
      const conversation = {
        id: randomUUID(),
        principalName,
        initialize: negotiation(initialize),
        inFlight: new Set<InFlight>(),
        isOver: false,
        log: { level: undefined },
        lastSession: undefined,
      };
      entries.set(conversation.id, { conversation, lastUsedAt: options.now() });
      count(principalName, 1);
      return conversation;
    },

    require(id, principalName) {
      if (id === undefined) {
        throw new AppError('SESSION_MISSING', 'The Mcp-Session-Id header is missing.', {
          hint: 'Open a session with initialize first.',
        });
      }
      dropIdle();
      const entry = entries.get(id);
      if (!entry || entry.conversation.principalName !== principalName) {
        throw new AppError('SESSION_UNKNOWN', 'This session is unknown or has ended.', {
          hint: 'Open a new one with initialize.',
        });
      }
      entries.delete(id);
      entries.set(id, { conversation: entry.conversation, lastUsedAt: options.now() });
      return entry.conversation;
    },

    close(id) {
      const conversation = entries.get(id)?.conversation;
      drop(id);
      if (!conversation) return;
      conversation.isOver = true;
      for (const { cancel } of conversation.inFlight) cancel();
    },

    sweep: dropIdle,

    get size() {
      return entries.size;
    },
  };
}
