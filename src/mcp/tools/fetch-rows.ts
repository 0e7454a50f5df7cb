// The tool fetch_rows: the next part of a truncated answer, from the same snapshot.
import { z } from 'zod';

import type { QueryPipeline } from '../../query/pipeline.ts';
import { answerResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { ANSWER_SCHEMA, READS } from './arguments.ts';

export function fetchRowsTool(pipeline: QueryPipeline): Tool {
  return defineTool({
    definition: {
      name: 'fetch_rows',
      title: 'Fetch more rows',
      description: 'The next rows of a truncated answer, from the same snapshot.',
      annotations: READS,
      outputSchema: ANSWER_SCHEMA,
    },
    input: z.strictObject({
      cursor: z.string().max(200).describe('next_cursor of the last answer'),
    }),
    async handle({ cursor }, context) {
      const answer = await pipeline.fetchRows(cursor, context);
      return { result: await answerResult(answer, context), source: answer.head.source };
    },
  });
}
