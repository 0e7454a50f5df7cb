// Owns that only cursors which askonce gave out come back: around a pipeline, each next_cursor is signed
// and each cursor checked. It also carries the answer_id, so that all pages of an answer have the same.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Answer } from './answer.ts';
import { unknownCursor } from './cursor-handle.ts';
import type { QueryPipeline } from './pipeline.ts';

export interface CursorSeal {
  /** From now on the one to sign with; what was signed before stays valid in this process. */
  adopt(key: Buffer): void;
  close(cursor: string, answerId: string): string;
  /** @throws AppError INPUT_INVALID when no key of ours has signed it. */
  open(sealed: string): { readonly cursor: string; readonly answerId: string };
}

const SHAPE = /^([^.]+(?:\.[^.]+)*)\.(a_[\w-]{22})\.([\w-]{22})$/;
/** 132 bits. */
const MAC_CHARS = 22;

/** Starts with a key of this process, good for as long as the cache that others share is not there. */
export function createCursorSeal(): CursorSeal {
  const keys: Buffer[] = [randomBytes(32)];
  const sign = (key: Buffer, text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, MAC_CHARS);

  return {
    adopt: (key) => void keys.unshift(key),
    close(cursor, answerId) {
      const text = `${cursor}.${answerId}`;
      return `${text}.${sign(keys[0]!, text)}`;
    },
    open(sealed) {
      const [, cursor, answerId, mac] = SHAPE.exec(sealed) ?? [];
      if (!cursor || !answerId || !mac) throw unknownCursor();
      const text = `${cursor}.${answerId}`;
      const isOurs = (key: Buffer): boolean =>
        timingSafeEqual(Buffer.from(sign(key, text)), Buffer.from(mac));
      if (!keys.some(isOurs)) throw unknownCursor();
      return { cursor, answerId };
    },
  };
}

export function sealCursors(pipeline: QueryPipeline, seal: CursorSeal): QueryPipeline {
  function sealed(answer: Answer, id: string = answer.head.answer_id): Answer {
    return {
      ...answer,
      head: { ...answer.head, answer_id: id },
      tail() {
        const tail = answer.tail();
        const next = tail.next_cursor;
        return { ...tail, next_cursor: next === null ? null : seal.close(next, id) };
      },
    };
  }

  return {
    async ask(request, context) {
      const outcome = await pipeline.ask(request, context);
      if (outcome.kind !== 'answer') return outcome;
      return { kind: 'answer', answer: sealed(outcome.answer) };
    },
    async held(request, principal) {
      const held = await pipeline.held(request, principal);
      return held && { ...held, make: () => sealed(held.make()) };
    },
    query: async (request, context) => sealed(await pipeline.query(request, context)),
    async fetchRows(text, context) {
      const { cursor, answerId } = seal.open(text);
      return sealed(await pipeline.fetchRows(cursor, context), answerId);
    },
  };
}
