// Owns one call of one tool, whichever face it came by: run, measured, audited, and its fault told as a result.
import type { Audit } from '../audit.ts';
import type { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { RequestContext } from '../query/context.ts';
import { auditCall } from './audited.ts';
import { answeredIn, isStreaming, whenOver } from './call-end.ts';
import type { CallEnd } from './call-end.ts';
import { errorResult, toAppError } from './result.ts';
import type { ToolResult } from './result.ts';
import type { Tool, ToolOutcome } from './tool.ts';

export interface RunToolDeps {
  readonly metrics: Metrics;
  readonly audit: Audit;
}

export interface ToolRun {
  readonly tool: Tool;
  readonly args: unknown;
  readonly request: RequestContext;
  /** Told when the answer begins, whose rows may still stream. */
  readonly onAnswer: () => void;
}

/** Never rejects. */
export async function runTool(
  { metrics, audit }: RunToolDeps,
  { tool, args, request, onAnswer }: ToolRun,
): Promise<ToolResult> {
  const started = performance.now();
  const { name } = tool.definition;
  const { trace } = request;
  const over = (source: string, end: CallEnd): void => {
    const ms = performance.now() - started;
    const { outcome, documents } = end;
    const more = { traceId: trace.id, isOfOperator: tool.isForAdmins };
    metrics.request({ tool: name, source, outcome }, ms / 1000, more);
    metrics.servedBySimilarity(documents.filter(({ matched }) => matched).length);
    auditCall(audit, { tool, args, context: request, ms }, end);
    trace.end({ outcome, source, ...answeredIn(documents) });
  };
  try {
    const { result, source }: ToolOutcome = await tool.call(args, request);
    onAnswer();
    const streaming = isStreaming(result) ? trace.stage('stream') : null;
    // What an operator is shown may list answers, and is none.
    if (tool.isForAdmins) {
      over(source, { outcome: 'ok', documents: [] });
      return result;
    }
    whenOver(result, request.signal, (end) => {
      streaming?.end(end.outcome === 'ok' ? undefined : end.outcome);
      over(source, end);
    });
    return result;
  } catch (error) {
    onAnswer();
    const fault = toAppError(error, request.requestId);
    over('none', { outcome: fault.code, documents: [] });
    logFault(request.logger, name, fault);
    return errorResult(fault);
  }
}

export function logFault(logger: Logger, tool: string, fault: AppError): void {
  const entry = { tool, code: fault.code, message: fault.message };
  if (fault.code === 'INTERNAL') logger.error({ ...entry, err: fault.cause }, 'call failed');
  else logger.debug(entry, 'call answered with an error');
}
