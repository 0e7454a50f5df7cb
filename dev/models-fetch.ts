// Owns `npm run models:fetch`: which files make a feature-extraction model, proof that they load, the
// folder they end in and their entry in the manifest. Nothing is replaced before all of it is proven.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { createEmbedder } from '../src/embedding/embedder.ts';
import {
  DTYPES,
  ONNX_FILES,
  POOLINGS,
  readManifest,
  writeManifest,
} from '../src/embedding/manifest.ts';
import type { Dtype, ModelEntry, Pooling } from '../src/embedding/manifest.ts';
import { TEXT_FILES, openModelFolder } from '../src/embedding/model-folder.ts';
import { hubAddress } from '../src/embedding/worker.ts';
import { AppError, isAppError } from '../src/errors.ts';
import { createLogger } from '../src/logger.ts';
import { createHub } from './model-hub.ts';
import type { Hub } from './model-hub.ts';

const HELP = `Fetches a feature-extraction model in ONNX from the Hugging Face hub.

  npm run models:fetch -- ORG/NAME [options]

  --revision R   branch, tag or commit (main)
  --dtype D      ${DTYPES.join(', ')} (the first of them that the repository has)
  --pooling P    ${POOLINGS.join(', ')} (as the repository declares, else mean)
  --prefix TEXT  put before every text, for models trained with one ("query: ")
  --dir FOLDER   where models are kept (models)
  --force        replace a model that is there already
  --help         this text

Then start with EMBEDDING_MODEL=ORG/NAME. HF_ENDPOINT names another host than the hub's own.
`;

const OPTIONAL_FILES = ['special_tokens_map.json', '1_Pooling/config.json'];
/** More parts than that have no model that is of use on a CPU. */
const MAX_DATA_PARTS = 16;
const PROGRESS_EVERY_MS = 250;

interface FetchRequest {
  readonly model: string;
  readonly dir: string;
  readonly revision: string;
  readonly dtypes: readonly Dtype[];
  readonly pooling: Pooling | undefined;
  readonly prefix: string;
  readonly force: boolean;
  readonly host: string | undefined;
  readonly signal: AbortSignal;
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
try {
  const request = parseRequest(process.argv.slice(2));
  if (request) await fetchModel(request);
  else process.stdout.write(HELP);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}

function parseRequest(args: string[]): FetchRequest | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    revision: { ...text, default: 'main' },
    dtype: text,
    pooling: text,
    prefix: { ...text, default: '' },
    dir: { ...text, default: 'models' },
    force: flag,
    help: flag,
  };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) return undefined;
  const [model, ...rest] = positionals;
  if (!model || rest.length > 0 || !/^\w[\w.-]*\/\w[\w.-]*$/.test(model) || model.includes('..')) {
    throw new AppError('INPUT_INVALID', 'Name one model as ORG/NAME.', { hint: 'See --help.' });
  }
  return {
    model,
    dir: resolve(values.dir),
    revision: values.revision,
    dtypes: values.dtype === undefined ? DTYPES : [oneOf('--dtype', DTYPES, values.dtype)],
    pooling:
      values.pooling === undefined ? undefined : oneOf('--pooling', POOLINGS, values.pooling),
    prefix: values.prefix,
    force: values.force,
    host: process.env['HF_ENDPOINT'] || undefined,
    signal: stop.signal,
  };
}

function oneOf<T extends string>(option: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((name) => name === value);
  if (found) return found;
  throw new AppError('INPUT_INVALID', `${option} must be one of ${allowed.join(', ')}.`);
}

async function fetchModel(request: FetchRequest): Promise<void> {
  const { dir, model } = request;
  const target = join(dir, model);
  if (existsSync(target) && !request.force) {
    throw new AppError('INPUT_INVALID', `${model} is there already.`, {
      hint: 'Use --force to replace it.',
    });
  }
  const manifest = await readManifest(dir);
  await mkdir(dir, { recursive: true });
  // Within the same folder, hence on the same disk: the last step is a rename.
  const draft = await mkdtemp(join(dir, '.fetch-'));
  try {
    const folder = join(draft, 'new');
    const entry = await download(request, folder);
    await mkdir(dirname(target), { recursive: true });
    if (existsSync(target)) await rename(target, join(draft, 'old'));
    await rename(folder, target);
    const models = { ...manifest.models, [model]: entry };
    await writeManifest(dir, { ...manifest, default: manifest.default ?? model, models });
    report(`${model} is ready: ${entry.dimensions} dimensions, ${entry.dtype}`);
    report(`Start with EMBEDDING_MODEL=${model}`);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function download(request: FetchRequest, folder: string): Promise<ModelEntry> {
  const { model, revision, signal } = request;
  const address = hubAddress();
  const hub = createHub({
    host: request.host ?? address.host,
    pathTemplate: address.pathTemplate,
    model,
    revision,
    signal,
    onProgress: createProgress(),
  });
  const files: ModelEntry['files'] = {};
  const take = async (file: string): Promise<boolean> => {
    const found = await hub.download(file, join(folder, file));
    if (found) files[file] = found;
    return found !== undefined;
  };
  for (const file of TEXT_FILES) {
    if (!(await take(file))) throw absent(request, file);
  }
  for (const file of OPTIONAL_FILES) await take(file);
  const dtype = await takeWeights(request, { folder, take });
  return describe(request, { folder, files, dtype, hub });
}

interface Taking {
  readonly folder: string;
  readonly take: (file: string) => Promise<boolean>;
}

async function takeWeights(request: FetchRequest, { folder, take }: Taking): Promise<Dtype> {
  for (const dtype of request.dtypes) {
    if (!(await take(ONNX_FILES[dtype]))) continue;
    for (const part of await dataParts(folder, ONNX_FILES[dtype])) {
      if (!(await take(part))) throw absent(request, part);
    }
    return dtype;
  }
  const tried = request.dtypes.map((dtype) => ONNX_FILES[dtype]).join(', ');
  throw new AppError('NOT_FOUND', `${request.model} has no ONNX file; tried ${tried}.`, {
    hint: 'Look for a conversion of the model to ONNX, often under another organisation.',
  });
}

/** Large models keep their weights in files beside the ONNX one; config.json says in how many. */
async function dataParts(folder: string, onnx: string): Promise<string[]> {
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as {
    'transformers.js_config'?: { use_external_data_format?: unknown };
  };
  const declared = config['transformers.js_config']?.use_external_data_format;
  const byFile = Object(declared) as Record<string, unknown>;
  const file = onnx.replace('onnx/', '');
  const value = typeof declared === 'object' ? (byFile[file] ?? byFile['model']) : declared;
  const length = Math.min(Number(value ?? 0) || 0, MAX_DATA_PARTS);
  return Array.from({ length }, (_, part) => `${onnx}_data${part === 0 ? '' : `_${part}`}`);
}

interface Fetched {
  readonly folder: string;
  readonly files: ModelEntry['files'];
  readonly dtype: Dtype;
  readonly hub: Hub;
}

/** Loads what came and embeds with it: a model that does not run here is not installed. */
async function describe(request: FetchRequest, fetched: Fetched): Promise<ModelEntry> {
  const { folder, files, dtype, hub } = fetched;
  const location = { modelsDir: folder, model: folder };
  const { pooling, maxTokens } = await openModelFolder(location.modelsDir, location.model);
  const embedder = await createEmbedder({ ...location, logger: createLogger('silent') });
  await embedder.close();
  return {
    revision: hub.revision,
    files,
    dimensions: embedder.dimensions,
    dtype,
    pooling: request.pooling ?? pooling,
    prefix: request.prefix,
    max_tokens: maxTokens,
  };
}

function createProgress() {
  let shownMs = 0;
  return (file: string, bytes: number, total: number | undefined) => {
    const done = bytes === total;
    if (!done && performance.now() - shownMs < PROGRESS_EVERY_MS) return;
    shownMs = performance.now();
    const share = total ? ` of ${inMegabytes(total)} (${Math.floor((100 * bytes) / total)} %)` : '';
    const line = `${file}: ${inMegabytes(bytes)}${share}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}${done ? '\n' : ''}`);
    else if (done) report(line);
  };
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function absent({ model }: FetchRequest, file: string): AppError {
  return new AppError('NOT_FOUND', `${model} has no ${file}, which askonce needs to load it.`);
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

function explain(error: unknown): string {
  if (stop.signal.aborted) return 'Cancelled; nothing was changed.';
  if (isAppError(error)) return [error.message, error.hint].filter(Boolean).join('\n');
  return error instanceof Error ? error.message : String(error);
}
