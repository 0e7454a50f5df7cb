// Owns the pair verifier: weighs the evidence with the trees and says how likely two questions mean the
// same, and whether that is sure enough for the operator's target. A doubtful model file is refused whole.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../errors.ts';
import { createLexicon, type Evidence, gather, type Lexicon } from './evidence.ts';
import { NO_FACTS } from './facts.ts';
import { createCuts, type Cuts, type CutState } from './live-cuts.ts';
import { frameOf } from './frame.ts';
import { createTrees, isTreeFile, type TreeFile } from './trees.ts';

export const VERIFIER = 'askonce-verifier-v1';
const TREES = 'trees.json';
const SYNONYMS = 'synonyms.txt';

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
  /** What the cuts are made of. */
  readonly curves: TreeFile['curves'];
  /** @param targetErrorRate In the place of the one that applies to all. */
  weigh(evidence: Pick<Evidence, 'measures' | 'risk'>, targetErrorRate?: number): Verdict;
}

export interface VerifierOptions extends VerifierModel {
  /** Wrong of all served, 0 to 1. */
  readonly targetErrorRate: number;
  readonly onCutChange?: (state: CutState) => void;
}

export function createVerifier(options: VerifierOptions): Verifier {
  const { file, lexicon, targetErrorRate, onCutChange: onChange = () => {} } = options;
  const trees = createTrees(file);
  const cuts = createCuts({ curves: file.curves, targetErrorRate, onChange });
  const [slope, offset] = file.scale;
  return {
    lexicon,
    cuts,
    curves: file.curves,
    weigh({ measures, risk }, target) {
      const margin = trees.margin(measures);
      const cut = cuts.of(risk, target);
      return {
        probability: 1 / (1 + Math.exp(-(slope * margin + offset))),
        margin,
        sure: cut !== null && margin >= cut,
      };
    },
  };
}

/** What the verifier is made of. */
export interface VerifierModel {
  readonly file: TreeFile;
  readonly lexicon: Lexicon;
}

const HINT = 'Restore the models folder from the package, or set MODELS_DIR to it.';

/** @throws AppError EMBEDDING_FAILED when a file is missing, broken or made for other evidence. */
export async function readVerifier(modelsDir: string): Promise<VerifierModel> {
  const [trees, synonyms] = await Promise.all([
    textOf(modelsDir, TREES),
    textOf(modelsDir, SYNONYMS),
  ]);
  const lexicon = lexiconOf(synonyms);
  const file = parsed(trees);
  const fits =
    lexicon !== null &&
    isTreeFile(file) &&
    file.measures.join(' ') === measureNames(lexicon).join(' ');
  if (fits) return { file, lexicon };
  throw new AppError(
    'EMBEDDING_FAILED',
    `The verifier "${VERIFIER}" is corrupt or was made for another version of askonce.`,
    { hint: HINT },
  );
}

async function textOf(modelsDir: string, file: string): Promise<string> {
  try {
    return await readFile(join(modelsDir, VERIFIER, file), 'utf8');
  } catch (cause) {
    const message = `The verifier "${VERIFIER}" lacks a readable ${file}.`;
    throw new AppError('EMBEDDING_FAILED', message, { hint: HINT, cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function lexiconOf(synonyms: string): Lexicon | null {
  try {
    return createLexicon(synonyms);
  } catch {
    return null;
  }
}

/** What the trees are asked to weigh, in order. */
function measureNames(lexicon: Lexicon): readonly string[] {
  const side = { question: '', frame: frameOf('') };
  const { names } = gather({ earlier: side, later: side, facts: NO_FACTS }, lexicon);
  return names;
}
