// Owns making the questions of a run known to the server, as agents do: each once, with its SQL.
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '../errors.ts';
import type { Endpoint, ToolCall } from './endpoint.ts';
import type { Manner } from './load/manner.ts';
import type { Outcome } from './outcome.ts';
import type { Question, QuestionSource } from './questions/question.ts';
import type { Tell } from './tell.ts';

export interface Teaching {
  readonly manner: Pick<Manner, 'teach'>;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

const AT_ONCE = 4;
const MAX_TRIES = 20;
const WAIT_MS = 250;

/**
 * @returns the questions that it answers, most asked first.
 * @throws AppError INPUT_INVALID where it answers none, with what it said of the first.
 */
export async function teach(
  endpoint: Pick<Endpoint, 'converse'>,
  source: QuestionSource,
  { manner, signal, tell }: Teaching,
): Promise<Question[]> {
  const { questions } = source;
  tell.step(`teaching ${questions.length} questions`, { at: 0, of: questions.length });
  const known = new Set<Question>();
  const refusals: Outcome[] = [];
  const left = questions.values();
  let done = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const conversation = await endpoint.converse();
      for (const one of left) {
        if (signal.aborted) break;
        const outcome = await learned(conversation, manner.teach(one));
        if (outcome.kind === 'answered') known.add(one);
        else refusals.push(outcome);
        done += 1;
        tell.share(done / questions.length);
      }
      await conversation.end();
    }),
  );
  if (known.size === 0 && !signal.aborted) throw noneAnswered(source, refusals[0]);
  return questions.filter((one) => known.has(one));
}

async function learned(
  conversation: Awaited<ReturnType<Endpoint['converse']>>,
  call: ToolCall,
): Promise<Outcome> {
  for (let tries = 1; ; tries += 1) {
    const { outcome } = await conversation.call(call);
    if (outcome.kind !== 'shed' || tries === MAX_TRIES) return outcome;
    await sleep(outcome.retryAfterMs ?? WAIT_MS);
  }
}

function noneAnswered({ name }: QuestionSource, first: Outcome | undefined): AppError {
  const { kind, ...said } = first ?? { kind: 'nothing' };
  return new AppError(
    'INPUT_INVALID',
    `The server answers none of the questions of ${name}: ${kind} ${Object.values(said).join(' ')}`.trim(),
    {
      hint: 'Bring questions of its database: --questions FILE, or --audit-log FILE. See docs/validate.md.',
    },
  );
}
