// Owns what the audit log is told of a tool call: what was asked, and what came of it once the answer is given out.
import type { Audit, AuditEntry } from '../audit.ts';
import type { AppError } from '../errors.ts';
import type { RequestContext } from '../query/context.ts';
import type { ToolResult } from './result.ts';
import { StreamedRows } from './streamed-rows.ts';

type Document = Readonly<Record<string, unknown>>;

export interface AuditedCall {
  answered(result: ToolResult): void;
  failed(fault: AppError): void;
}

export interface Call {
  readonly tool: string;
  readonly args: unknown;
  readonly context: Pick<RequestContext, 'requestId' | 'principal' | 'signal'>;
}

export function auditCall(audit: Audit, { tool, args, context }: Call): AuditedCall {
  const { requestId, principal, signal } = context;
  const begunAt = performance.now();
  const given = (typeof args === 'object' && args !== null ? args : {}) as Record<string, unknown>;
  let isRecorded = false;

  /** Of several questions in one call each is one of its own. */
  function recordEach(documents: readonly Document[]): void {
    const questions = Array.isArray(given['questions']) ? given['questions'] : [];
    for (const [at, document] of documents.entries())
      write(outcomeOf(document), { question: questions[at], ...document });
  }

  function record(outcome: string, document: Document = {}): void {
    if (isRecorded) return;
    isRecorded = true;
    write(outcome, document);
  }

  function write(outcome: string, document: Document): void {
    audit.record({
      what: tool,
      requestId,
      principal,
      outcome,
      source: textOf(document['source']),
      question: textOf(given['question']) ?? textOf(document['question']),
      sql: textOf(document['sql']) ?? textOf(given['sql']),
      params: Array.isArray(given['params']) ? given['params'] : [],
      answerId: textOf(document['answer_id']) ?? textOf(given['answer_id']),
      ...totalsOf(document),
      ms: performance.now() - begunAt,
    });
  }

  return {
    failed: (fault) => record(fault.code),
    answered(result) {
      const { structuredContent } = result;
      const { answers } = structuredContent;
      if (Array.isArray(answers)) return recordEach(answers);
      const { rows } = structuredContent;
      if (!(rows instanceof StreamedRows) || rows.json !== null) {
        return record(outcomeOf(structuredContent), structuredContent);
      }
      // Only behind the last row is it known how many there were, and whether they were read.
      const gone = (): void => record('QUERY_CANCELLED', structuredContent);
      rows.onEnd((written) => {
        if (written === null) return gone();
        record(outcomeOf(written.structuredContent), written.structuredContent);
      });
      signal.addEventListener('abort', gone, { once: true });
      if (signal.aborted) gone();
    },
  };
}

export function totalsOf(document: Document): Pick<AuditEntry, 'rows' | 'bytes'> {
  const { row_count: rows, bytes } = document;
  return {
    rows: typeof rows === 'number' ? rows : null,
    bytes: typeof bytes === 'number' ? bytes : null,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Of rows that the database ended early. */
function outcomeOf({ error }: Document): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'ok';
}
