// Owns the shortest way to an answer: a plain ask, in words and with rows that this process holds, needs no
// session, and is written once: asked again, the same question from the same rows is the same answer. Whoever
// calls has checked who asks; anything unusual goes the ordinary way.
import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import type { JSONRPCRequest } from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';

import { NO_AUDIT } from '../audit.ts';
import type { Audit, AuditEntry } from '../audit.ts';
import type { Metrics } from '../metrics.ts';
import type { Principal } from '../query/context.ts';
import type { QueryPipeline } from '../query/pipeline.ts';
import type { HeldAnswer } from '../query/serve.ts';
import { totalsOf } from './audited.ts';
import { answerResult } from './result.ts';
import { serverInfo } from './server.ts';
import { StreamedRows, jsonWithRows } from './streamed-rows.ts';
import { NO_TRACE } from '../tracing.ts';
import type { Carrier, Trace, Tracing } from '../tracing.ts';
import { toLimits } from './tools/arguments.ts';
import type { AnswerSettings } from './tools/arguments.ts';

/** The result of the call as JSON text; null where the ordinary way must be gone. Never rejects. */
export type HeldAnswers = (message: JSONRPCRequest, sender: Sender) => Promise<string | null>;

export interface Sender {
  readonly principal: Principal;
  readonly era: 'legacy' | 'modern';
  readonly headers: Carrier;
}

const MAX_BYTES = 32 * 1024 * 1024;
/** Larger ones are streamed, the ordinary way. */
const MAX_ENTRY_BYTES = 512 * 1024;
/** Answers are forgotten by the store after a while: one that is given again can still be reported on. */
const TTL_MS = 10 * 60 * 1000;

interface Written {
  /** Of each era. */
  readonly legacy: string;
  readonly modern: string;
  readonly source: string;
  readonly isBySimilarity: boolean;
  /** What the audit log is told of it. */
  readonly audited: Pick<AuditEntry, 'source' | 'sql' | 'answerId' | 'rows' | 'bytes'>;
}

interface Told extends Omit<Sender, 'era'> {
  readonly message: JSONRPCRequest;
  readonly question: string;
  /** Of performance.now(). */
  readonly started: number;
}

export interface HeldAnswersOptions {
  readonly pipeline: Pick<QueryPipeline, 'held'>;
  readonly settings: AnswerSettings;
  readonly metrics: Pick<Metrics, 'request' | 'servedBySimilarity'>;
  readonly audit: Audit;
  readonly tracing: Tracing;
  readonly newRequestId: () => string;
  readonly version: string;
}

export function createHeldAnswers(options: HeldAnswersOptions): HeldAnswers {
  const { pipeline, settings, metrics, audit, tracing, newRequestId } = options;
  const limits = toLimits({}, settings);
  /** What the stateless revision says with every result. */
  const stamp = JSON.stringify({
    resultType: 'complete',
    _meta: { [SERVER_INFO_META_KEY]: serverInfo(options.version) },
  });
  const written = new LRUCache<string, Written>({
    maxSize: MAX_BYTES,
    maxEntrySize: MAX_ENTRY_BYTES,
    sizeCalculation: ({ legacy, modern }) => 2 * (legacy.length + modern.length) + 256,
    ttl: TTL_MS,
  });

  async function write({ key, make }: HeldAnswer): Promise<Written | null> {
    const answer = make();
    const result = await answerResult(answer, { takesLinks: true });
    const { rows } = result.structuredContent;
    if (!(rows instanceof StreamedRows) || rows.json === null) return null;
    const legacy = jsonWithRows(result);
    const modern = `${legacy.slice(0, -1)},${stamp.slice(1)}`;
    const { source, sql, matched, answer_id: answerId } = answer.head;
    const audited = { source, sql, answerId, ...totalsOf(result.structuredContent) };
    const entry = { legacy, modern, source, isBySimilarity: matched !== null, audited };
    written.set(key, entry);
    return entry;
  }

  function tell(answer: Written, asked: Told): void {
    const { principal, question, started } = asked;
    const { source, audited } = answer;
    const requestId = tracing.isOn || audit !== NO_AUDIT ? newRequestId() : '';
    const trace = tracing.isOn ? traceOf(asked, requestId) : NO_TRACE;
    const ms = performance.now() - started;
    metrics.request({ tool: 'ask', source, outcome: 'ok' }, ms / 1000, {
      traceId: trace.id,
    });
    if (answer.isBySimilarity) metrics.servedBySimilarity(1);
    trace.end({ ...audited, source, outcome: 'ok' });
    if (audit === NO_AUDIT) return;
    const entry = { what: 'ask', requestId, principal, outcome: 'ok', question, ms };
    audit.record({ ...entry, ...audited, traceId: trace.id });
  }

  function traceOf({ message, headers, started }: Told, requestId: string): Trace {
    const meta = message.params?._meta;
    const carriers = meta ? [meta, headers] : [headers];
    return tracing.begin({ tool: 'ask', requestId, carriers, begunAt: started });
  }

  return async (message, { principal, era, headers }) => {
    const question = plainAsk(message);
    if (question === null) return null;
    const started = performance.now();
    try {
      const held = await pipeline.held({ question, limits }, principal);
      const known = held && written.get(held.key);
      if (known) held.again();
      const answer = known ?? (held && (await write(held)));
      if (!answer) return null;
      tell(answer, { message, principal, headers, question, started });
      return answer[era];
    } catch {
      // The ordinary way finds the same fault, and says so.
      return null;
    }
  };
}

/** The question of a call that says nothing else. */
function plainAsk({ method, params }: JSONRPCRequest): string | null {
  if (method !== 'tools/call' || params?.['name'] !== 'ask') return null;
  const { arguments: args, task } = params as { arguments?: unknown; task?: unknown };
  if (task !== undefined || typeof args !== 'object' || args === null) return null;
  const { question, ...more } = args as Record<string, unknown>;
  return typeof question === 'string' && Object.keys(more).length === 0 ? question : null;
}
