// The tool query: guard, run or serve from memory, stream, remember.
import { z } from 'zod';

import type { QueryPipeline } from '../../query/pipeline.ts';
import { answerResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { ANSWER_SCHEMA, READS, limitArguments, questionArgument, toLimits } from './arguments.ts';
import type { AnswerSettings } from './arguments.ts';

const MAX_PARAMS = 100;
const scalar = z.union([z.string().max(100_000), z.number(), z.boolean(), z.null()]);

export function queryTool(pipeline: QueryPipeline, settings: AnswerSettings): Tool {
  return defineTool({
    definition: {
      name: 'query',
      title: 'Run SQL for a question',
      description:
        'Run one read-only PostgreSQL SELECT that answers the question, and remember it. ' +
        'Aggregate in SQL. When truncated is true, go on with fetch_rows(next_cursor).',
      annotations: READS,
      outputSchema: ANSWER_SCHEMA,
    },
    input: z.strictObject({
      question: questionArgument,
      sql: z.string(),
      params: z
        .array(z.union([scalar, z.array(scalar).max(10_000)]))
        .max(MAX_PARAMS)
        .optional()
        .describe('values for $1, $2, …'),
      ...limitArguments(settings),
    }),
    async handle(args, context) {
      const request = {
        question: args.question,
        sql: args.sql,
        params: args.params ?? [],
        maxAgeSeconds: args.max_age_seconds,
        limits: toLimits(args, settings),
      };
      const answer = await pipeline.query(request, context);
      return { result: await answerResult(answer, context), source: answer.head.source };
    },
  });
}
