// Owns the verifier that ships, for tests that need its judgement or its file.
import { fileURLToPath } from 'node:url';

import type { TreeFile } from '../../src/cache/trees.ts';
import type { Lexicon } from '../../src/cache/evidence.ts';
import {
  createVerifier,
  readVerifier,
  type Verifier,
  type VerifierModel,
} from '../../src/cache/verifier.ts';

const MODELS_DIR = fileURLToPath(new URL('../../../models', import.meta.url));

export const readShippedVerifier = (): Promise<VerifierModel> => readVerifier(MODELS_DIR);

export const readShippedTrees = async (): Promise<TreeFile> => (await readShippedVerifier()).file;

export const readShippedLexicon = async (): Promise<Lexicon> =>
  (await readShippedVerifier()).lexicon;

/** The verifier that ships, at a target error rate. */
export async function verifierAt(targetErrorRate = 0.01): Promise<Verifier> {
  return createVerifier({ ...(await readShippedVerifier()), targetErrorRate });
}
