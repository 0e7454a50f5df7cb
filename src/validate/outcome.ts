// Owns what came of a call: answered, answered with a document, shed in a way that says so, refused, or failed. Pure.

export type Outcome =
  /** @member source Where the rows came from; null where a server does not tell. */
  | {
      readonly kind: 'answered';
      readonly source: string | null;
      readonly answerId: string | null;
      readonly nextCursor: string | null;
    }
  /** The agent is to write SQL or to confirm. */
  | { readonly kind: 'document'; readonly status: string }
  /** Too much at once, said so: to be tried again. */
  | { readonly kind: 'shed'; readonly code: string; readonly retryAfterMs: number | null }
  /** A coded error that is not about load. */
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'failed'; readonly why: string };

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body, or its beginning where it is long. */
  readonly text: string;
}

const OK = 200;
const SHED_STATUSES = new Set([429, 503]);
const SHED_CODES = new Set(['OVERLOADED', 'RATE_LIMITED']);
const DOCUMENTS = new Set(['needs_sql', 'confirm']);
const MAX_SHOWN_CHARS = 300;
const MS_PER_S = 1000;

interface Message {
  readonly result?: Result;
}

interface Result {
  readonly isError?: boolean;
  readonly content?: ReadonlyArray<{ readonly text?: string }>;
  readonly structuredContent?: {
    readonly status?: string;
    readonly source?: string;
    readonly answer_id?: string;
    readonly next_cursor?: string | null;
    readonly error?: { readonly code?: string; readonly retry_after_ms?: number };
  };
}

/** @member body The message, where it is short enough to be read whole. */
export interface Told {
  readonly outcome: Outcome;
  readonly body: unknown;
}

export function toldBy({ status, headers, text }: RawAnswer): Told {
  const body = status === OK ? messageOf(text, headers['content-type']) : null;
  return {
    outcome: outcomeOf({ status, headers, text }, body),
    body: body === 'long' ? null : body,
  };
}

function outcomeOf(
  { status, headers, text }: RawAnswer,
  message: Message | 'long' | null,
): Outcome {
  if (SHED_STATUSES.has(status)) {
    const seconds = Number(headers['retry-after']);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * MS_PER_S : null;
    return { kind: 'shed', code: `HTTP ${status}`, retryAfterMs };
  }
  if (status !== OK) return { kind: 'failed', why: `HTTP ${status} ${shown(text)}` };
  if (message === 'long') return ofBeginning(text);
  const result = message?.result;
  if (!result) return { kind: 'failed', why: shown(text) };
  return ofResult(result, text);
}

function ofResult({ isError, structuredContent: said, content }: Result, text: string): Outcome {
  if (isError === true) {
    const { code, retry_after_ms: retryAfterMs = null } = said?.error ?? {};
    if (code === undefined) return { kind: 'failed', why: shown(content?.[0]?.text ?? text) };
    if (SHED_CODES.has(code)) return { kind: 'shed', code, retryAfterMs };
    return { kind: 'refused', code };
  }
  if (said?.status !== undefined && DOCUMENTS.has(said.status))
    return { kind: 'document', status: said.status };
  return {
    kind: 'answered',
    source: said?.source ?? null,
    answerId: said?.answer_id ?? null,
    nextCursor: said?.next_cursor ?? null,
  };
}

/** Of what is too long to be kept: what is told before its rows. */
function ofBeginning(text: string): Outcome {
  const part = (name: string): string | null =>
    new RegExp(`\\\\?"${name}\\\\?":\\\\?"([^"\\\\]+)`).exec(text)?.[1] ?? null;
  const [source, answerId] = [part('source'), part('answer_id')];
  return { kind: 'answered', source, answerId, nextCursor: null };
}

function messageOf(text: string, type: string | string[] | undefined): Message | 'long' | null {
  const isStream = String(type ?? '').startsWith('text/event-stream');
  const body = isStream ? lastEvent(text) : text;
  try {
    return JSON.parse(body) as Message;
  } catch {
    return /"(result|content|structuredContent)":/.test(text) ? 'long' : null;
  }
}

/** Progress comes before the answer. */
function lastEvent(text: string): string {
  const events = text.split(/\r?\n\r?\n/).filter((event) => /^data:/m.test(event));
  const lines = (events.at(-1) ?? '').split(/\r?\n/).filter((line) => line.startsWith('data:'));
  return lines.map((line) => line.slice('data:'.length).trimStart()).join('\n');
}

const shown = (text: string): string => text.slice(0, MAX_SHOWN_CHARS);
