// Owns the audit log: who asked what, when, and what came of it, one JSON object a line, apart from the log of the
// program. Rotation is the platform's: a line is written whole, and a file is only ever appended to.
import { createHmac, randomBytes } from 'node:crypto';

import { pino } from 'pino';

import { AppError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Principal } from './query/context.ts';

export interface AuditEntry {
  /** A tool, or 'download', 'resource', 'refused'. */
  readonly what: string;
  readonly requestId: string | null;
  /** Absent, or null, where it is not traced. */
  readonly traceId?: string | null;
  /** Null for a stranger. */
  readonly principal: Principal | null;
  /** 'ok' or the code of the error. */
  readonly outcome: string;
  /** Which tier answered; null where none did. */
  readonly source?: string | null;
  readonly question?: string | null;
  readonly sql?: string | null;
  readonly params?: readonly unknown[];
  readonly answerId?: string | null;
  readonly rows?: number | null;
  readonly bytes?: number | null;
  readonly ms?: number;
  /** What an admin has changed: the arguments, without texts. */
  readonly change?: object;
  /** Of the connection. */
  readonly address?: string | null;
}

export interface Audit {
  /** Never throws, and waits for nobody. */
  record(entry: AuditEntry): void;
  /** What was recorded is written when this returns. */
  close(): void;
}

export interface AuditOptions {
  /** A file, or 'stdout'. */
  readonly target: string;
  /** Whether questions, values and parameters stand in it as they are. */
  readonly isFull: boolean;
  /** A statement with a mark in the place of every value; null where that cannot be told. */
  readonly redacted: (sql: string) => string | null;
  readonly logger: Logger;
}

const STDOUT = 1;
/** It may hold values. */
const OWN_FILE = 0o600;
const ID_CHARS = 16;
const KEY_BYTES = 32;
const MAX_KNOWN = 500;
/** Longer ones agents seldom say again. */
const MAX_KNOWN_CHARS = 4096;
/** Nothing that a caller sends may fill a disk by itself. */
const MAX_SHOWN_CHARS = 100_000;
const MAX_ID_CHARS = 100;
/** Of lines that no disk takes. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** For whoever wants none. */
export const NO_AUDIT: Audit = { record: () => undefined, close: () => undefined };

/** @throws AppError CONFIG_INVALID where the file cannot be opened. */
export function openAudit({ target, isFull, redacted, logger }: AuditOptions): Audit {
  const stream = openStream(target);
  // A disk that is full loses lines, and says so; it fails no call.
  let isFailing = false;
  let isClosed = false;
  stream.on('error', (error: unknown) => {
    if (!isFailing) logger.error({ error: String(error) }, 'the audit log cannot be written');
    isFailing = true;
  });
  stream.on('write', () => void (isFailing = false));
  /** Whoever reads the log must not find by trying what was left out of it. */
  const key = randomBytes(KEY_BYTES);

  /** The same text has the same id as long as the process lives. */
  function idOf(text: string | null | undefined): string | null {
    if (typeof text !== 'string') return null;
    return createHmac('sha256', key).update(text).digest('hex').slice(0, ID_CHARS);
  }
  /** Agents say the same again and again. */
  const known = new Map<string, string | null>();

  function withoutValues(sql: string): string | null {
    const found = known.get(sql);
    if (found !== undefined) return found;
    const text = redacted(sql);
    if (known.size >= MAX_KNOWN) known.clear();
    if (sql.length <= MAX_KNOWN_CHARS) known.set(sql, text);
    return text;
  }

  return {
    record(entry) {
      if (isClosed) return;
      const { question, sql, params } = entry;
      const line = {
        time: new Date().toISOString(),
        what: entry.what,
        request_id: entry.requestId,
        trace_id: entry.traceId ?? null,
        principal: entry.principal?.name ?? null,
        role: entry.principal?.role ?? null,
        database_role: entry.principal?.identity.role ?? null,
        outcome: entry.outcome,
        source: entry.source ?? null,
        question_id: idOf(question),
        sql_id: idOf(sql),
        ...(isFull
          ? { question: shown(question), sql: shown(sql), params: shownParams(params) }
          : { sql: typeof sql === 'string' ? shown(withoutValues(sql)) : null }),
        answer_id: entry.answerId?.slice(0, MAX_ID_CHARS) ?? null,
        rows: entry.rows ?? null,
        bytes: entry.bytes ?? null,
        ms: entry.ms === undefined ? null : Math.round(entry.ms * 1000) / 1000,
        ...(entry.change !== undefined && { change: shown(JSON.stringify(entry.change)) }),
        ...(entry.address !== undefined && { address: entry.address }),
      };
      stream.write(`${JSON.stringify(line)}\n`);
    },
    close() {
      isClosed = true;
      stream.end();
    },
  };
}

const shown = (text: string | null | undefined): string | null =>
  text?.slice(0, MAX_SHOWN_CHARS) ?? null;

function shownParams(params: readonly unknown[] = []): readonly unknown[] | string {
  const text = JSON.stringify(params);
  return text.length <= MAX_SHOWN_CHARS ? params : text.slice(0, MAX_SHOWN_CHARS);
}

function openStream(target: string) {
  try {
    return pino.destination({
      dest: target === 'stdout' ? STDOUT : target,
      append: true,
      mkdir: false,
      sync: true,
      mode: OWN_FILE,
      maxLength: MAX_WAITING_BYTES,
    });
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `AUDIT_LOG: ${(error as Error).message}`, {
      cause: error,
      hint: 'Make its folder, and let the user that askonce runs as write there.',
    });
  }
}
