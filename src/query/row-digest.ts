// Owns telling whether two results hold the same rows: a digest that does not depend on the order of rows or
// of columns. Reads what the cache holds, up to a bound; what is longer gives none.
import { createHash } from 'node:crypto';

import { linesOf } from '../cache/rows.ts';
import type { RowSource } from '../cache/rows.ts';

export interface RowDigest {
  readonly rows: number;
  readonly columns: number;
  readonly digest: string;
}

const MAX_BYTES = 1024 * 1024;

/** @returns Null when the result was cut or is too long to compare. */
export async function digestOf(source: RowSource): Promise<RowDigest | null> {
  const rows: string[] = [];
  let bytes = 0;
  for await (const chunk of source.chunks(0)) {
    bytes += chunk.body.length;
    if (bytes > MAX_BYTES) return null;
    for (const row of linesOf(chunk)) rows.push(cellsOf(row));
  }
  if (source.wasCut()) return null;
  const hash = createHash('sha256');
  for (const row of rows.toSorted()) hash.update(`${row.length}:`).update(row);
  return { rows: rows.length, columns: source.columns.length, digest: hash.digest('hex') };
}

const cellsOf = (row: string): string =>
  JSON.stringify((JSON.parse(row) as unknown[]).map((cell) => JSON.stringify(cell)).toSorted());
