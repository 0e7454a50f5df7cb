// Owns the three shapes in which rows are given: arrays (table), objects, CSV text. Each turns stored
// lines into pieces of the JSON value that stands behind "rows".
import { cellsOf, textOf } from './recut.ts';
import type { Column } from '../cache/rows.ts';

export const FORMATS = ['table', 'objects', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export interface RowFormat {
  /** JSON text before the first row, between rows, and after the last. */
  readonly open: string;
  readonly separator: string;
  readonly close: string;
  /** White space that may stand between two rows: there a long answer is broken into lines. */
  readonly pause: string;
  /** Whether a stored line is shown unchanged. */
  readonly isAsStored: boolean;
  encode(line: string): string;
}

const ARRAY = { open: '[', separator: ',', close: ']', pause: '\n' } as const;

export function rowFormat(format: Format, columns: readonly Column[]): RowFormat {
  if (format === 'table') return { ...ARRAY, isAsStored: true, encode: (line) => line };
  return format === 'objects' ? objectFormat(columns) : csvFormat(columns);
}

function objectFormat(columns: readonly Column[]): RowFormat {
  const keys = distinctNames(columns).map((name) => JSON.stringify(name));
  return {
    ...ARRAY,
    isAsStored: false,
    encode: (line) =>
      `{${cellsOf(line)
        .map((json, index) => `${keys[index]}:${json}`)
        .join(',')}}`,
  };
}

/** RFC 4180 with a header, as one JSON string. */
function csvFormat(columns: readonly Column[]): RowFormat {
  const record = (fields: readonly string[]): string =>
    JSON.stringify(`${fields.join(',')}\n`).slice(1, -1);
  return {
    open: `"${record(columns.map((column) => csvField(column.name)))}`,
    separator: '',
    close: '"',
    // One string of JSON, in which nothing may stand that is not of it.
    pause: '',
    isAsStored: false,
    encode: (line) => record(cellsOf(line).map(csvCell)),
  };
}

function csvCell(json: string): string {
  const text = textOf(json);
  if (text !== null) return csvField(text);
  return json === 'null' ? '' : csvField(json);
}

function csvField(text: string): string {
  // An empty string is quoted: the bare empty field is NULL.
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A repeated name gets a number, so that no value is lost in an object. */
function distinctNames(columns: readonly Column[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let distinct = name;
    for (let count = 2; taken.has(distinct); count += 1) distinct = `${name}_${count}`;
    taken.add(distinct);
    return distinct;
  });
}
