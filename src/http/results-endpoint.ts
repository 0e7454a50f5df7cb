// Owns GET /results/{answer_id}: the whole result as a stream, or from any row on, for programs. Same scope
// rules as the tools: what was given to another principal is not found.
import type { Request, Response } from 'express';

import type { Audit } from '../audit.ts';
import { AppError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { Principal } from '../query/context.ts';
import { rowFormat } from '../query/format.ts';
import { linesIn } from '../query/whole-result.ts';
import type { RowRange, WholeResult, WholeResults } from '../query/whole-result.ts';
import { startBody } from './body.ts';

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

export interface ResultsEndpointOptions {
  readonly results: WholeResults;
  readonly audit: Audit;
  readonly metrics: Pick<Metrics, 'responding'>;
  readonly patienceMs?: number;
}

export function createResultsEndpoint(options: ResultsEndpointOptions): ResultsEndpoint {
  const send = createSender(options);
  return async (request, response, principal) => {
    const begunAt = performance.now();
    const answerId = String(request.params['answerId']);
    const responded = options.metrics.responding();
    let bytes = 0;
    const record = (outcome: string): void => {
      const ms = performance.now() - begunAt;
      const asked = { what: 'download', requestId: null, principal, answerId };
      options.audit.record({ ...asked, outcome, bytes, ms });
    };
    try {
      await send({ request, response, principal, onBytes: (count) => void (bytes += count) });
      record(response.destroyed && !response.writableFinished ? 'QUERY_CANCELLED' : 'ok');
    } catch (error) {
      record(error instanceof AppError ? error.code : 'INTERNAL');
      throw error;
    } finally {
      responded();
    }
  };
}

interface Download {
  readonly request: Request;
  readonly response: Response;
  readonly principal: Principal;
  readonly onBytes: (count: number) => void;
}

function createSender({ results, patienceMs }: ResultsEndpointOptions) {
  return async ({ request, response, principal, onBytes }: Download): Promise<void> => {
    requireKnown(request.query);
    const format = parseFormat(request.query['format']);
    const range = {
      from: parseCount(request.query['from'], 'from', 0),
      rows: parseCount(request.query['rows'], 'rows', Infinity),
    };
    const result = await results.open(String(request.params['answerId']), principal);
    const isKnownCut = result.source.wasCut();
    const headers = {
      'content-type': MEDIA_TYPES[format],
      'cache-control': 'private, no-store',
      'last-modified': new Date(result.asOf).toUTCString(),
      // Rows beyond SPOOL_MAX_BYTES, or behind the end of their statement, were not kept.
      ...(isKnownCut && { 'x-askonce-truncated': 'true' }),
    };
    if (request.method === 'HEAD') {
      response.writeHead(200, headers).end();
      return;
    }
    const pieces = write(result.source, format, range);
    // What cannot be read at all is told in a status of its own.
    const first = await pieces.next();
    const body = startBody(response, { status: 200, headers }, patienceMs);
    try {
      const put = async (text: string): Promise<void> => {
        const piece = Buffer.from(text);
        onBytes(piece.length);
        await body.write(piece);
      };
      if (!first.done) await put(first.value);
      for await (const text of pieces) {
        if (response.destroyed) return;
        await put(text);
      }
    } catch (error) {
      await body.breakOff();
      throw error;
    }
    // It was still filling, and its last rows are missing: an end as of a whole one would be a lie.
    const isCutUntold = result.source.wasCut() && !isKnownCut;
    await (isCutUntold ? body.breakOff() : body.end());
  };
}

const PARAMETERS: ReadonlySet<string> = new Set(['format', 'from', 'rows']);

/** A part that was asked for in other words must not come as the whole. */
function requireKnown(query: object): void {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.has(name));
  if (unknown === undefined) return;
  throw new AppError('INPUT_INVALID', `Unknown parameter ${unknown.slice(0, 40)}.`, {
    hint: 'format=json|ndjson|csv, from=N (the first row, counted from 0), rows=N.',
  });
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
  const [open, separator, close] = format === 'json' ? ['[', ',\n', ']\n'] : ['', '\n', '\n'];
  let before = open;
  for await (const lines of linesIn(source, range)) {
    const rows = lines.map((line) => rowsFormat.encode(line));
    yield before + rows.join(separator);
    before = separator;
  }
  const isEmpty = before === open;
  if (format === 'json') yield isEmpty ? open + close : close;
  else if (!isEmpty) yield close;
}

/** The format's text is the inside of a JSON string; here it is the text itself. */
async function* csv(source: RowSource, range: RowRange): AsyncGenerator<string> {
  const csvFormat = rowFormat('csv', source.columns);
  // What goes on where another download ended is to be put behind it.
  let before = range.from === 0 ? csvFormat.open.slice(1) : '';
  for await (const lines of linesIn(source, range)) {
    const text = before + lines.map((line) => csvFormat.encode(line)).join('');
    yield JSON.parse(`"${text}"`) as string;
    before = '';
  }
  yield JSON.parse(`"${before}"`) as string;
}
