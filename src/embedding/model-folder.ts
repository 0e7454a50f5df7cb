// Owns the finding and checking of a model folder: where it is, whether all of it is there and
// unharmed, how its vectors are made. Reads files only; loading the model is the worker's part.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { AppError } from '../errors.ts';
import { DTYPES, ONNX_FILES, readManifest } from './manifest.ts';
import type { Dtype, FileEntry, ModelEntry, Pooling } from './manifest.ts';

export interface ModelFolder {
  /** Name and short hash of all that shapes a vector: a changed file is another model. */
  readonly modelId: string;
  readonly path: string;
  readonly dtype: Dtype;
  readonly pooling: Pooling;
  readonly prefix: string;
  readonly maxTokens: number;
  /** What the manifest promises, if it does. */
  readonly dimensions: number | undefined;
}

export const TEXT_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const;

/** Attention costs the square of the length, and questions are short: 512 tokens are some 350 words. */
const MAX_TOKENS = 512;
const SHORT_HASH_DIGITS = 12;

/** @throws AppError EMBEDDING_FAILED naming what is missing or corrupt, and what to do. */
export async function openModelFolder(modelsDir: string, model: string): Promise<ModelFolder> {
  const path = await locate(modelsDir, model);
  const id = nameWithin(modelsDir, path);
  const entry = id === undefined ? undefined : (await readManifest(modelsDir)).models[id];
  const name = id ?? basename(path);

  const dtype = await chooseDtype(path, name, entry);
  const loaded = [...TEXT_FILES, ...(await weightFiles(path, ONNX_FILES[dtype]))];
  const hashes = await checkFiles(path, name, { loaded, listed: entry?.files });
  const maxTokens = await tokenLimit(path, name, entry);
  const pooling = entry?.pooling ?? (await declaredPooling(path));
  const prefix = entry?.prefix ?? '';

  const shape = [loaded.map((file) => hashes.get(file)), pooling, prefix, maxTokens];
  const shortHash = createHash('sha256').update(JSON.stringify(shape)).digest('hex');
  const modelId = `${name}@${shortHash.slice(0, SHORT_HASH_DIGITS)}`;
  return { modelId, path, dtype, pooling, prefix, maxTokens, dimensions: entry?.dimensions };
}

/** How a sentence-transformers model says that it is pooled; without a word it is the mean. */
export async function declaredPooling(path: string): Promise<Pooling> {
  const declared = await readJson(join(path, '1_Pooling/config.json')).catch(() => undefined);
  if (declared?.['pooling_mode_cls_token'] === true) return 'cls';
  if (declared?.['pooling_mode_lasttoken'] === true) return 'last_token';
  return 'mean';
}

export async function hashFile(path: string): Promise<FileEntry> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { sha256: hash.digest('hex'), bytes };
}

async function locate(modelsDir: string, model: string): Promise<string> {
  for (const path of [resolve(modelsDir, model), resolve(model)]) {
    if (model !== '' && (await isDirectory(path))) return path;
  }
  throw new AppError(
    'EMBEDDING_FAILED',
    `There is no embedding model "${model}": neither under MODELS_DIR nor as a path.`,
    {
      hint:
        'Set EMBEDDING_MODEL to a model that is installed, or fetch one with ' +
        '`npm run models:fetch -- ORG/NAME`.',
    },
  );
}

/** The model's id when it stands under the models folder: only then can the manifest know it. */
function nameWithin(modelsDir: string, path: string): string | undefined {
  const inside = relative(resolve(modelsDir), path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return undefined;
  return inside.split(sep).join('/');
}

async function chooseDtype(path: string, name: string, entry?: ModelEntry): Promise<Dtype> {
  if (entry?.dtype) return entry.dtype;
  for (const dtype of DTYPES) {
    if (await isFile(join(path, ONNX_FILES[dtype]))) return dtype;
  }
  const tried = Object.values(ONNX_FILES).join(', ');
  throw broken(name, `has no ONNX file; looked for ${tried}`);
}

/** The ONNX file and, of large models, the parts of its weights that stand beside it. */
async function weightFiles(path: string, onnx: string): Promise<string[]> {
  const beside = await readdir(dirname(join(path, onnx))).catch((): string[] => []);
  const parts = beside.filter((file) => file.startsWith(`${basename(onnx)}_data`)).sort();
  return [onnx, ...parts.map((part) => `${dirname(onnx)}/${part}`)];
}

interface FileChecks {
  /** What the worker is going to read. */
  readonly loaded: readonly string[];
  /** What the manifest lists, if it knows the model. */
  readonly listed: Readonly<Record<string, FileEntry>> | undefined;
}

async function checkFiles(path: string, name: string, checks: FileChecks) {
  const { loaded, listed } = checks;
  const hashes = new Map<string, string>();
  for (const file of new Set([...loaded, ...Object.keys(listed ?? {})])) {
    const expected = listed?.[file];
    if (listed && !expected) throw broken(name, `has no checksum of ${file} in manifest.json`);
    const found = await hashFile(join(path, file)).catch((cause: unknown) => {
      throw broken(name, `lacks a readable ${file}`, cause);
    });
    if (expected && found.sha256 !== expected.sha256) {
      const sizes = `${found.bytes} bytes, ${expected.bytes} expected`;
      throw broken(name, `is corrupt: the checksum of ${file} differs (${sizes})`);
    }
    hashes.set(file, found.sha256);
  }
  return hashes;
}

async function tokenLimit(path: string, name: string, entry?: ModelEntry): Promise<number> {
  const [config, tokenizer] = await Promise.all(
    ['config.json', 'tokenizer_config.json'].map((file) =>
      readJson(join(path, file)).catch((cause: unknown) => {
        throw broken(name, `has a ${file} that is not JSON`, cause);
      }),
    ),
  );
  const positions = positive(config?.['max_position_embeddings']) ?? MAX_TOKENS;
  // Exporters write 1e30 for "unknown". Some architectures then keep two positions for themselves.
  const declared = positive(tokenizer?.['model_max_length']) ?? positions - 2;
  return Math.max(1, Math.min(entry?.max_tokens ?? MAX_TOKENS, declared, positions));
}

function positive(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 2 ? Number(value) : undefined;
}

function broken(name: string, what: string, cause?: unknown): AppError {
  return new AppError('EMBEDDING_FAILED', `The embedding model "${name}" ${what}.`, {
    cause,
    hint:
      'Restore the folder from the package, or fetch the model again with ' +
      '`npm run models:fetch -- ORG/NAME --force`.',
  });
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new TypeError('not a JSON object');
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
