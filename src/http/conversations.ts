// Owns the conversations of session-based clients: light records in one bounded registry, dropped when idle and made
// again from their ids. A conversation belongs to the principal that opened it; its id alone opens nothing.
import type { JSONRPCRequest, JSONRPCResponse } from '@modelcontextprotocol/server';

import { AppError } from '../errors.ts';
import type { ClientLog } from '../mcp/follow.ts';
import { nameOf } from './conversation-ids.ts';
import type { ConversationIds } from './conversation-ids.ts';
import { negotiation } from './negotiation.ts';

export interface Conversation {
  readonly id: string;
  /** The first part of its id, which no other has. */
  readonly name: string;
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
  /**
   * One that was opened at another replica, or has rested for long, is taken up from its id.
   * @throws AppError SESSION_MISSING, SESSION_UNKNOWN; OVERLOADED as open.
   */
  require(id: string | undefined, principalName: string): Conversation;
  /** It is not taken up again, known here or not. */
  close(name: string): void;
  /** Where there is a record of it. */
  find(name: string): Conversation | undefined;
  /** What it wants to be told from now on, and when it is taken up. */
  setLevel(name: string, level: ClientLog['level']): void;
  /** Drops the records that nobody has used for long. */
  sweep(): void;
  readonly size: number;
}

export interface ConversationsOptions {
  readonly max: number;
  /** Most of them that one principal may have, 0 to 1. */
  readonly share?: number | undefined;
  readonly idleMs: number;
  readonly ids: ConversationIds;
  readonly now: () => number;
}

const RETRY_AFTER_MS = 5000;
/** One that rests for so long may go where room is short. */
const SPARE_AFTER_MS = 60_000;
/** How many that have ended, or have said what they want to be told elsewhere, are remembered. */
const MAX_REMEMBERED = 10_000;

interface Entry {
  readonly conversation: Conversation;
  lastUsedAt: number;
}

export function createConversations(options: ConversationsOptions): Conversations {
  const { ids } = options;
  /** By name, in order of last use: the first is the one idle for longest. */
  const entries = new Map<string, Entry>();
  const counts = new Map<string, number>();
  const ended = new Map<string, true>();
  const levels = new Map<string, ClientLog['level']>();
  const maxOfOne = Math.max(1, Math.floor(options.max * (options.share ?? 1)));

  function count(principalName: string, by: 1 | -1): void {
    const left = (counts.get(principalName) ?? 0) + by;
    if (left > 0) counts.set(principalName, left);
    else counts.delete(principalName);
  }

  function drop(name: string): void {
    const entry = entries.get(name);
    if (entry && entries.delete(name)) count(entry.conversation.principalName, -1);
  }

  function dropIdle(): void {
    const deadline = options.now() - options.idleMs;
    for (const [name, entry] of entries) {
      if (entry.lastUsedAt > deadline) return;
      if (entry.conversation.inFlight.size === 0) drop(name);
    }
  }

  /** Whoever opens one after the other and ends none makes room for himself. */
  function spare(principalName: string): void {
    const deadline = options.now() - SPARE_AFTER_MS;
    for (const [name, { conversation, lastUsedAt }] of entries) {
      if (lastUsedAt > deadline) return;
      if (conversation.principalName === principalName && conversation.inFlight.size === 0)
        return drop(name);
    }
  }

  function add(id: string, principalName: string, initialize: JSONRPCRequest): Conversation {
    const isFull = (): boolean =>
      entries.size >= options.max || (counts.get(principalName) ?? 0) >= maxOfOne;
    if (isFull()) spare(principalName);
    if (isFull()) {
      throw new AppError('OVERLOADED', 'Too many conversations are open.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    const name = nameOf(id);
    const conversation = {
      id,
      name,
      principalName,
      initialize,
      inFlight: new Set<InFlight>(),
      isOver: false,
      log: { level: levels.get(name) },
      lastSession: undefined,
    };
    entries.set(name, { conversation, lastUsedAt: options.now() });
    count(principalName, 1);
    return conversation;
  }

  function takeUp(id: string, principalName: string): Conversation {
    const initialize = ended.has(nameOf(id)) ? null : ids.read(id, principalName);
    if (initialize === null) {
      throw new AppError('SESSION_UNKNOWN', 'This session is unknown or has ended.', {
        hint: 'Open a new one with initialize.',
      });
    }
    return add(id, principalName, initialize);
  }

  return {
    open(principalName, initialize) {
      dropIdle();
      const negotiated = negotiation(initialize);
      return add(ids.issue(principalName, negotiated), principalName, negotiated);
    },

    require(id, principalName) {
      if (id === undefined) {
        throw new AppError('SESSION_MISSING', 'The Mcp-Session-Id header is missing.', {
          hint: 'Open a session with initialize first.',
        });
      }
      dropIdle();
      const name = nameOf(id);
      const conversation = entries.get(name)?.conversation;
      const isIts = conversation?.id === id && conversation.principalName === principalName;
      if (!isIts) return takeUp(id, principalName);
      entries.delete(name);
      entries.set(name, { conversation, lastUsedAt: options.now() });
      return conversation;
    },

    close(name) {
      const conversation = entries.get(name)?.conversation;
      drop(name);
      levels.delete(name);
      remember(ended, name, true);
      if (!conversation) return;
      conversation.isOver = true;
      for (const { cancel } of conversation.inFlight) cancel();
    },

    find: (name) => entries.get(name)?.conversation,

    setLevel(name, level) {
      remember(levels, name, level);
      const conversation = entries.get(name)?.conversation;
      if (conversation) conversation.log.level = level;
    },

    sweep: dropIdle,

    get size() {
      return entries.size;
    },
  };
}

/** Whatever was remembered first goes where it is too much. */
function remember<Value>(all: Map<string, Value>, name: string, value: Value): void {
  all.delete(name);
  all.set(name, value);
  const [first] = all.keys();
  if (all.size > MAX_REMEMBERED) all.delete(first!);
}
