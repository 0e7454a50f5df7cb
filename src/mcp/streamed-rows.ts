// Owns carrying rows through the SDK without ever holding them as objects: an empty array that passes
// every validation and serialises to a mark, which the transport replaces with the rows themselves.
import { randomUUID } from 'node:crypto';

import type { ToolResult } from './result.ts';

export interface RowStream {
  pieces(): AsyncGenerator<string>;
  /** Called once after the last piece, before the rest of the message is written. */
  complete(result: ToolResult): void;
}

/** Nobody outside this process knows it, so no row, question or SQL can contain it. */
const MARK = `rows:${randomUUID()}`;
const MARK_JSON = JSON.stringify(MARK);

export class StreamedRows extends Array<never> {
  #json: string | null = null;
  #stream: RowStream | null = null;

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

  get isComplete(): boolean {
    return this.#json !== null;
  }

  toJSON(): string {
    return MARK;
  }

  /** Puts complete rows in the place of the mark. */
  insertInto(text: string): string {
    const at = text.indexOf(MARK_JSON);
    return text.slice(0, at) + (this.#json ?? '[]') + text.slice(at + MARK_JSON.length);
  }

  /** The message as JSON text, rows first in the result so that the totals can follow them. */
  async *write(message: ResultMessage): AsyncGenerator<string> {
    const { structuredContent, ...rest } = message.result;
    const ordered = { ...message, result: { structuredContent, ...rest } } as ResultMessage;
    if (this.#stream === null) {
      yield this.insertInto(JSON.stringify(ordered));
      return;
    }
    const text = JSON.stringify(ordered);
    yield text.slice(0, text.indexOf(MARK_JSON));
    yield* this.#stream.pieces();
    this.#stream.complete(ordered.result);
    const complete = JSON.stringify(ordered);
    yield complete.slice(complete.indexOf(MARK_JSON) + MARK_JSON.length);
  }
}

interface ResultMessage {
  readonly result: ToolResult;
}

/** Any JSON-RPC message as text, in pieces when it carries rows. */
export async function* writeMessage(message: object): AsyncGenerator<string> {
  const rows = rowsOf(message);
  if (rows) yield* rows.write(message as ResultMessage);
  else yield JSON.stringify(message);
}

function rowsOf(message: object): StreamedRows | null {
  const { result } = message as { result?: { structuredContent?: { rows?: unknown } } };
  const rows = result?.structuredContent?.rows;
  return rows instanceof StreamedRows ? rows : null;
}
