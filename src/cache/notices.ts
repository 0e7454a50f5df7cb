// Owns what replicas tell one another through the store: kinds of notices, by whom they are heard. What is told of the
// store stands in its tables too, where it is found a little later by who has not heard it.
import { randomUUID } from 'node:crypto';

import type { Pool } from '../db/pool.ts';

export type NoticeKind =
  /** A question is not to be answered by a plan: its key, the plan's id. */
  | 'rejected'
  /** Much of what is known was forgotten. */
  | 'forgotten'
  /** Some level of it was set. */
  | 'policy'
  /** Something was written to a data database: the id of its stream. */
  | 'stream'
  /** Of a conversation: its name, and the request or the level. These stand in no table. */
  | 'cancelled'
  | 'ended'
  | 'level';

export interface Notices {
  /** Never rejects. */
  tell(kind: NoticeKind, ...words: readonly string[]): Promise<void>;
  on(kind: NoticeKind, hear: (...words: string[]) => void): void;
  /** Told whenever notices may have been missed until now. */
  onMissed(hear: () => void): void;
  /** Of any replica; what this one has told is known here. */
  heard(text: string): void;
  missed(): void;
}

export const NOTICE_CHANNEL = 'askonce';
/** The text of one that no replica is the sender of: all hear it. */
export const noticeOfAll = (kind: NoticeKind, word: string): string => `- ${kind} ${word}`;

export function createNotices(pool: Pool): Notices {
  const self = randomUUID();
  const hearers = new Map<string, Array<(...words: string[]) => void>>();
  const missing: Array<() => void> = [];
  return {
    async tell(kind, ...words) {
      const text = [self, kind, ...words].join(' ');
      await pool.query('SELECT pg_notify($1, $2)', [NOTICE_CHANNEL, text]).catch(() => undefined);
    },
    on(kind, hear) {
      hearers.set(kind, [...(hearers.get(kind) ?? []), hear]);
    },
    onMissed: (hear) => void missing.push(hear),
    heard(text) {
      const [sender, kind = '', ...words] = text.split(' ');
      if (sender === self) return;
      for (const hear of hearers.get(kind) ?? []) hear(...words);
    },
    missed() {
      for (const hear of missing) hear();
    },
  };
}
