// Owns what a cursor says: which result, from which row, in which shape. Clients get it sealed
// (sealed-cursors.ts); the store checks the result's scope, so only its principal can use it.
import { AppError } from '../errors.ts';
import { FORMATS } from './format.ts';
import type { Format } from './format.ts';

export interface CursorHandle {
  readonly resultId: string;
  readonly fromRow: number;
  readonly format: Format;
  readonly maxRows: number;
  readonly maxBytes: number;
}

const SHAPE = /^c1_([0-9a-f]{32})\.([0-9a-z]{1,10})\.([0-2])\.([0-9a-z]{1,10})\.([0-9a-z]{1,10})$/;
const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

export function formatCursor(handle: CursorHandle): string {
  const id = handle.resultId.replaceAll('-', '');
  const numbers = [handle.maxRows, handle.maxBytes].map((value) => value.toString(36));
  const format = FORMATS.indexOf(handle.format);
  return `c1_${id}.${handle.fromRow.toString(36)}.${format}.${numbers.join('.')}`;
}

/** @throws AppError INPUT_INVALID when the text is not a cursor of ours. */
export function parseCursor(text: string): CursorHandle {
  const match = SHAPE.exec(text);
  if (!match) throw unknownCursor();
  const [, id, fromRow, format, maxRows, maxBytes] = match as unknown as string[];
  return {
    resultId: id!.replace(UUID_PARTS, '$1-$2-$3-$4-$5'),
    fromRow: Number.parseInt(fromRow!, 36),
    format: FORMATS[Number(format)]!,
    maxRows: Number.parseInt(maxRows!, 36),
    maxBytes: Number.parseInt(maxBytes!, 36),
  };
}

export function unknownCursor(): AppError {
  return new AppError('INPUT_INVALID', 'cursor is not one that askonce gave out.', {
    hint: 'Pass next_cursor of the last answer unchanged, or run the query again.',
  });
}
