// Owns calls of the tools of admins that come by the console: the same tools, without the protocol around them.
import type { Audit } from '../audit.ts';
import { AppError, ERROR_KINDS } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { Principal } from '../query/context.ts';
import { NO_TRACE } from '../tracing.ts';
import { outcomeOf } from './call-end.ts';
import { runTool } from './run-tool.ts';
import type { Tool } from './tool.ts';

export interface AdminCall {
  readonly tool: string;
  readonly args: unknown;
  /** An admin. */
  readonly principal: Principal;
  readonly signal: AbortSignal;
}

export interface AdminAnswer {
  /** As HTTP has it. */
  readonly status: number;
  readonly document: object;
}

/** Never rejects, but for a tool that there is not: NOT_FOUND. */
export type AdminCalls = (call: AdminCall) => Promise<AdminAnswer>;

export function createAdminCalls(deps: {
  readonly tools: readonly Tool[];
  readonly metrics: Metrics;
  readonly audit: Audit;
  readonly logger: Logger;
  readonly newRequestId: () => string;
}): AdminCalls {
  const tools = new Map(
    deps.tools.filter((tool) => tool.isForAdmins).map((tool) => [tool.definition.name, tool]),
  );
  return async ({ tool: name, args, principal, signal }) => {
    const tool = tools.get(name);
    if (!tool) throw new AppError('NOT_FOUND', 'There is no such tool for admins.');
    const requestId = deps.newRequestId();
    const request = {
      requestId,
      principal,
      signal,
      takesLinks: false,
      trace: NO_TRACE,
      atStage: () => undefined,
      logger: deps.logger.child({ request_id: requestId, principal: principal.name }),
    };
    const result = await runTool(deps, { tool, args, request, onAnswer: () => undefined });
    const document = result.structuredContent;
    const outcome = outcomeOf(document);
    const status = outcome === 'ok' ? 200 : ERROR_KINDS[outcome as ErrorCode].status;
    return { status, document };
  };
}
