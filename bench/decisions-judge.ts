// Owns one question put to the product: may the answer of this cached question be served for that new
// one? The decision is the product's; nothing is known of the schema beyond the cached statement.
import type { Product } from './decisions-product.ts';
import { sixDigits } from './decisions-bound.ts';
import { cosine } from './decisions-vectors.ts';

export interface Pair {
  readonly cached_question: string;
  readonly cached_sql: string;
  readonly new_question: string;
}

export interface Judgement {
  readonly outcome: 'hit' | 'confirm' | 'miss';
  readonly probability: number;
  /** Cosine of the two questions. */
  readonly similarity: number;
  readonly differences: readonly string[];
  readonly rule: string;
  /** Of the decision alone: both questions are embedded and the statement is read before. */
  readonly milliseconds: number;
}

export type Judge = (pair: Pair) => Promise<Judgement>;

export function createJudge(product: Product): Judge {
  const scoping = product.scopingOf('pairs');
  const recall = product.recallOver(NO_MEMORY);

  return async ({ cached_question, cached_sql, new_question }) => {
    const earlier = await product.ask(cached_question, scoping);
    const later = await product.ask(new_question, scoping);
    if (!earlier || !later) return miss('input', 'a question is empty or too long', 0);
    const [one, other] = await Promise.all(
      [earlier, later].map((asked) => product.vectorOf(asked)),
    );
    if (!one || !other) return miss('embedding', 'a question could not be embedded', 0);
    const similarity = cosine(one, other);
    if (!earlier.isSelfContained) {
      return miss('context', 'the cached question is one that is never remembered', similarity);
    }
    const plan = product.planOf(cached_sql, earlier, scoping);
    const { phrasingId: id, question } = earlier;
    const started = performance.now();
    const { decision } = recall.judge(later, {
      id,
      question,
      madeBy: '',
      plan,
      similarity,
    });
    const milliseconds = performance.now() - started;
    return {
      outcome: decision.outcome,
      probability: sixDigits(decision.confidence),
      similarity: sixDigits(similarity),
      differences: decision.differences,
      rule: decision.rule,
      milliseconds,
    };
  };
}

function miss(rule: string, difference: string, similarity: number): Judgement {
  return {
    outcome: 'miss',
    probability: 0,
    similarity: sixDigits(similarity),
    differences: [difference],
    rule,
    milliseconds: 0,
  };
}

/** A pair is judged by itself: nothing is looked up or remembered. */
const NO_MEMORY = {
  nearest: () => Promise.resolve([]),
  remember: () => undefined,
};
