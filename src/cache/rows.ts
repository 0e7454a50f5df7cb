// Owns the stored form of rows: chunks of whole rows, one JSON array a row, one row a line. JSON escapes line
// feeds inside strings, so a line feed is always between two rows and cutting needs no parser; chunks put
// behind one another are, but for the first separator, the inside of a JSON array and sent as they are.

import { AppError } from '../errors.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
}

export interface Chunk {
  /** Index of the first row, from 0. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** Rows in UTF-8, a separator before each. */
  readonly body: Buffer;
}

export const ROW_SEPARATOR = ',\n';

/** Another whenever the stored form is. */
export const ROWS_FORM = '2';

/** The body of a chunk, of just its size: it is held on its own, where what it comes from is larger and used again. */
export function bodyOf(bytes: Buffer): Buffer {
  const body = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(body);
  return body;
}

/** What a reader is told where rows are missing that there were. */
export const rowsLost = (): AppError =>
  new AppError('NOT_FOUND', 'The rest of this result was lost.', { hint: 'Run the query again.' });

/** The rows of a chunk as text, from row `fromRow` of the result on. */
export function linesOf({ firstRow, body }: Chunk, fromRow = 0): string[] {
  const lines = body.toString('utf8', ROW_SEPARATOR.length).split(ROW_SEPARATOR);
  return fromRow > firstRow ? lines.slice(fromRow - firstRow) : lines;
}

/** Rows that can be read from any row on, in order, while they are still being produced. */
export interface RowSource {
  readonly columns: readonly Column[];
  chunks(fromRow: number): AsyncIterable<Chunk>;
  /** After the last chunk: whether the database had more rows than were kept. */
  wasCut(): boolean;
}
