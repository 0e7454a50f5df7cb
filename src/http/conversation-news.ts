// Owns what replicas tell one another of the conversations that come to any of them: a request is cancelled, and a
// conversation ended, wherever it runs. A hint: a replica that does not hear it lets the request run to its end.
import type { LoggingLevel } from '@modelcontextprotocol/server';

import type { Conversations } from './conversations.ts';

export interface ConversationNews {
  cancelled(name: string, requestId: string | number): void;
  ended(name: string): void;
  /** What it wants to be told while it waits. */
  level(name: string, level: LoggingLevel): void;
}

type Kind = keyof ConversationNews;

/** Between the replicas of one cache. */
export interface Channel {
  tell(kind: Kind, ...words: readonly string[]): Promise<void>;
  on(kind: Kind, hear: (...words: string[]) => void): void;
}

/** Of clients' ids none is nearly as long; a notice has little room. */
const MAX_WORD_CHARS = 500;

export const NO_NEWS: ConversationNews = {
  cancelled: () => undefined,
  ended: () => undefined,
  level: () => undefined,
};

/** Also hears what others tell, and does it. */
export function createConversationNews(
  channel: Channel,
  conversations: Conversations,
): ConversationNews {
  channel.on('cancelled', (name = '', word = '') => {
    for (const { requestId, cancel } of conversations.find(name)?.inFlight ?? [])
      if (wordOf(requestId) === word) cancel();
  });
  channel.on('ended', (name = '') => conversations.close(name));
  channel.on('level', (name = '', level) =>
    conversations.setLevel(name, level as LoggingLevel | undefined),
  );
  return {
    cancelled(name, requestId) {
      const word = wordOf(requestId);
      if (word.length <= MAX_WORD_CHARS) void channel.tell('cancelled', name, word);
    },
    ended: (name) => void channel.tell('ended', name),
    level: (name, level) => void channel.tell('level', name, level),
  };
}

/** 1 and "1" are two. */
const wordOf = (requestId: string | number): string =>
  Buffer.from(JSON.stringify(requestId)).toString('base64url');
