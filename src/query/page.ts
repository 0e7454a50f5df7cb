// Owns cutting one page out of a row source: whole rows, at most so many rows and bytes, as pieces of
// JSON text. Whether more rows follow is proven by meeting the next one, never guessed.
import { rowFormat } from './format.ts';
import type { Format, RowFormat } from './format.ts';
import { cellsOf, textOf } from './recut.ts';
import { linesOf } from '../cache/rows.ts';
import type { Chunk, RowSource } from '../cache/rows.ts';

export interface PageLimits {
  readonly maxRows: number;
  /** Bytes of the "rows" value in UTF-8. */
  readonly maxBytes: number;
}

export interface CutCell {
  readonly row: number;
  readonly column: string;
  /** Size of the whole value in bytes. */
  readonly bytes: number;
}

export interface PageTotals {
  readonly rowCount: number;
  readonly bytes: number;
  /** Whether rows exist beyond this page. */
  readonly truncated: boolean;
  /** Where the next page starts; null when there is none or its rows were not kept. */
  readonly nextRow: number | null;
  readonly truncatedCells: readonly CutCell[];
}

/** Text is handed on in pieces of about this size. */
const PIECE_CHARS = 32 * 1024;
const ELLIPSIS = '…';
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;
/** A row that does not even fit when its values are cut to this altogether stays as it is then. */
const MIN_ROW_BYTES = 64;
const PREVIEW_ROWS = 20;
const PREVIEW_CHARS = 16 * 1024;

export class Page {
  readonly #source: RowSource;
  readonly #fromRow: number;
  readonly #limits: PageLimits;
  readonly #format: Format;
  readonly #cutCells: CutCell[] = [];
  readonly #preview: string[] = [];
  #previewChars = 0;
  #rowCount = 0;
  #bytes = 0;
  #hasMore = false;
  #finished = false;
  #failure: unknown;

  constructor(source: RowSource, fromRow: number, limits: PageLimits, format: Format) {
    this.#source = source;
    this.#fromRow = fromRow;
    this.#limits = limits;
    this.#format = format;
  }

  get totals(): PageTotals {
    const lostRest = this.#finished && !this.#hasMore && this.#source.wasCut();
    return {
      rowCount: this.#rowCount,
      bytes: this.#bytes,
      truncated: this.#hasMore || lostRest,
      nextRow: this.#hasMore ? this.#fromRow + this.#rowCount : null,
      truncatedCells: this.#cutCells,
    };
  }

  /** The JSON value behind "rows" with the first few of them only. */
  get preview(): string {
    const { open, separator, close } = rowFormat(this.#format, this.#source.columns);
    return open + this.#preview.join(separator) + close;
  }

  /** Why the rows ended early; the value is complete JSON all the same. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The JSON value behind "rows", piece by piece. Read once, to the end, before totals. Never throws. */
  async *pieces(): AsyncGenerator<Buffer> {
    const format = rowFormat(this.#format, this.#source.columns);
    this.#bytes = Buffer.byteLength(format.open) + Buffer.byteLength(format.close);
    let text = format.open;
    try {
      let isFirst = true;
      for await (const rows of this.#rows(format)) {
        if (typeof rows === 'string') {
          text += isFirst ? rows : format.separator + rows;
          isFirst = false;
          if (text.length < PIECE_CHARS) continue;
          yield Buffer.from(text);
          text = format.pause;
          this.#bytes += format.pause.length;
        } else {
          if (text !== '') yield Buffer.from(text);
          text = '';
          yield rows;
        }
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#finished = true;
    yield Buffer.from(text + format.close);
  }

  /** Rows until the page is full: one as the format shows it, or many as they are stored. */
  async *#rows(format: RowFormat): AsyncGenerator<string | Buffer> {
    for await (const chunk of this.#source.chunks(this.#fromRow)) {
      const whole = this.#whole(chunk, format);
      if (whole !== null) {
        yield whole;
        continue;
      }
      for (const line of linesOf(chunk, this.#fromRow)) {
        const text = this.#row(line, format);
        if (text === null) {
          this.#hasMore = true;
          return;
        }
        yield text;
      }
    }
  }

  /** A chunk that is shown as it is stored and fits: row by row it would cost several times as much. */
  #whole(chunk: Chunk, format: RowFormat): Buffer | null {
    if (!format.isAsStored || !this.#hasPreview || chunk.firstRow < this.#fromRow) return null;
    if (this.#rowCount + chunk.rowCount > this.#limits.maxRows) return null;
    if (this.#bytes + chunk.body.length > this.#limits.maxBytes) return null;
    this.#rowCount += chunk.rowCount;
    this.#bytes += chunk.body.length;
    return chunk.body;
  }

  get #hasPreview(): boolean {
    return this.#rowCount >= PREVIEW_ROWS || this.#previewChars > PREVIEW_CHARS;
  }

  /** Null where the page has no room for the row. */
  #row(line: string, format: RowFormat): string | null {
    if (this.#rowCount >= this.#limits.maxRows) return null;
    let text = format.encode(line);
    let size = Buffer.byteLength(text) + (this.#rowCount > 0 ? format.separator.length : 0);
    if (this.#bytes + size > this.#limits.maxBytes) {
      if (this.#rowCount > 0) return null;
      // A row that no page could hold still comes, with its largest values cut and marked.
      text = this.#fit(line, format);
      size = Buffer.byteLength(text);
    }
    this.#rowCount += 1;
    this.#bytes += size;
    this.#previewChars += text.length;
    if (this.#rowCount <= PREVIEW_ROWS && this.#previewChars <= PREVIEW_CHARS) {
      this.#preview.push(text);
    }
    return text;
  }

  /** Escapes may make a value several times longer than it was: cut until the row fits as it is shown. */
  #fit(line: string, format: RowFormat): string {
    const cells = cellsOf(line);
    const room = this.#limits.maxBytes - this.#bytes;
    for (let budget = this.#limits.maxBytes; ; budget /= 2) {
      const text = format.encode(this.#shrink(cells, budget));
      if (Buffer.byteLength(text) <= room || budget < MIN_ROW_BYTES) return text;
    }
  }

  #shrink(cells: readonly string[], maxBytes: number): string {
    const sizes = cells.map((json) => Buffer.byteLength(json));
    const share = fairShare(sizes, maxBytes);
    this.#cutCells.length = 0;
    const kept = cells.map((json, index) => {
      if (sizes[index]! <= share) return json;
      const column = this.#source.columns[index]?.name ?? '';
      this.#cutCells.push({ row: this.#rowCount, column, bytes: sizes[index]! });
      return cutToBytes(textOf(json) ?? json, share);
    });
    return `[${kept.join(',')}]`;
  }
}

/** The largest size s so that all cells, none larger than s, fit into half the budget (the rest is for escapes). */
function fairShare(sizes: readonly number[], maxBytes: number): number {
  const budget = Math.max(0, maxBytes / 2 - 8 * sizes.length);
  let low = 8;
  let high = budget;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    const total = sizes.reduce((sum, size) => sum + Math.min(size, middle), 0);
    if (total > budget) high = middle;
    else low = middle;
  }
  return Math.floor(low);
}

function cutToBytes(text: string, maxBytes: number): string {
  const room = Math.max(0, maxBytes - 8);
  let cut = text.slice(0, room);
  while (Buffer.byteLength(JSON.stringify(cut)) > room && cut.length > 0) {
    cut = cut.slice(0, Math.floor(cut.length * 0.8));
  }
  return JSON.stringify(cut.replace(HALF_CHARACTER, '') + ELLIPSIS);
}
