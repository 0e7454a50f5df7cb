// Owns turning batches of rows into chunks: JSON lines of about one size, each row whole.
import type { Field, TextRow } from '../db/cursor.ts';
import { cellEncoder } from './cell.ts';
import type { CellEncoder } from './cell.ts';
import type { Chunk } from '../cache/rows.ts';

/** Large enough to make writes few, small enough to be held by every stream at once. */
const CHUNK_CHARS = 64 * 1024;

export class ChunkEncoder {
  readonly #encoders: readonly CellEncoder[];
  #lines: string[] = [];
  #chars = 0;
  #firstRow = 0;

  constructor(fields: readonly Field[]) {
    this.#encoders = fields.map((field) => cellEncoder(field.typeId));
  }

  /** Chunks that these rows have filled; the rest waits for more rows or for flush. */
  *add(rows: readonly TextRow[]): Generator<Chunk> {
    for (const row of rows) {
      const line = this.#line(row);
      this.#lines.push(line);
      this.#chars += line.length + 1;
      if (this.#chars >= CHUNK_CHARS) yield this.#take();
    }
  }

  *flush(): Generator<Chunk> {
    if (this.#lines.length > 0) yield this.#take();
  }

  #take(): Chunk {
    const chunk = {
      firstRow: this.#firstRow,
      rowCount: this.#lines.length,
      body: this.#lines.join('\n'),
    };
    this.#firstRow += chunk.rowCount;
    this.#lines = [];
    this.#chars = 0;
    return chunk;
  }

  #line(row: TextRow): string {
    let line = '[';
    for (let index = 0; index < row.length; index += 1) {
      const text = row[index];
      if (index > 0) line += ',';
      line += text === null || text === undefined ? 'null' : this.#encoders[index]!(text);
    }
    return `${line}]`;
  }
}
