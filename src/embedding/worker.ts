// Owns the model: the one file that touches transformers.js. Runs in a worker thread, so that no
// inference ever blocks the event loop of the server. Never reaches the network, never prints.
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

import { LogLevel, env, pipeline } from '@huggingface/transformers';
import type { FeatureExtractionPipeline } from '@huggingface/transformers';

import type { ModelFolder } from './model-folder.ts';

/** To the worker: the texts of one batch. The next is sent when every text has its reply. */
export type Batch = readonly string[];

/** The worker ends itself; see `stop` in worker-host.ts for why it must not be ended from outside. */
export type Order = Batch | 'stop';

export type Reply =
  | { readonly type: 'ready'; readonly dimensions: number }
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'vector'; readonly index: number; readonly vector: Float32Array }
  | { readonly type: 'fault'; readonly index: number; readonly reason: string };

if (parentPort) await serve(parentPort, workerData as ModelFolder);

/** Where the library looks for models online. For `npm run models:fetch` alone: the worker never does. */
export function hubAddress(): { readonly host: string; readonly pathTemplate: string } {
  return { host: env.remoteHost, pathTemplate: env.remotePathTemplate };
}

async function serve(port: MessagePort, folder: ModelFolder): Promise<void> {
  const reply = (message: Reply) => port.postMessage(message);
  // Computing blocks the thread: this is only ever heard between two computations, when it is safe.
  port.on('message', (order: Order) => order === 'stop' && process.exit());
  try {
    const extractor = await load(folder);
    // The first run allocates and plans: it belongs to the start, not to the first question.
    const dimensions = (await embed(extractor, folder, 'warm-up')).length;
    if (folder.dimensions !== undefined && folder.dimensions !== dimensions) {
      throw new Error(`${dimensions} dimensions where the manifest says ${folder.dimensions}`);
    }
    port.on('message', (order: Order) => {
      if (order !== 'stop') void answer(order, extractor, { folder, reply });
    });
    reply({ type: 'ready', dimensions });
  } catch (error) {
    reply({ type: 'unusable', reason: String(error) });
    port.close();
  }
}

async function load(folder: ModelFolder): Promise<FeatureExtractionPipeline> {
  // Whatever goes wrong is thrown and reported by us: the library has nothing to print.
  env.logLevel = LogLevel.NONE;
  env.allowRemoteModels = false;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const extractor = await pipeline('feature-extraction', folder.path, {
    dtype: folder.dtype,
    device: 'cpu',
    // One thread: a question is a few milliseconds, and the other cores serve requests.
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  // The pipeline truncates at this property and takes no limit of its own.
  Object.defineProperty(extractor.tokenizer, 'model_max_length', { value: folder.maxTokens });
  return extractor;
}

interface Desk {
  readonly folder: ModelFolder;
  readonly reply: (message: Reply) => void;
}

/**
 * One text at a time: dynamic int8 quantisation scales the activations of a whole batch together, so
 * that a text's vector would depend on its neighbours (components moved by 2e-3 in a model of 6 layers
 * of 256), and one thread is no faster on a batch: 0.45 ms a text against 0.41 with the model we ship.
 */
async function answer(batch: Batch, extractor: FeatureExtractionPipeline, desk: Desk) {
  for (const [index, text] of batch.entries()) {
    try {
      const vector = await embed(extractor, desk.folder, text);
      desk.reply({ type: 'vector', index, vector });
    } catch (error) {
      desk.reply({ type: 'fault', index, reason: String(error) });
    }
  }
}

async function embed(extractor: FeatureExtractionPipeline, folder: ModelFolder, text: string) {
  const { pooling, prefix } = folder;
  const output = await extractor(prefix + text, { pooling, normalize: true });
  if (!(output.data instanceof Float32Array)) throw new Error(`output is ${output.type}`);
  // A copy of our own: the tensor's memory belongs to the runtime.
  const vector = Float32Array.from(output.data);
  const length = Math.hypot(...vector);
  if (!(Math.abs(length - 1) < 1e-3)) throw new Error(`output has length ${length}`);
  return vector;
}
