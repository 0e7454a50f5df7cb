// Owns GET /results/{answer_id}: the whole result as a stream, or from any row on, for programs. Same scope
// rules as the tools: what was given to another principal is not found.
import { pipeline } from 'node:stream/promises';

import type { Request, Response } from 'express';

import { AppError } from '../errors.ts';
import type { Principal } from '../query/context.ts';
import { rowFormat } from '../query/format.ts';
import type { WholeResult, WholeResults } from '../query/whole-result.ts';
import { PATIENCE_MS } from './reply.ts';

const MEDIA_TYPES = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
} as const;
type DownloadFormat = keyof typeof MEDIA_TYPES;

export type ResultsEndpoint = (
  request: Request,
  response: Response,
  principal: Principal,
) => Promise<void>;

export function createResultsEndpoint(
  results: WholeResults,
  patienceMs = PATIENCE_MS,
): ResultsEndpoint {
  return async (request, response, principal) => {
    const format = parseFormat(request.query['format']);
    const range = {
      from: parseCount(request.query['from'], 'from', 0),
      rows: parseCount(request.query['rows'], 'rows', Infinity),
    };
    const result = await results.open(String(request.params['answerId']), principal);
    response.writeHead(200, {
      'content-type': MEDIA_TYPES[format],
      'cache-control': 'private, no-store',
      'last-modified': new Date(result.asOf).toUTCString(),
      // Rows beyond SPOOL_MAX_BYTES were not kept; of a result that still fills it is not known yet.
      ...(result.source.wasCut() && { 'x-askonce-truncated': 'true' }),
    });
    response.setTimeout(patienceMs, () => response.destroy());
    // A row that fails ends the connection without the final chunk: the client sees that it was cut.
    await pipeline(write(result.source, format, range), response).catch((error: unknown) => {
      // Who has gone is no fault.
      if (!response.destroyed || response.errored) throw error;
    });
  };
}

function parseFormat(value: unknown): DownloadFormat {
  if (value === undefined) return 'json';
  if (typeof value === 'string' && Object.hasOwn(MEDIA_TYPES, value))
    return value as DownloadFormat;
  throw new AppError('INPUT_INVALID', 'format must be json, ndjson or csv.');
}

function parseCount(value: unknown, name: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new AppError('INPUT_INVALID', `${name} must be a whole number of rows, 0 or more.`);
}

type RowSource = WholeResult['source'];

interface RowRange {
  /** The first row, counted from 0. */
  readonly from: number;
  readonly rows: number;
}

async function* write(
  source: RowSource,
  format: DownloadFormat,
  range: RowRange,
): AsyncGenerator<string> {
  if (format === 'csv') {
    yield* csv(source, range);
    return;
  }
  const rowsFormat = rowFormat('objects', source.columns);
  const separator = format === 'json' ? ',\n' : '\n';
  if (format === 'json') yield '[';
  let isFirst = true;
  for await (const lines of linesOf(source, range)) {
    const rows = lines.map((line) => rowsFormat.encode(line));
    yield (isFirst ? '' : separator) + rows.join(separator);
    isFirst = false;
  }
  if (format === 'json') yield ']\n';
  else if (!isFirst) yield '\n';
}

/** The format's text is the inside of a JSON string; here it is the text itself. */
async function* csv(source: RowSource, range: RowRange): AsyncGenerator<string> {
  const csvFormat = rowFormat('csv', source.columns);
  // What goes on where another download ended is to be put behind it.
  if (range.from === 0) yield JSON.parse(`${csvFormat.open}"`) as string;
  for await (const lines of linesOf(source, range)) {
    const text = lines.map((line) => csvFormat.encode(line)).join('');
    yield JSON.parse(`"${text}"`) as string;
  }
}

async function* linesOf(source: RowSource, { from, rows }: RowRange): AsyncGenerator<string[]> {
  const end = from + rows;
  if (rows === 0) return;
  for await (const { firstRow, rowCount, body } of source.chunks(from)) {
    const lines = body.split('\n').slice(Math.max(0, from - firstRow), end - firstRow);
    if (lines.length > 0) yield lines;
    if (firstRow + rowCount >= end) return;
  }
}
