// Owns carrying rows through the SDK without ever holding them as objects: an empty array that passes
// every validation and serialises to a mark, which the transport replaces with the rows themselves.
import { randomUUID } from 'node:crypto';

import type { ToolResult } from './result.ts';

export interface RowStream {
  pieces(): AsyncGenerator<Buffer>;
  /** Called once after the last piece, before the rest of the message is written. */
  complete(result: ToolResult): void;
}

/** Nobody outside this process knows it, so no row, question or SQL can contain it. */
const MARK = `rows:${randomUUID()}`;
const MARK_JSON = JSON.stringify(MARK);

export class StreamedRows extends Array<never> {
  #json: string | null = null;
  #stream: RowStream | null = null;
  #onEnd: (result: ToolResult | null) => void = () => undefined;

  static complete(json: string): StreamedRows {
    const rows = new StreamedRows();
    rows.#json = json;
    return rows;
  }

  static streaming(stream: RowStream): StreamedRows {
    const rows = new StreamedRows();
    rows.#stream = stream;
    return rows;
  }

  /** Null while they are streamed. */
  get json(): string | null {
    return this.#json;
  }

  toJSON(): string {
    return MARK;
  }

  /** @param listener Told of the result once all of it was given out; of null where its reader went before. */
  onEnd(listener: (result: ToolResult | null) => void): void {
    this.#onEnd = listener;
  }

  /** The message as JSON text, rows first in the result so that the totals can follow them. */
  async *write(message: ResultMessage): AsyncGenerator<Buffer> {
    const { structuredContent, ...rest } = message.result;
    const ordered = { ...message, result: { structuredContent, ...rest } } as ResultMessage;
    if (this.#stream === null) {
      yield Buffer.from(jsonWithRows(ordered));
      return;
    }
    const text = JSON.stringify(ordered);
    let end: ToolResult | null = null;
    try {
      yield Buffer.from(text.slice(0, text.indexOf(MARK_JSON)));
      yield* this.#stream.pieces();
      this.#stream.complete(ordered.result);
      const complete = JSON.stringify(ordered);
      yield Buffer.from(complete.slice(complete.indexOf(MARK_JSON) + MARK_JSON.length));
      end = ordered.result;
    } finally {
      this.#onEnd(end);
    }
  }
}

interface ResultMessage {
  readonly result: ToolResult;
}

/** JSON of a value in which complete rows stand, in any place: theirs to the character, never parsed. */
export function jsonWithRows(value: object): string {
  const found: StreamedRows[] = [];
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    const held = this[key];
    if (held instanceof StreamedRows) found.push(held);
    return shown;
  });
  const parts = text.split(MARK_JSON);
  return parts.map((part, at) => part + (found[at]?.json ?? '')).join('');
}

/** Any JSON-RPC message as text, in pieces when it carries rows. */
export async function* writeMessage(message: object): AsyncGenerator<Buffer> {
  const rows = rowsOf(message);
  if (rows) {
    yield* rows.write(message as ResultMessage);
    return;
  }
  const text = JSON.stringify(message);
  yield Buffer.from(text.includes(MARK_JSON) ? jsonWithRows(message) : text);
}

function rowsOf(message: object): StreamedRows | null {
  const { result } = message as { result?: { structuredContent?: { rows?: unknown } } };
  const rows = result?.structuredContent?.rows;
  return rows instanceof StreamedRows ? rows : null;
}
