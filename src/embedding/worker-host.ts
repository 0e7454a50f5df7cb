// Owns the life of the worker thread: start, watch, restart with growing pauses, give up, stop. One
// batch at a time; who waits for what is the queue's matter, the model is the worker's.
import { SHARE_ENV, Worker } from 'node:worker_threads';

import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ModelFolder } from './model-folder.ts';
import type { Settle } from './request-queue.ts';
import type { Batch, Order, Reply } from './worker.ts';

export interface WorkerHost {
  readonly dimensions: number;
  /** Rejects AppError EMBEDDING_FAILED when the worker is down or dies before the last reply. */
  run(texts: Batch, settle: Settle): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerHostOptions {
  readonly folder: ModelFolder;
  /** Checks the folder again before a restart: what changed on disk is another model. */
  readonly reopen: () => Promise<ModelFolder>;
  readonly logger: Logger;
  /** Pauses before the restarts; one crash more and the worker stays off. */
  readonly pausesMs?: readonly number[];
}

/** @throws AppError EMBEDDING_FAILED when the model cannot be loaded. */
export async function startWorkerHost(options: WorkerHostOptions): Promise<WorkerHost> {
  const host = new Host(options);
  await host.start();
  return host;
}

const PAUSES_MS = [0, 1000, 5000, 30_000];
/** A worker that held out so long is healthy: its next crash counts as the first. */
const HEALTHY_AFTER_MS = 600_000;
const START_TIMEOUT_MS = 120_000;
/** Silence for so long in the middle of a batch means a worker that hangs. */
const SILENCE_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

interface Run {
  readonly settle: Settle;
  readonly finish: () => void;
  readonly fail: (error: AppError) => void;
  readonly watchdog: NodeJS.Timeout;
  unanswered: number;
}

class Host implements WorkerHost {
  readonly #options: WorkerHostOptions;
  #worker: Worker | undefined;
  /** While the worker is starting or up; undefined while it pauses or is off. */
  #ready: Promise<void> | undefined;
  #run: Run | undefined;
  #pause: NodeJS.Timeout | undefined;
  #dimensions = 0;
  #crashes = 0;
  #readySinceMs = 0;
  #closed = false;

  constructor(options: WorkerHostOptions) {
    this.#options = options;
  }

  get dimensions(): number {
    return this.#dimensions;
  }

  async start(): Promise<void> {
    this.#ready = this.#load();
    await this.#ready;
  }

  async run(texts: Batch, settle: Settle): Promise<void> {
    if (!this.#ready) throw this.#closed ? closed() : down();
    await this.#ready;
    await new Promise<void>((resolve, reject) => {
      const worker = this.#worker;
      if (!worker || this.#closed) return reject(this.#closed ? closed() : down());
      const watchdog = setTimeout(() => void stop(worker), SILENCE_TIMEOUT_MS);
      const end = (settled: () => void) => {
        clearTimeout(watchdog);
        this.#run = undefined;
        settled();
      };
      const fail = (error: AppError) => end(() => reject(error));
      this.#run = { settle, finish: () => end(resolve), fail, watchdog, unanswered: texts.length };
      send(worker, texts);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pause);
    this.#run?.fail(closed());
    this.#ready = undefined;
    if (this.#worker) await stop(this.#worker);
  }

  async #load(): Promise<void> {
    const startedMs = performance.now();
    const worker = spawn(this.#options);
    this.#worker = worker;
    const first = await firstReply(worker);
    if (first.type !== 'ready') throw unusable(this.#options.folder, first);
    this.#dimensions = first.dimensions;
    this.#readySinceMs = performance.now();
    worker.on('message', (reply: Reply) => this.#onReply(reply));
    worker.once('exit', () => this.#onExit());
    const { modelId } = this.#options.folder;
    const tookMs = Math.round(performance.now() - startedMs);
    this.#options.logger.info({ modelId, ...first, tookMs }, 'embedding model loaded');
  }

  #onReply(reply: Reply): void {
    const run = this.#run;
    if (!run || (reply.type !== 'vector' && reply.type !== 'fault')) return;
    run.watchdog.refresh();
    run.settle(reply.index, reply.type === 'vector' ? reply.vector : badOutput(reply.reason));
    run.unanswered -= 1;
    if (run.unanswered === 0) run.finish();
  }

  #onExit(): void {
    this.#worker = undefined;
    this.#ready = undefined;
    // Also when closed: a batch may have been sent between the order to end and the end.
    this.#run?.fail(this.#closed ? closed() : down());
    if (this.#closed) return;
    if (performance.now() - this.#readySinceMs > HEALTHY_AFTER_MS) this.#crashes = 0;
    this.#scheduleRestart();
  }

  #scheduleRestart(): void {
    const pauseMs = (this.#options.pausesMs ?? PAUSES_MS)[this.#crashes];
    this.#crashes += 1;
    const { logger } = this.#options;
    if (pauseMs === undefined) {
      logger.error({ crashes: this.#crashes }, 'embedding worker keeps ending: it stays off');
      return;
    }
    logger.warn({ crashes: this.#crashes, pauseMs }, 'embedding worker ended: it starts again');
    this.#pause = setTimeout(() => void this.#restart(), pauseMs).unref();
  }

  async #restart(): Promise<void> {
    try {
      this.#ready = this.#reload();
      await this.#ready;
    } catch (err) {
      this.#worker = undefined;
      this.#ready = undefined;
      if (this.#closed) return;
      this.#options.logger.warn({ err }, 'embedding worker did not start');
      this.#scheduleRestart();
    }
  }

  async #reload(): Promise<void> {
    const { folder, reopen } = this.#options;
    if ((await reopen()).modelId !== folder.modelId) throw changed();
    if (this.#closed) throw closed();
    await this.#load();
  }
}

function spawn({ folder, logger }: WorkerHostOptions): Worker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    name: 'embedding',
    workerData: folder,
    // transformers.js turns the telemetry of ONNX Runtime off through the environment. Native code
    // sees only the real one: with a copy it would write to the user's home and call its maker.
    env: SHARE_ENV,
    // Ours to read, so that nothing of it reaches stdout, which may carry a protocol.
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.on('data', (chunk) => logger.debug({ text: String(chunk).slice(0, 500) }, 'worker'));
  }
  // 'exit' follows and is where we act; without a listener the error would end the server.
  worker.on('error', (err) => logger.error({ err }, 'embedding worker failed'));
  return worker;
}

async function firstReply(worker: Worker): Promise<Reply> {
  const timeout = setTimeout(() => void stop(worker), START_TIMEOUT_MS);
  const reply = await new Promise<Reply>((resolve) => {
    worker.once('message', resolve);
    worker.once('exit', () => resolve({ type: 'unusable', reason: 'the worker ended' }));
  });
  clearTimeout(timeout);
  return reply;
}

/**
 * Asks the worker to end. To terminate it while ONNX Runtime computes would abort the whole process
 * (its binding throws in C++ where nothing catches), so that is left for one that hangs in JavaScript.
 */
async function stop(worker: Worker): Promise<void> {
  const impatience = setTimeout(() => void worker.terminate(), STOP_TIMEOUT_MS);
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  send(worker, 'stop');
  await ended;
  clearTimeout(impatience);
}

function send(worker: Worker, order: Order): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(order);
}

function unusable({ modelId }: ModelFolder, reply: Reply): AppError {
  return new AppError('EMBEDDING_FAILED', `The embedding model ${modelId} cannot be loaded.`, {
    hint:
      'Its files are there but do not form a feature-extraction model that runs here: fetch it ' +
      'again with `npm run models:fetch -- ORG/NAME --force`, or set EMBEDDING_MODEL to another.',
    cause: 'reason' in reply ? new Error(reply.reason) : undefined,
  });
}

function badOutput(reason: string): AppError {
  return new AppError('EMBEDDING_FAILED', 'The embedding model gave no usable vector.', {
    cause: new Error(reason),
  });
}

function down(): AppError {
  return new AppError('EMBEDDING_FAILED', 'The embedding worker is down.', {
    hint: 'It starts again by itself unless it keeps failing: see the log.',
  });
}

function closed(): AppError {
  return new AppError('EMBEDDING_FAILED', 'The embedder is closed.');
}

function changed(): AppError {
  return new AppError('EMBEDDING_FAILED', 'The embedding model changed on disk.', {
    hint: 'Start askonce again to use the new one.',
  });
}
