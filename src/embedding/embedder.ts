// Owns the contract of local embedding and puts its parts together: folder checked, worker started,
// queue in front. Nothing here knows tensors, threads or files.
import type { Logger } from '../logger.ts';
import { openModelFolder } from './model-folder.ts';
import { createRequestQueue } from './request-queue.ts';
import { startWorkerHost } from './worker-host.ts';

export interface Embedder {
  /** Goes into cache keys: the id plus a short hash of the files, so that a changed file is another model. */
  readonly modelId: string;
  readonly dimensions: number;
  /**
   * The vector of a text, of unit length; longer texts than the model takes are cut.
   * @throws AppError EMBEDDING_FAILED (queue full, worker down, bad output), QUERY_CANCELLED (signal).
   */
  embed(text: string, signal?: AbortSignal): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface EmbedderOptions {
  readonly modelsDir: string;
  /** An id under modelsDir, or a path. */
  readonly model: string;
  readonly logger: Logger;
  /** Texts that may wait for their vectors at once. */
  readonly maxQueue?: number;
  readonly maxBatch?: number;
}

const MAX_QUEUE = 1000;
const MAX_BATCH = 32;
/** No script needs so many a token on average: what lies beyond would be truncated anyway. */
const CHARACTERS_PER_TOKEN = 16;

/** @throws AppError EMBEDDING_FAILED naming what is missing or corrupt, and what to do. */
export async function createEmbedder(options: EmbedderOptions): Promise<Embedder> {
  const { logger, maxQueue = MAX_QUEUE, maxBatch = MAX_BATCH } = options;
  const reopen = () => openModelFolder(options.modelsDir, options.model);
  const folder = await reopen();
  const host = await startWorkerHost({ folder, reopen, logger });
  const run: typeof host.run = (texts, settle) => host.run(texts, settle);
  const queue = createRequestQueue({ run, maxQueue, maxBatch });
  const maxCharacters = folder.maxTokens * CHARACTERS_PER_TOKEN;
  return {
    modelId: folder.modelId,
    dimensions: host.dimensions,
    // Cut here, so that a megabyte is neither queued nor copied to the worker nor tokenised; a cut may
    // split a pair of surrogates.
    embed: (text, signal) => queue.add(text.slice(0, maxCharacters).toWellFormed(), signal),
    close: () => host.close(),
  };
}
