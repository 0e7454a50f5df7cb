// The tool ask: look a question up; runs nothing that is not already a known plan.
import { z } from 'zod';

import { requireCandidateId } from '../../query/candidate.ts';
import type { QueryPipeline } from '../../query/pipeline.ts';
import { answerResult, documentResult } from '../result.ts';
import { MAX_QUESTIONS, askSeveral } from '../several.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { ANSWER_SCHEMA, READS, limitArguments, questionArgument, toLimits } from './arguments.ts';
import type { AnswerSettings } from './arguments.ts';

export function askTool(pipeline: QueryPipeline, settings: AnswerSettings): Tool {
  return defineTool({
    definition: {
      name: 'ask',
      title: 'Ask a question',
      description:
        'Call this first, with the question. answered: rows are here, write no SQL. ' +
        'confirm: if a candidate asks exactly the same, call ask again with accept = its id, else query. ' +
        'needs_sql: write SQL over the given schema and call query with the same question.',
      annotations: READS,
      outputSchema: ANSWER_SCHEMA,
    },
    input: z
      .strictObject({
        question: questionArgument.optional(),
        questions: z
          .array(z.string())
          .min(1)
          .max(MAX_QUESTIONS)
          .optional()
          .describe('several at once instead of question'),
        accept: z.string().optional().describe('id of a candidate from confirm'),
        ...limitArguments(settings),
      })
      .refine(({ question, questions }) => (question === undefined) !== (questions === undefined), {
        message: 'give question, or questions for several at once',
      })
      .refine(({ questions, accept }) => questions === undefined || accept === undefined, {
        message: 'accept goes with a single question',
      }),
    async handle(args, context) {
      const limits = toLimits(args, settings);
      const maxAgeSeconds = args.max_age_seconds;
      if (args.questions !== undefined) {
        const request = { questions: args.questions, maxAgeSeconds, limits };
        return { result: await askSeveral(pipeline, request, context), source: 'several' };
      }
      const outcome = await pipeline.ask(
        {
          question: args.question!,
          accept: args.accept === undefined ? undefined : requireCandidateId(args.accept),
          maxAgeSeconds,
          limits,
        },
        context,
      );
      if (outcome.kind === 'document') {
        return { result: documentResult(outcome.document), source: outcome.document.status };
      }
      const { answer } = outcome;
      return { result: await answerResult(answer, context), source: answer.head.source };
    },
  });
}
