// Owns waiting for a run that somebody else has begun: each has its own patience, whatever becomes of the others.
import { AppError } from '../errors.ts';

/** @throws AppError QUERY_CANCELLED when the signal is aborted first, QUERY_TIMEOUT after maxWaitMs. */
export async function unlessGone<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  maxWaitMs: number,
): Promise<T> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(maxWaitMs)]);
  let leave = (): void => undefined;
  const gone = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.aborted ? cancelled() : late(maxWaitMs));
    if (stop.aborted) leave();
    stop.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([promise, gone]);
  } finally {
    stop.removeEventListener('abort', leave);
  }
}

const cancelled = (): AppError =>
  new AppError('QUERY_CANCELLED', 'The caller went away while the statement ran for others.');

const late = (limitMs: number): AppError =>
  new AppError(
    'QUERY_TIMEOUT',
    `The statement, which runs for others too, gave no rows in ${limitMs} ms.`,
    {
      hint: 'Aggregate in SQL, filter on an indexed column, or ask for a shorter period.',
    },
  );
