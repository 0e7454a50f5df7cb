// Owns the logger: pino to stderr (stdout belongs to protocols), JSON lines for programs, readable ones where somebody
// looks at a terminal, with secrets redacted.
import { pino } from 'pino';
import type { DestinationStream, LogFn, Logger } from 'pino';

import { withoutSecrets } from './redact.ts';

export type { Logger } from 'pino';

const STDERR = 2;
const WARN = 40;
/** A write for each line would cost more than half of an answer that is held; what is left is written at the exit. */
const BATCH_BYTES = 4096;
const FLUSH_EVERY_MS = 50;
/** Of lines that nobody takes: what is more is lost. The log may fill no memory. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

export function createLogger(level: string, destination = jsonLines(STDERR)): Logger {
  return pino(
    { level, base: null, hooks: { streamWrite: withoutSecrets, logMethod } },
    destination,
  );
}

/** What somebody should hear of is written at once, with all that stands before it. */
function logMethod(this: Logger, args: Parameters<LogFn>, log: LogFn, level: number): void {
  log.apply(this, args);
  if (level >= WARN) this.flush();
}

export interface LogTarget {
  readonly fd: number;
  readonly isTTY?: boolean;
}

export async function logDestination({ fd, isTTY }: LogTarget): Promise<DestinationStream> {
  if (!isTTY) return jsonLines(fd);
  // For people alone: servers need none of it.
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: fd, translateTime: 'SYS:HH:MM:ss', singleLine: true });
}

const jsonLines = (fd: number): DestinationStream =>
  pino.destination({
    fd,
    sync: false,
    minLength: BATCH_BYTES,
    periodicFlush: FLUSH_EVERY_MS,
    maxLength: MAX_WAITING_BYTES,
  });
