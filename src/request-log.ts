// Owns the line that the log has of each request once it is over: ids by which it is found in traces, in the audit log
// and by its answer, and how it went. Never a question, a statement or a value.
import { NO_AUDIT } from './audit.ts';
import type { Audit } from './audit.ts';
import type { Logger } from './logger.ts';

/** A caller may have sent any text in its place. */
const ANSWER_ID = /^[\w-]{1,100}$/;

/** What is told to the audit log, in the log of the program, too. */
export function logRequests(audit: Audit, logger: Logger): Audit {
  if (!logger.isLevelEnabled('info')) return audit;
  return {
    record(entry) {
      const { ms, answerId } = entry;
      // What there is none of is left out.
      const line = {
        request_id: entry.requestId ?? undefined,
        trace_id: entry.traceId ?? undefined,
        answer_id: answerId && ANSWER_ID.test(answerId) ? answerId : undefined,
        principal: entry.principal?.name,
        tool: entry.what,
        source: entry.source ?? undefined,
        outcome: entry.outcome,
        ms: ms === undefined ? undefined : Math.round(ms * 1000) / 1000,
        rows: entry.rows ?? undefined,
        bytes: entry.bytes ?? undefined,
        address: entry.address ?? undefined,
      };
      logger.info(line, 'request');
      if (audit !== NO_AUDIT) audit.record(entry);
    },
    close: () => audit.close(),
  };
}
