// Owns the logger: pino to stderr (stdout belongs to protocols), with secrets redacted.
import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

const REDACTED = [
  'password',
  'token',
  'authorization',
  'connectionString',
  '*.password',
  '*.token',
  '*.authorization',
  '*.connectionString',
];

export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, redact: { paths: REDACTED, censor: '[redacted]' } },
    pino.destination({ fd: 2, sync: false }),
  );
}
