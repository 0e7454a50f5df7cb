// Owns the stored form of rows: chunks of whole rows, one JSON array a row, one row a line. JSON
// escapes line feeds inside strings, so a line feed is always a row's end and cutting needs no parser.

export interface Column {
  readonly name: string;
  readonly type: string;
}

export interface Chunk {
  /** Index of the first row, from 0. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** Rows separated by '\n', none at the end. */
  readonly body: string;
}

/** Rows that can be read from any row on, in order, while they are still being produced. */
export interface RowSource {
  readonly columns: readonly Column[];
  chunks(fromRow: number): AsyncIterable<Chunk>;
  /** After the last chunk: whether the database had more rows than were kept. */
  wasCut(): boolean;
}
