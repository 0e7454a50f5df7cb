// Owns the verifier that ships, for tests that need its judgement or its file.
import { fileURLToPath } from 'node:url';

import type { TreeFile } from '../../src/cache/trees.ts';
import { createVerifier, readVerifier, type Verifier } from '../../src/cache/verifier.ts';

const MODELS_DIR = fileURLToPath(new URL('../../../models', import.meta.url));

export const readShippedTrees = (): Promise<TreeFile> => readVerifier(MODELS_DIR);

/** The verifier that ships, at a target error rate. */
export async function verifierAt(targetErrorRate = 0.01): Promise<Verifier> {
  return createVerifier({ file: await readShippedTrees(), targetErrorRate });
}
