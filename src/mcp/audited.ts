// Owns what the audit log is told of a tool call that is over: what was asked, and what came of it.
import type { Audit, AuditEntry } from '../audit.ts';
import type { RequestContext } from '../query/context.ts';
import { outcomeOf } from './call-end.ts';
import type { CallEnd, Document } from './call-end.ts';

export interface AuditedCall {
  readonly tool: string;
  readonly args: unknown;
  readonly context: Pick<RequestContext, 'requestId' | 'principal'>;
  readonly ms: number;
}

export function auditCall(audit: Audit, call: AuditedCall, { outcome, documents }: CallEnd): void {
  const { tool, args, context, ms } = call;
  const { requestId, principal } = context;
  const given = (typeof args === 'object' && args !== null ? args : {}) as Record<string, unknown>;

  const write = (how: string, document: Document): void =>
    audit.record({
      what: tool,
      requestId,
      principal,
      outcome: how,
      source: textOf(document['source']),
      question: textOf(given['question']) ?? textOf(document['question']),
      sql: textOf(document['sql']) ?? textOf(given['sql']),
      params: Array.isArray(given['params']) ? given['params'] : [],
      answerId: textOf(document['answer_id']) ?? textOf(given['answer_id']),
      ...totalsOf(document),
      ms,
    });

  // Of several questions in one call each is one of its own.
  const questions = given['questions'];
  if (!Array.isArray(questions) || documents.length === 0)
    return write(outcome, documents[0] ?? {});
  for (const [at, document] of documents.entries())
    write(outcomeOf(document), { question: questions[at], ...document });
}

export function totalsOf(document: Document): Pick<AuditEntry, 'rows' | 'bytes'> {
  const { row_count: rows, bytes } = document;
  return {
    rows: typeof rows === 'number' ? rows : null,
    bytes: typeof bytes === 'number' ? bytes : null,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
