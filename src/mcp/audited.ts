// Owns what the audit log is told of a tool call that is over: what was asked, and what came of it.
import type { Audit, AuditEntry } from '../audit.ts';
import type { RequestContext } from '../query/context.ts';
import { outcomeOf } from './call-end.ts';
import type { CallEnd, Document } from './call-end.ts';
import type { Tool } from './tool.ts';

export interface AuditedCall {
  readonly tool: Pick<Tool, 'definition' | 'isForAdmins'>;
  readonly args: unknown;
  readonly context: Pick<RequestContext, 'requestId' | 'principal' | 'trace'>;
  readonly ms: number;
}

export function auditCall(audit: Audit, call: AuditedCall, { outcome, documents }: CallEnd): void {
  const { tool, args, context, ms } = call;
  const { requestId, principal, trace } = context;
  const given = (typeof args === 'object' && args !== null ? args : {}) as Record<string, unknown>;

  const write = (how: string, document: Document): void =>
    audit.record({
      what: tool.definition.name,
      requestId,
      traceId: trace.id,
      principal,
      outcome: how,
      source: textOf(document['source']),
      question: textOf(given['question']) ?? textOf(document['question']),
      sql: textOf(document['sql']) ?? textOf(given['sql']),
      params: Array.isArray(given['params']) ? given['params'] : [],
      answerId: textOf(document['answer_id']) ?? textOf(given['answer_id']),
      ...totalsOf(document),
      ...(isChange(tool) && { change: withoutText(given) }),
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

/** Of what only admins can change it is told how. */
const isChange = ({ definition, isForAdmins }: AuditedCall['tool']): boolean =>
  isForAdmins && !definition.annotations.readOnlyHint;

/** What was said in words stands elsewhere in the line, or may hold values. */
const withoutText = ({
  question: _one,
  questions: _many,
  note: _note,
  confirm: _confirm,
  ...rest
}: Document): object => rest;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
