// Owns the format of models/manifest.json: which models are installed, the checksum of each file, and
// how their vectors are made. Reads and writes that one file; never touches a model's own files.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { AppError } from '../errors.ts';

/** Where each precision of a model stands in its folder, in the order of preference. */
export const ONNX_FILES = {
  q8: 'onnx/model_quantized.onnx',
  fp32: 'onnx/model.onnx',
  fp16: 'onnx/model_fp16.onnx',
} as const;

export type Dtype = keyof typeof ONNX_FILES;
export const DTYPES = Object.keys(ONNX_FILES) as [Dtype, ...Dtype[]];

export const POOLINGS = ['mean', 'cls', 'last_token'] as const;
export type Pooling = (typeof POOLINGS)[number];

const fileEntry = z.looseObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  bytes: z.int().positive(),
});

const modelEntry = z.looseObject({
  revision: z.string().optional(),
  files: z.record(z.string().refine(isInside), fileEntry),
  dimensions: z.int().positive().optional(),
  dtype: z.enum(DTYPES).optional(),
  pooling: z.enum(POOLINGS).default('mean'),
  /** Put before every text; some models are trained with one ("query: "). */
  prefix: z.string().default(''),
  max_tokens: z.int().positive().optional(),
});

// Loose, so that what other tools note in the file survives a rewrite.
const manifest = z.looseObject({
  default: z.string().optional(),
  models: z.record(z.string(), modelEntry),
});

export type FileEntry = z.infer<typeof fileEntry>;
export type ModelEntry = z.infer<typeof modelEntry>;
export type Manifest = z.infer<typeof manifest>;

/** @throws AppError EMBEDDING_FAILED when the file is there but cannot be understood. */
export async function readManifest(modelsDir: string): Promise<Manifest> {
  const text = await readIfPresent(join(modelsDir, 'manifest.json'));
  if (text === undefined) return { models: {} };
  const parsed = manifest.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new AppError(
    'EMBEDDING_FAILED',
    `manifest.json in the models folder is not valid: ${z.prettifyError(parsed.error)}`,
    { hint: 'Restore the file, or delete it to load models without checksums.' },
  );
}

/** Written whole or not at all: a reader never sees half a manifest. */
export async function writeManifest(modelsDir: string, value: Manifest): Promise<void> {
  const path = join(modelsDir, 'manifest.json');
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(value, undefined, 2)}\n`);
  await rename(draft, path);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AppError('EMBEDDING_FAILED', 'manifest.json in the models folder is not readable.', {
      cause,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isInside(path: string): boolean {
  return !/^[/\\]|^[A-Za-z]:|\\/.test(path) && !path.split('/').includes('..');
}
