// Owns when a call is over, and what came of it: at once, or behind the last row of an answer that streams.
import type { TraceEnd } from '../tracing.ts';
import type { ToolResult } from './result.ts';
import { StreamedRows } from './streamed-rows.ts';

export type Document = Readonly<Record<string, unknown>>;

export interface CallEnd {
  /** 'ok' or the code of an error. */
  readonly outcome: string;
  /** What was answered: one document, or one for each of several questions. */
  readonly documents: readonly Document[];
}

/** @param tell Called once. */
export function whenOver(
  { structuredContent }: ToolResult,
  signal: AbortSignal,
  tell: (end: CallEnd) => void,
): void {
  const { answers, rows } = structuredContent;
  if (Array.isArray(answers)) return tell({ outcome: 'ok', documents: answers });
  const endOf = (document: Document): CallEnd => ({
    outcome: outcomeOf(document),
    documents: [document],
  });
  if (!isStreamed(rows)) return tell(endOf(structuredContent));
  let isOver = false;
  const end = (how: CallEnd): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', gone);
    tell(how);
  };
  const gone = (): void => end({ outcome: 'QUERY_CANCELLED', documents: [structuredContent] });
  // Only behind the last row is it known how many there were, and whether they were read.
  rows.onEnd((written) => (written === null ? gone() : end(endOf(written.structuredContent))));
  signal.addEventListener('abort', gone, { once: true });
  if (signal.aborted) gone();
}

/** Whether most of its rows are still to come. */
export const isStreaming = ({ structuredContent }: ToolResult): boolean =>
  isStreamed(structuredContent['rows']);

const isStreamed = (rows: unknown): rows is StreamedRows =>
  rows instanceof StreamedRows && rows.json === null;

/** Which answer it was, and how many rows it has: of several neither is told. */
export function answeredIn([document, ...more]: readonly Document[]): Pick<
  TraceEnd,
  'answerId' | 'rows'
> {
  if (document === undefined || more.length > 0) return {};
  const { answer_id: answerId, row_count: rows } = document;
  return {
    answerId: typeof answerId === 'string' ? answerId : null,
    rows: typeof rows === 'number' ? rows : null,
  };
}

/** Of rows that the database ended early, too. */
export function outcomeOf({ error }: Document): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'ok';
}
