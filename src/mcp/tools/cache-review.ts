// The tool cache_review: decisions that nobody has judged, and a verdict on one.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { AppError } from '../../errors.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import {
  STATUS_SCHEMA,
  decisionArgument,
  idArgument,
  offsetCursor,
  scopeArgument,
} from './arguments.ts';

const MOST = 100;

export function cacheReviewTool({ queue, judge }: Pick<Admin, 'queue' | 'judge'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_review',
      title: 'Review decisions',
      description:
        'What nobody has judged; or a verdict on a decision or answer_id: same binds the wording, different keeps the question from that SQL, undo takes it back.',
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: true,
        openWorldHint: false,
      },
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      scope: scopeArgument,
      limit: z.int().min(1).max(MOST).default(20),
      cursor: offsetCursor,
      decision: decisionArgument.optional(),
      answer_id: idArgument.optional(),
      verdict: z.enum(['same', 'different', 'undo']).optional(),
    }),
    async handle(request, context) {
      const { scope, limit, cursor, decision, verdict, answer_id: answerId } = request;
      const isOne = (decision === undefined) !== (answerId === undefined);
      if (isOne !== (verdict !== undefined)) {
        throw new AppError('INPUT_INVALID', 'A verdict belongs to one decision or one answer_id.', {
          hint: 'Give verdict with one of the two, or none of the three to see what is open.',
        });
      }
      const document =
        verdict === undefined
          ? await queue({ scope, limit, offset: cursor })
          : await judge({ decision, answerId, verdict }, context);
      const told = { ...document, notice: WRITTEN_BY_OTHERS };
      return { result: documentResult(told), source: 'store' };
    },
  });
}
