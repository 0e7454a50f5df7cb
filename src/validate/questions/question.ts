// Owns what a question of a run is, and the file that an operator brings of them.
import { z } from 'zod';

import { AppError } from '../../errors.ts';

/** One line of a file of questions. */
export const QUESTION = z.strictObject({
  question: z.string().min(1).max(4000),
  /** What an agent would write for it; without it the question must be known to the server. */
  sql: z.string().min(1).max(100_000).optional(),
  rephrasings: z.array(z.string().min(1).max(4000)).max(100).default([]),
  /** Whether it belongs to those that take long or bring much. */
  heavy: z.boolean().default(false),
});

export type Question = z.output<typeof QUESTION>;

export interface QuestionSource {
  /** As the report calls it. */
  readonly name: string;
  /** Most asked first. */
  readonly questions: readonly Question[];
  /** One that nobody has asked; null where nobody can make one. */
  unasked(): Question | null;
}

/**
 * @param text JSON lines; empty ones are passed over.
 * @throws AppError INPUT_INVALID that names the first line that is wrong, and what is.
 */
export function readQuestions(text: string, file: string): Question[] {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), at: index + 1 }));
  const questions = lines
    .filter(({ line }) => line !== '')
    .map(({ line, at }) => {
      const parsed = QUESTION.safeParse(jsonOf(line));
      if (parsed.success) return parsed.data;
      const { path = [], message = '' } = parsed.error.issues[0] ?? {};
      throw new AppError(
        'INPUT_INVALID',
        `${file}, line ${at}: ${[path.join('.'), message].filter(Boolean).join(': ')}`,
        { hint: 'One JSON object a line: {"question": "…", "sql": "…", "rephrasings": ["…"]}' },
      );
    });
  if (questions.length > 0) return questions;
  throw new AppError('INPUT_INVALID', `${file} holds no question.`, {
    hint: 'One JSON object a line: {"question": "…", "sql": "…", "rephrasings": ["…"]}',
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
