// Owns the pair verifier: weighs the evidence with the trees and says how likely two questions mean the
// same, and whether that is sure enough for the operator's target. A doubtful model file is refused whole.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../errors.ts';
import { riskOf } from './hold.ts';
import { createLexicon, type Evidence, gather, type Lexicon } from './evidence.ts';
import { NO_FACTS } from './facts.ts';
import { createCuts, type Cuts, type CutState } from './live-cuts.ts';
import { frameOf } from './frame.ts';
import { createTrees, isTreeFile, type TreeFile } from './trees.ts';

export const VERIFIER = 'askonce-verifier-v1';
const FILE = 'trees.json';

export interface Verdict {
  /** That both questions mean the same, 0 to 1, where rephrasings and near-misses are as many. */
  readonly probability: number;
  /** What the cuts are held against. */
  readonly margin: number;
  /** Of all that is this likely or more no larger share is wrong than the target allows. */
  readonly sure: boolean;
}

export interface Verifier {
  readonly lexicon: Lexicon;
  readonly cuts: Cuts;
  weigh(similarity: number, evidence: Pick<Evidence, 'measures' | 'held'>): Verdict;
}

export interface VerifierOptions {
  readonly file: TreeFile;
  /** Wrong of all served, 0 to 1. */
  readonly targetErrorRate: number;
  readonly onCutChange?: (state: CutState) => void;
}

export function createVerifier(options: VerifierOptions): Verifier {
  const { file, targetErrorRate, onCutChange: onChange = () => {} } = options;
  const trees = createTrees(file);
  const cuts = createCuts({ curves: file.curves, targetErrorRate, onChange });
  const [slope, offset] = file.scale;
  return {
    lexicon: createLexicon(),
    cuts,
    weigh(similarity, { measures, held }) {
      const margin = trees.margin([similarity, ...measures]);
      const cut = cuts.of(riskOf(held));
      return {
        probability: 1 / (1 + Math.exp(-(slope * margin + offset))),
        margin,
        sure: cut !== null && margin >= cut,
      };
    },
  };
}

/** @throws AppError EMBEDDING_FAILED when the file is missing, broken or made for other evidence. */
export async function readVerifier(modelsDir: string): Promise<TreeFile> {
  const hint = 'Restore the models folder from the package, or set MODELS_DIR to it.';
  const path = join(modelsDir, VERIFIER, FILE);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('EMBEDDING_FAILED', `The verifier "${VERIFIER}" lacks a readable ${FILE}.`, {
      hint,
      cause,
    });
  });
  const file = parsed(text);
  if (!isTreeFile(file) || file.measures.join(' ') !== measureNames().join(' ')) {
    throw new AppError(
      'EMBEDDING_FAILED',
      `The verifier "${VERIFIER}" is corrupt or was made for another version of askonce.`,
      { hint },
    );
  }
  return file;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the trees are asked to weigh, in order. */
function measureNames(): readonly string[] {
  const side = { question: '', frame: frameOf('') };
  const { names } = gather({ earlier: side, later: side, facts: NO_FACTS }, createLexicon());
  return ['similarity', ...names];
}
