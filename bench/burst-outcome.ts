// Owns what an answer in a burst is: answered, shed in a way that says so, or failed. Pure.
import { headerOf } from './http-wire.ts';
import type { WireResponse } from './http-wire.ts';

export type Outcome =
  | { readonly kind: 'answered'; readonly source: string }
  /** The agent is to write SQL or to confirm. */
  | { readonly kind: 'document'; readonly status: string }
  | { readonly kind: 'shed'; readonly how: 'OVERLOADED' | 'HTTP 503' }
  | { readonly kind: 'failed'; readonly why: string };

const MAX_SHOWN_CHARS = 400;

interface CallResult {
  readonly isError?: boolean;
  readonly structuredContent?: {
    readonly source?: string;
    readonly status?: string;
    readonly error?: { readonly code?: string; readonly retry_after_ms?: number };
  };
}

/** @param mustContain What stands in the body of a right answer, where that is known. */
export function outcomeOf(response: WireResponse, mustContain?: string): Outcome {
  const { status, body } = response;
  if (status === 503 && headerOf(response, 'retry-after') !== null) {
    return { kind: 'shed', how: 'HTTP 503' };
  }
  const text = body.toString();
  const failed: Outcome = { kind: 'failed', why: `${status} ${text.slice(0, MAX_SHOWN_CHARS)}` };
  if (status !== 200) return failed;
  const { isError, structuredContent } = resultOf(text);
  if (isError) {
    const { code, retry_after_ms } = structuredContent?.error ?? {};
    const isShed = code === 'OVERLOADED' && retry_after_ms !== undefined;
    return isShed ? { kind: 'shed', how: 'OVERLOADED' } : failed;
  }
  if (structuredContent?.source !== undefined) {
    const isRight = mustContain === undefined || text.includes(JSON.stringify(mustContain));
    return isRight ? { kind: 'answered', source: structuredContent.source } : failed;
  }
  const said = structuredContent?.status;
  const isDocument = said === 'needs_sql' || said === 'confirm';
  return isDocument ? { kind: 'document', status: said } : failed;
}

function resultOf(text: string): CallResult {
  try {
    return (JSON.parse(text) as { result?: CallResult }).result ?? {};
  } catch {
    return {};
  }
}
