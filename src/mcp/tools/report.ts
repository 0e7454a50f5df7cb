// The tool report: feedback on an answer, which the cache learns from.
import { z } from 'zod';

import type { Feedback } from '../../query/feedback.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { STATUS_SCHEMA } from './arguments.ts';

const MAX_NOTE_CHARS = 1000;

export function reportTool(feedback: Feedback): Tool {
  return defineTool({
    definition: {
      name: 'report',
      title: 'Report an answer',
      description:
        'Say whether an answer was right or wrong. A wrong one is not served to this question again.',
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      outputSchema: STATUS_SCHEMA,
    },
    input: z.strictObject({
      answer_id: z.string().max(100),
      verdict: z.enum(['right', 'wrong']),
      note: z.string().max(MAX_NOTE_CHARS).optional(),
    }),
    async handle({ answer_id: answerId, verdict, note }, context) {
      const document = await feedback.report({ answerId, verdict, note }, context);
      return { result: documentResult(document), source: 'feedback' };
    },
  });
}
