// Owns the vectors of a run: each distinct question is embedded once, by the product's own embedder, and
// kept. Answers as an embedder, so that the product's parts run over it unchanged.
import { join } from 'node:path';

import { createEmbedder } from '../src/embedding/embedder.ts';
import type { Embedder } from '../src/embedding/embedder.ts';
import { createLogger } from '../src/logger.ts';
import { round, summary } from './statistics.ts';
import type { Summary } from './statistics.ts';

export interface Vectors extends Embedder {
  /** Embeds what is not yet known; a text that cannot be embedded is counted and left out. */
  prefill(texts: readonly string[]): Promise<void>;
  figures(): EmbeddingFigures;
}

export interface EmbeddingFigures {
  readonly model: string;
  readonly distinct: number;
  readonly failed: number;
  readonly total_ms: number;
  readonly per_question_ms: number | null;
  /** One at a time, as a lone request waits for it. */
  readonly alone: Summary;
}

export interface OpenVectorsOptions {
  /** Root of the package. */
  readonly root: string;
  readonly model: string;
  readonly progress: (line: string) => void;
}

/** @throws AppError EMBEDDING_FAILED */
export async function openVectors(options: OpenVectorsOptions): Promise<Vectors> {
  const { root, model, progress } = options;
  const modelsDir = join(root, 'models');
  const embedder = await createEmbedder({ modelsDir, model, logger: createLogger('silent') });
  return createVectors({ embedder, progress });
}

export interface VectorsOptions {
  readonly embedder: Embedder;
  readonly progress: (line: string) => void;
}

/** In flight at once: the embedder makes its batches of them, and refuses above a thousand. */
const WINDOW = 256;
const TOLD_EVERY = 10 * WINDOW;
const ALONE_SAMPLES = 200;

export function createVectors({ embedder, progress }: VectorsOptions): Vectors {
  const known = new Map<string, Float32Array>();
  const alone: number[] = [];
  let failed = 0;
  let inRow = 0;
  let inRowMs = 0;

  async function embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
    const vector = known.get(text) ?? (await embedder.embed(text, signal));
    known.set(text, vector);
    return vector;
  }

  async function measured(text: string): Promise<boolean> {
    try {
      await embed(text);
      return true;
    } catch {
      // Counted: what the product cannot embed is a miss, never the end of a run.
      failed += 1;
      return false;
    }
  }

  return {
    modelId: embedder.modelId,
    dimensions: embedder.dimensions,
    embed,

    async prefill(texts) {
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      const total = known.size + missing.length;
      const lone = missing.splice(0, Math.max(0, ALONE_SAMPLES - alone.length));
      for (const text of lone) {
        const started = performance.now();
        const done = await measured(text);
        if (done) alone.push(performance.now() - started);
      }
      const started = performance.now();
      for (let from = 0; from < missing.length; from += WINDOW) {
        await Promise.all(missing.slice(from, from + WINDOW).map(measured));
        if (from % TOLD_EVERY === 0) progress(`embedded ${known.size} of ${total} questions`);
      }
      inRow += missing.length;
      inRowMs += performance.now() - started;
    },

    figures() {
      return {
        model: embedder.modelId,
        distinct: known.size,
        failed,
        total_ms: Math.round(inRowMs + alone.reduce((sum, ms) => sum + ms, 0)),
        per_question_ms: inRow > 0 ? round(inRowMs / inRow) : null,
        alone: summary(alone),
      };
    },

    close: () => embedder.close(),
  };
}

/** Of two vectors of unit length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += one[index]! * other[index]!;
  return sum;
}
