// Owns storing a phrasing with its plan: at once in this process, with its vector in the store later.
import type { Cache } from '../cache/cache.ts';
import type { Plan } from '../cache/entities.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { RequestContext } from './context.ts';
import type { Asked } from './scope.ts';

export interface Remembered {
  readonly asked: Asked;
  readonly plan: Plan;
  /** Whether an agent brought the SQL, or agreed that the question means the same as an earlier one. */
  readonly origin: 'asked' | 'confirmed';
  /** Of the question, when it is being made already. */
  readonly embedding?: Promise<Float32Array | null>;
}

export type Remember = (remembered: Remembered, context: RequestContext) => void;

/** "since 2024-01-01" says the parameter '2024-01-01'; a flag or a null is never said. */
function isSaid(value: unknown, question: string): boolean {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return text !== '' && question.toLowerCase().includes(text.toLowerCase());
}

/** Whether a question may lead others to its plan. */
export function isRememberable(asked: Asked, plan: Plan): boolean {
  // One that leans on its conversation means something else in the next one.
  if (!asked.isSelfContained) return false;
  // A value that the question does not say cannot be seen by whoever asks it next.
  return plan.params.every((value) => isSaid(value, asked.question));
}

export function createRememberer(options: {
  readonly cache: Pick<Cache, 'remember'>;
  readonly embedder: Embedder | null;
}): Remember {
  const { cache, embedder } = options;
  return ({ asked, plan, origin, embedding }, { logger, principal }) => {
    if (!isRememberable(asked, plan)) return;
    const embed = async (): Promise<Float32Array | null> => {
      const made = await embedding;
      if (made) return made;
      if (!embedder) return null;
      try {
        return await embedder.embed(asked.question);
      } catch (error) {
        logger.warn({ error: String(error) }, 'phrasing stored without its vector');
        return null;
      }
    };
    const { phrasingId: id, question, questionKey, scope } = asked;
    const made = { madeBy: principal.name, isByAdmin: principal.role === 'admin' };
    cache.remember(scope, { id, question, questionKey, plan, origin, ...made, embed });
  };
}
