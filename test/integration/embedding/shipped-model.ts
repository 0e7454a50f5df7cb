// Owns where the tests find the model that ships, and copies of it that they may damage.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MODEL = 'askonce-mini-v1';
export const MODELS_DIR = fileURLToPath(new URL('../../../../models', import.meta.url));

export interface ModelsCopy {
  readonly modelsDir: string;
  readonly path: string;
  remove(): Promise<void>;
}

export async function copyShippedModel(): Promise<ModelsCopy> {
  // With a blank in its name, as home folders have them.
  const modelsDir = await mkdtemp(join(tmpdir(), 'askonce models-'));
  const path = join(modelsDir, MODEL);
  await cp(join(MODELS_DIR, MODEL), path, { recursive: true });
  await cp(join(MODELS_DIR, 'manifest.json'), join(modelsDir, 'manifest.json'));
  return { modelsDir, path, remove: () => rm(modelsDir, { recursive: true }) };
}
