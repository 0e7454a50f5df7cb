// Owns the waiting line in front of the worker: bounded, identical texts share one computation, what
// arrives while a batch runs goes together in the next. Knows nothing of threads or models.
import { AppError } from '../errors.ts';

export type Settle = (index: number, outcome: Float32Array | AppError) => void;

/** Answers each text through `settle`; resolves when all are answered, rejects when none more will be. */
export type RunBatch = (texts: readonly string[], settle: Settle) => Promise<void>;

export interface RequestQueue {
  /** @throws AppError EMBEDDING_FAILED; QUERY_CANCELLED when the signal fires. */
  add(text: string, signal?: AbortSignal): Promise<Float32Array>;
}

export interface RequestQueueOptions {
  readonly run: RunBatch;
  /** How many requests may be unanswered, running ones included. */
  readonly maxQueue: number;
  readonly maxBatch: number;
}

interface Waiter {
  resolve(vector: Float32Array): void;
  reject(error: AppError): void;
}

interface Job {
  readonly text: string;
  readonly waiters: Set<Waiter>;
}

export function createRequestQueue(options: RequestQueueOptions): RequestQueue {
  const waitingJobs = new Map<string, Job>();
  const runningJobs = new Map<string, Job>();
  let unanswered = 0;

  function add(text: string, signal?: AbortSignal): Promise<Float32Array> {
    if (signal?.aborted) return Promise.reject(cancelled(signal));
    if (unanswered >= options.maxQueue) return Promise.reject(queueFull(options.maxQueue));
    return new Promise<Float32Array>((resolve, reject) => {
      const job = runningJobs.get(text) ?? waitingJobs.get(text) ?? { text, waiters: new Set() };
      if (!runningJobs.has(text)) waitingJobs.set(text, job);
      const onAbort = () => {
        leave();
        // Nobody waits for it any more: its place is free. A running one just ends unheard.
        if (job.waiters.size === 0 && waitingJobs.get(text) === job) waitingJobs.delete(text);
        reject(cancelled(signal));
      };
      const leave = () => {
        job.waiters.delete(waiter);
        unanswered -= 1;
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        resolve: (vector) => (leave(), resolve(vector)),
        reject: (error) => (leave(), reject(error)),
      };
      job.waiters.add(waiter);
      unanswered += 1;
      signal?.addEventListener('abort', onAbort);
      runNext();
    });
  }

  function runNext(): void {
    if (runningJobs.size > 0 || waitingJobs.size === 0) return;
    const batch = [...waitingJobs.values()].slice(0, options.maxBatch);
    for (const job of batch) {
      waitingJobs.delete(job.text);
      runningJobs.set(job.text, job);
    }
    const settle: Settle = (index, outcome) => {
      const job = batch[index];
      if (!job || runningJobs.get(job.text) !== job) return;
      runningJobs.delete(job.text);
      answer(job, outcome);
    };
    options
      .run(
        batch.map((job) => job.text),
        settle,
      )
      .catch(failAll)
      .finally(runNext);
  }

  /** The worker is gone: those who wait would wait for its restart, and the query can go on without. */
  function failAll(cause: unknown): void {
    const error = cause instanceof AppError ? cause : workerGone(cause);
    for (const jobs of [runningJobs, waitingJobs]) {
      const left = [...jobs.values()];
      jobs.clear();
      for (const job of left) answer(job, error);
    }
  }

  return { add };
}

/** Each waiter gets a vector of its own: nobody can change another's. */
function answer(job: Job, outcome: Float32Array | AppError): void {
  for (const waiter of job.waiters) {
    if (outcome instanceof AppError) waiter.reject(outcome);
    else waiter.resolve(outcome.slice());
  }
}

function queueFull(maxQueue: number): AppError {
  return new AppError('EMBEDDING_FAILED', `${maxQueue} texts already wait for their embedding.`, {
    hint: 'Try again in a moment.',
    retryAfterMs: 1000,
  });
}

function workerGone(cause: unknown): AppError {
  return new AppError('EMBEDDING_FAILED', 'The embedding worker failed.', { cause });
}

function cancelled(signal: AbortSignal | undefined): AppError {
  return new AppError('QUERY_CANCELLED', 'The caller gave up on the embedding.', {
    cause: signal?.reason,
  });
}
