// Owns where the questions of a run come from: a file that was brought, or the demo shop.
import { readText } from '../input/read-file.ts';
import { demoQuestions } from './demo.ts';
import { readQuestions } from './question.ts';
import type { QuestionSource } from './question.ts';

/**
 * @param file Null for the demo shop.
 * @param firstNew A number that no earlier run over the same cache has begun with.
 * @throws AppError INPUT_INVALID
 */
export async function questionsFrom(
  file: string | null,
  firstNew: number,
): Promise<QuestionSource> {
  if (file === null) return demoQuestions(firstNew);
  return { name: file, questions: readQuestions(await readText(file), file), unasked: () => null };
}
