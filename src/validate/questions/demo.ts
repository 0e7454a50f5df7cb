// Owns the questions of a run against the demo shop: 300 that come again, a few heavy ones, and new ones without end.
import { knownQuestions, newQuestion } from '../../demo/questions.ts';
import { createRandom } from '../../lib/random.ts';
import type { QuestionSource } from './question.ts';

/** The same questions in every run: what is compared must be alike. */
const SEED = 1;

const HEAVY = [2023, 2024, 2025].map((year) => ({
  question: `list every order of ${year} with its customer`,
  sql: `SELECT o.id, o.ordered_at, o.total_amount, u.first_name, u.last_name, u.city FROM orders AS o
    JOIN customers AS u ON u.id = o.customer_id
    WHERE o.ordered_at >= date '${year}-01-01' AND o.ordered_at < date '${year + 1}-01-01' ORDER BY o.id`,
  rephrasings: [],
  heavy: true,
}));

/** @param firstNew A number that no earlier run over the same cache has begun with. */
export function demoQuestions(firstNew: number): QuestionSource {
  const random = createRandom(SEED);
  const known = knownQuestions(random);
  let next = firstNew;
  return {
    name: 'the demo shop',
    questions: [
      ...known.map((one) => ({ ...one, rephrasings: [...one.rephrasings], heavy: false })),
      ...HEAVY,
    ],
    unasked() {
      next += 1;
      return { ...newQuestion(next, random), rephrasings: [], heavy: false };
    },
  };
}
