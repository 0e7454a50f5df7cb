// `npm run bench -- workload`: plays a stream of questions through the product's cache from empty, beside
// caches that know equal text or one cut of the cosine over the same vectors.
import { join } from 'node:path';
import { z } from 'zod';

import type { BenchContext } from './context.ts';
import { timesOf } from './decisions-figures.ts';
import type { Times } from './decisions-figures.ts';
import { readLines } from './decisions-lines.ts';
import { DECIDING, decidingOptions, parseOptions, requireOption } from './decisions-options.ts';
import { createProduct } from './decisions-product.ts';
import type { Product } from './decisions-product.ts';
import { openVectors } from './decisions-vectors.ts';
import type { EmbeddingFigures } from './decisions-vectors.ts';
import { createCutPlayer } from './workload-cuts.ts';
import type { CutQuestion } from './workload-cuts.ts';
import { bestOf, ceilingOf, playFigures } from './workload-figures.ts';
import type { PlayFigures } from './workload-figures.ts';
import { createPlayer, scopeOf } from './workload-play.ts';
import type { Question, Step } from './workload-play.ts';

export const WORKLOAD_USAGE = `workload --file FILE [--target RATE] [--model ID]
    FILE: JSON lines in order of time, with tenant, domain, question, sql, sql_id
    Each tenant's domain is a cache of its own. Plans are held and scanned in this process in place of
    PostgreSQL; embedding, recall, decision and learning are the product's. A template hit counts as right
    when its statement is the question's sql, as wrong even where another means the same: nothing runs.
    No column has known values, so only numbers, dates, codes and quotations are exchanged.`;

export const WORKLOAD_QUESTION: z.ZodType<Question> = z.object({
  tenant: z.string(),
  domain: z.string(),
  question: z.string(),
  sql: z.string(),
  sql_id: z.string(),
});

export interface WorkloadFigures extends Record<string, unknown> {
  readonly target_error_rate: number;
  readonly store: string;
  /** The share that a cache without faults would answer. */
  readonly ceiling: number | null;
  readonly askonce: PlayFigures;
  readonly baselines: Readonly<Record<string, CutPlay>>;
  /** Search and decisions for one question that is not known by its text, embedding excluded. */
  readonly search_ms: Times;
  readonly embedding: EmbeddingFigures;
  readonly sql_without_facts: Readonly<Record<string, number>>;
}

export interface CutPlay extends PlayFigures {
  /** Null: equal text alone. */
  readonly cut: number | null;
}

const STORE = 'in this process, exact scan within tenant and domain, forgets nothing';

export async function runWorkload(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<WorkloadFigures> {
  const given = parseOptions(args, { ...DECIDING, file: { type: 'string' } });
  const { model, targetErrorRate } = decidingOptions(given);
  const questions = await readLines(requireOption(given.file, 'file'), WORKLOAD_QUESTION);
  progress(`${questions.length} questions`);
  const vectors = await openVectors({ root, model, progress });
  try {
    const product = await createProduct({
      embedder: vectors,
      modelsDir: join(root, 'models'),
      targetErrorRate,
    });
    await vectors.prefill(await product.textsOf(questions.map(({ question }) => question)));
    const { steps, searchMs } = await playProduct({ questions, product, progress });
    progress('baselines');
    const asked = await cutQuestions(questions, product);
    return {
      target_error_rate: targetErrorRate,
      store: STORE,
      ceiling: ceilingOf(asked),
      askonce: playFigures(steps),
      baselines: playBaselines(asked),
      search_ms: timesOf(searchMs),
      embedding: vectors.figures(),
      sql_without_facts: product.unread(),
    };
  } finally {
    await vectors.close();
  }
}

const TOLD_EVERY = 1000;

interface Playing {
  readonly questions: readonly Question[];
  readonly product: Product;
  readonly progress: (line: string) => void;
}

async function playProduct({ questions, product, progress }: Playing) {
  const player = createPlayer(product);
  const steps: Step[] = [];
  for (const question of questions) {
    steps.push(await player.play(question));
    if (steps.length % TOLD_EVERY === 0) progress(`played ${steps.length} of ${questions.length}`);
  }
  return { steps, searchMs: player.searchMs };
}

/** The baselines take the product's key and vector of a question, so that only the decision differs. */
async function cutQuestions(
  questions: readonly Question[],
  product: Product,
): Promise<CutQuestion[]> {
  const cut: CutQuestion[] = [];
  const scoping = product.scopingOf('baselines');
  for (const question of questions) {
    const asked = await product.ask(question.question, scoping);
    const vector = await product.vectorOf(asked);
    // What is refused as a question is known to nobody: a text of its own that nothing equals.
    const key = asked?.questionKey ?? `refused ${cut.length}`;
    cut.push({ scope: scopeOf(question), key, vector, sql_id: question.sql_id });
  }
  return cut;
}

const LOWEST_CUT = 0.5;
const CUT_STEP = 0.005;
const CUTS = Array.from(
  { length: Math.round((1 - LOWEST_CUT) / CUT_STEP) },
  (_, index) => Math.round(1000 * (LOWEST_CUT + index * CUT_STEP)) / 1000,
);
const MAX_WRONG_PER_SERVED = 0.01;

function playBaselines(questions: readonly CutQuestion[]): Record<string, CutPlay> {
  const cuts = [...CUTS, Infinity];
  const player = createCutPlayer(cuts);
  const steps = cuts.map((): Step[] => []);
  for (const question of questions) {
    for (const [index, step] of player.play(question).entries()) steps[index]!.push(step);
  }
  const plays = cuts.map((cut, index) => ({
    cut: cut === Infinity ? null : cut,
    ...playFigures(steps[index]!),
  }));
  const at = (cut: number | null): CutPlay => plays.find((play) => play.cut === cut)!;
  const best = bestOf(plays, MAX_WRONG_PER_SERVED);
  return {
    'equal text': at(null),
    'cosine 0.8': at(0.8),
    'cosine 0.9': at(0.9),
    ...(best && { 'best cosine': best }),
  };
}
