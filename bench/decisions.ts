// `npm run bench -- decisions`: puts each pair of a file to the product's decision and counts what comes
// back against the labels, beside cuts of the cosine over the same vectors.
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { AppError } from '../src/errors.ts';
import type { BenchContext } from './context.ts';
import { labelledFigures, rulesOf, tallyOf, timesOf } from './decisions-figures.ts';
import type { Judged, LabelledFigures, Tally, Times } from './decisions-figures.ts';
import { grouped } from './decisions-groups.ts';
import { createJudge } from './decisions-judge.ts';
import type { Judge, Judgement } from './decisions-judge.ts';
import { readLines } from './decisions-lines.ts';
import { DECIDING, decidingOptions, parseOptions, requireOption } from './decisions-options.ts';
import { createProduct } from './decisions-product.ts';
import type { Product } from './decisions-product.ts';
import { ranksOf, recallFigures } from './decisions-recall.ts';
import type { Ranked, RecallFigures } from './decisions-recall.ts';
import { openVectors } from './decisions-vectors.ts';
import type { EmbeddingFigures } from './decisions-vectors.ts';

export const DECISIONS_USAGE = `decisions --pairs FILE [--out FILE] [--recall] [--target RATE] [--model ID]
    FILE: JSON lines with cached_question, cached_sql, new_question; optional same, kind, domain, dataset
    --out FILE     a line for each pair, in order: {"outcome","probability","similarity","differences"}
    --recall       the rank of the right plan within its domain, before any decision: by the nearest of its
                   wordings but the very text that is asked (recall), and by the cached_question of the same
                   line alone, which fails where another wording of the plan is nearer (strict_recall)
    --target RATE  wrong answers tolerated among those served (TARGET_ERROR_RATE)
    --model ID     an embedding model under models/, or a path`;

const optional = <Type extends z.ZodType>(schema: Type) => schema.nullish();

export const PAIR = z
  .object({
    cached_question: z.string(),
    cached_sql: z.string(),
    new_question: z.string(),
    same: optional(z.boolean()),
    kind: optional(z.string()),
    domain: optional(z.string()),
    dataset: optional(z.string()),
  })
  .transform(({ same, kind, domain, dataset, ...pair }) => ({
    ...pair,
    same: same ?? null,
    kind: kind ?? 'no kind',
    domain: domain ?? '',
    dataset: dataset ?? 'no data set',
  }));

export type LabelledPair = z.output<typeof PAIR>;

type RecallByDataset = Readonly<Record<string, RecallFigures>>;

export interface DecisionFigures extends Record<string, unknown> {
  readonly target_error_rate: number;
  readonly outcomes: Tally;
  /** Null where no pair has a label. */
  readonly labelled: LabelledFigures | null;
  readonly recall?: RecallByDataset;
  readonly strict_recall?: RecallByDataset;
  readonly rules: Readonly<Record<string, number>>;
  readonly decision_ms: Times;
  readonly embedding: EmbeddingFigures;
  readonly sql_without_facts: Readonly<Record<string, number>>;
}

export async function runDecisions(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<DecisionFigures> {
  const given = parseOptions(args, {
    ...DECIDING,
    pairs: { type: 'string' },
    out: { type: 'string' },
    recall: { type: 'boolean' },
  });
  const path = requireOption(given.pairs, 'pairs');
  const { model, targetErrorRate } = decidingOptions(given);
  // Whole before anything is judged: a broken line leaves no half-written file behind.
  const pairs = await readLines(path, PAIR);
  progress(`${pairs.length} pairs`);
  const vectors = await openVectors({ root, model, progress });
  try {
    const product = await createProduct({
      embedder: vectors,
      modelsDir: join(root, 'models'),
      targetErrorRate,
    });
    await vectors.prefill(await product.textsOf(questionsOf(pairs)));
    const out = given.out === undefined ? null : await openOut(given.out, path);
    const judged = await judgeAll({ pairs, judge: createJudge(product), out, progress });
    const times = judged.map(({ milliseconds }) => milliseconds).filter((ms) => ms > 0);
    return {
      target_error_rate: targetErrorRate,
      outcomes: tallyOf(judged),
      labelled: labelledFigures(judged),
      ...(given.recall && (await measureRecall(pairs, product))),
      rules: rulesOf(judged),
      decision_ms: timesOf(times),
      embedding: vectors.figures(),
      sql_without_facts: product.unread(),
    };
  } finally {
    await vectors.close();
  }
}

function questionsOf(pairs: readonly LabelledPair[]): string[] {
  return pairs.flatMap((pair) => [pair.cached_question, pair.new_question]);
}

async function openOut(out: string, pairs: string): Promise<FileHandle> {
  if (resolve(out) === resolve(pairs)) {
    throw new AppError('INPUT_INVALID', '--out names the file of the pairs.', {
      hint: 'Write to another file.',
    });
  }
  return await open(out, 'w').catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('INPUT_INVALID', `${out} cannot be written (${cause.code ?? 'unknown'}).`, {
      cause,
      hint: 'Name a file in a folder that is there.',
    });
  });
}

const TOLD_EVERY = 1000;

interface Judging {
  readonly pairs: readonly LabelledPair[];
  readonly judge: Judge;
  readonly out: FileHandle | null;
  readonly progress: (line: string) => void;
}

/** One after the other: what is measured is one decision on one core. */
async function judgeAll({ pairs, judge, out, progress }: Judging): Promise<Judged[]> {
  const judged: Judged[] = [];
  try {
    for (const pair of pairs) {
      const judgement = await judge(pair);
      await out?.appendFile(`${lineOf(judgement)}\n`);
      judged.push({ ...judgement, same: pair.same, kind: pair.kind });
      if (judged.length % TOLD_EVERY === 0) progress(`judged ${judged.length} of ${pairs.length}`);
    }
    return judged;
  } finally {
    await out?.close();
  }
}

export function lineOf({ outcome, probability, similarity, differences }: Judgement): string {
  return JSON.stringify({ outcome, probability, similarity, differences });
}

async function measureRecall(
  pairs: readonly LabelledPair[],
  product: Product,
): Promise<{ recall: RecallByDataset; strict_recall: RecallByDataset }> {
  const scoping = product.scopingOf('recall');
  const known = new Map<string, Float32Array | null>();
  for (const question of new Set(questionsOf(pairs))) {
    known.set(question, await product.vectorOf(await product.ask(question, scoping)));
  }
  const ranked = ranksOf(pairs, (question) => known.get(question) ?? null);
  const groups = [['all', ranked] as const, ...grouped(ranked, ({ dataset }) => dataset)];
  const figures = (rankOf: (one: Ranked) => number | null): RecallByDataset =>
    Object.fromEntries(groups.map(([name, group]) => [name, recallFigures(group.map(rankOf))]));
  return {
    recall: figures(({ rank }) => rank),
    strict_recall: figures(({ strictRank }) => strictRank),
  };
}
