import { fileURLToPath } from 'node:url';
import { createVerifier, readVerifier, type Verifier } from '../../src/cache/verifier.ts';

const MODELS_DIR = fileURLToPath(new URL('../../../models', import.meta.url));

/** The verifier that ships, at a target error rate. */
export async function verifierAt(targetErrorRate = 0.01): Promise<Verifier> {
  return createVerifier({ file: await readVerifier(MODELS_DIR), targetErrorRate });
}
