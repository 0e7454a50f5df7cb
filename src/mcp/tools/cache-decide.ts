// The tool cache_decide: what would be done with a question, or with two, and why.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA, scopeArgument } from './arguments.ts';

export function cacheDecideTool({ decide }: Pick<Admin, 'decide'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_decide',
      title: 'Try a decision',
      description:
        'Dry run: would the question be served for earlier, or for the nearest known ones, and why.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      question: z.string(),
      earlier: z.string().optional(),
      sql: z.string().optional().describe('of earlier, if not known'),
      scope: scopeArgument,
    }),
    async handle(request, context) {
      const document = { ...(await decide(request, context)), notice: WRITTEN_BY_OTHERS };
      return { result: documentResult(document), source: 'store' };
    },
  });
}
