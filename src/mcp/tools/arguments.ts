// Owns the arguments that several tools share, and their limits.
import { z } from 'zod';

import type { AnswerLimits } from '../../query/answer.ts';
import { FORMATS } from '../../query/format.ts';

export interface AnswerSettings {
  readonly maxRows: number;
  readonly maxResponseBytes: number;
}

/** An agent's context is small: what it gets without asking for more. */
const DEFAULT_ROWS = 1000;
const DEFAULT_BYTES = 256 * 1024;
const MIN_BYTES = 4096;
/** Of the response limit, kept for what stands around a large document: preview, link, JSON-RPC. */
const ENVELOPE_SHARE = 1 / 8;
const ENVELOPE_MAX_BYTES = 128 * 1024;

export function limitArguments({ maxRows, maxResponseBytes }: AnswerSettings) {
  return {
    max_age_seconds: z.number().min(0).optional().describe('0 always runs the SQL again'),
    max_rows: z.int().min(1).max(maxRows).optional().describe(`default ${DEFAULT_ROWS}`),
    max_bytes: z.int().min(MIN_BYTES).max(maxResponseBytes).optional(),
    format: z.enum(FORMATS).optional(),
  };
}

interface LimitArguments {
  readonly max_rows?: number | undefined;
  readonly max_bytes?: number | undefined;
  readonly format?: (typeof FORMATS)[number] | undefined;
}

export function toLimits(args: LimitArguments, settings: AnswerSettings): AnswerLimits {
  const { maxRows, maxResponseBytes } = settings;
  const envelope = Math.min(ENVELOPE_MAX_BYTES, maxResponseBytes * ENVELOPE_SHARE);
  return {
    maxRows: args.max_rows ?? Math.min(DEFAULT_ROWS, maxRows),
    maxBytes: Math.min(args.max_bytes ?? DEFAULT_BYTES, Math.floor(maxResponseBytes - envelope)),
    format: args.format ?? 'table',
  };
}

/** Large enough for any question or SQL; the pipeline says more precisely what is too long. */
export const questionArgument = z.string().describe('The question in plain, self-contained words');

/** The document's shape, short on purpose: the whole tool list must fit into 2,000 tokens. */
export const ANSWER_SCHEMA = {
  type: 'object',
  properties: {
    status: { type: 'string' },
    source: { type: 'string' },
    sql: { type: ['string', 'null'] },
    as_of: { type: 'string' },
    answer_id: { type: 'string' },
    columns: { type: 'array' },
    rows: { type: ['array', 'string'] },
    row_count: { type: 'integer' },
    truncated: { type: 'boolean' },
    next_cursor: { type: ['string', 'null'] },
  },
} as const;

export const STATUS_SCHEMA = {
  type: 'object',
  properties: { status: { type: 'string' } },
} as const;

export const READS = { readOnlyHint: true, openWorldHint: false, idempotentHint: true } as const;

/** Words to look for: PostgreSQL knows no text with a NUL. */
export const wordsArgument = (maxChars: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxChars)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL');

/** Of an entry, a wording or an answer. */
export const idArgument = z.string().regex(/^[\w-]{1,100}$/, 'must be an id');

/** Of the tools of admins. */
export const scopeArgument = z
  .string()
  .regex(/^[0-9a-f]{4,32}$/, 'must be the id of a scope, or its beginning')
  .optional()
  .describe('id from cache_stats; default: all');

/** Where a page begins, as the one before said it. */
export const offsetCursor = z
  .string()
  .regex(/^\d{1,9}$/, 'must be next_cursor of the page before')
  .default('0')
  .transform(Number);
