// Owns several questions in one call: each is asked as if it had come alone, all at once, and none of their
// faults is another's. Their pages share the limit of one answer.
import { text as jsonText } from 'node:stream/consumers';

import { AppError } from '../errors.ts';
import type { Answer, AnswerLimits } from '../query/answer.ts';
import type { RequestContext } from '../query/context.ts';
import type { QueryPipeline } from '../query/pipeline.ts';
import { documentResult, errorResult, toAppError } from './result.ts';
import type { ToolResult } from './result.ts';
import { StreamedRows } from './streamed-rows.ts';

/** An agent has a few at hand, not a list to work off. */
export const MAX_QUESTIONS = 20;
/** Of the limit, kept for what stands around the answers. */
const ENVELOPE_BYTES = 64;
const MIN_BYTES = 4000;

export interface SeveralRequest {
  readonly questions: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  /** Of all answers together. */
  readonly limits: AnswerLimits;
}

/** Answers stand in the order of the questions: what ask gives for each, or its error. */
export async function askSeveral(
  pipeline: QueryPipeline,
  { questions, maxAgeSeconds, limits }: SeveralRequest,
  context: RequestContext,
): Promise<ToolResult> {
  const maxBytes = Math.floor((limits.maxBytes - ENVELOPE_BYTES) / questions.length);
  if (maxBytes < MIN_BYTES) {
    throw new AppError('INPUT_INVALID', `${questions.length} answers do not fit into max_bytes.`, {
      hint: `Give max_bytes at least ${MIN_BYTES} for each question, or ask fewer at once.`,
    });
  }
  const request = { maxAgeSeconds, limits: { ...limits, maxBytes } };
  const one = async (question: string): Promise<object> => {
    try {
      const outcome = await pipeline.ask({ question, ...request }, context);
      return outcome.kind === 'document' ? outcome.document : await wholeDocument(outcome.answer);
    } catch (error) {
      const fault = toAppError(error, context.requestId);
      // Cancelled is the call, not one of its questions.
      if (fault.code === 'QUERY_CANCELLED') throw fault;
      return { status: 'error', question, ...errorResult(fault).structuredContent };
    }
  };
  const answers = await Promise.all(questions.map(one));
  return documentResult({ status: 'several', answers });
}

/** Bounded by its page, so it may be held. */
async function wholeDocument(answer: Answer): Promise<object> {
  const rows = StreamedRows.complete(await jsonText(answer.rows()));
  return { ...answer.head, rows, ...answer.tail() };
}
