// Owns the coded errors of the whole program: one class, one table. Translators at the edges
// (db/sqlstate.ts inward; mcp/result.ts and http/errors.ts outward) branch on codes, never on messages.

interface ErrorKind {
  /** HTTP status where the error is answered before or outside MCP. */
  readonly status: number;
  /** Whether the same call may succeed later without being changed. */
  readonly retryable: boolean;
}

export const ERROR_KINDS = {
  CONFIG_INVALID: { status: 500, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  SESSION_MISSING: { status: 400, retryable: false },
  SESSION_UNKNOWN: { status: 404, retryable: false },
  INPUT_INVALID: { status: 400, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  QUERY_REJECTED: { status: 403, retryable: false },
  QUERY_INVALID: { status: 400, retryable: false },
  QUERY_TIMEOUT: { status: 504, retryable: false },
  QUERY_CANCELLED: { status: 499, retryable: true },
  RESULT_TOO_LARGE: { status: 413, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  OVERLOADED: { status: 503, retryable: true },
  DATABASE_UNAVAILABLE: { status: 503, retryable: true },
  EMBEDDING_FAILED: { status: 500, retryable: true },
  CACHE_FAILED: { status: 500, retryable: true },
  INTERNAL: { status: 500, retryable: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

export interface AppErrorOptions {
  readonly cause?: unknown;
  /** What the caller can do about it, in one sentence. */
  readonly hint?: string;
  /** How long to wait before the same call is worth repeating. */
  readonly retryAfterMs?: number;
}

/** An expected failure. Its message and hint are safe to show to the caller: no host, user or secret. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
