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

/**
 * A text with a rule of its own, which is told where it is broken: a schema that held it would cost every model that
 * reads the list of tools.
 */
const ruled = (isWell: (text: string) => boolean, rule: string) =>
  z.string().refine(isWell, `must be ${rule}`);

/** Words to look for: PostgreSQL knows no text with a NUL. */
export const wordsArgument = (maxChars: number) =>
  ruled(
    (text) => text.trim() !== '' && text.length <= maxChars && !text.includes('\0'),
    `1 to ${maxChars} characters, and no NUL`,
  );

/** Of an entry, a wording, an answer or a decision. */
export const idArgument = ruled((text) => /^[\w-]{1,100}$/.test(text), 'an id');

export const decisionArgument = ruled((text) => /^\d{1,18}$/.test(text), 'the id of a decision');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const uuid = (rule: string) => ruled((text) => UUID.test(text), rule);
export const cursorArgument = uuid('next_cursor of the page before');
export const entryArgument = uuid('the id of an entry or of a wording');

/** Of the tools of admins: all scopes where it is absent. */
export const scopeArgument = ruled(
  (text) => /^[0-9a-f]{4,32}$/.test(text),
  'the id of a scope as cache_stats lists it, or its beginning',
).optional();

/** Where a page begins, as the one before said it. */
export const offsetCursor = ruled(
  (text) => /^\d{1,9}$/.test(text),
  'next_cursor of the page before',
)
  .optional()
  .transform((text) => Number(text ?? 0));
