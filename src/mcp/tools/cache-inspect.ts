// The tool cache_inspect: one entry, or one answer, and why it is what it is.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA, idArgument } from './arguments.ts';

export function cacheInspectTool({ inspect }: Pick<Admin, 'inspect'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_inspect',
      title: 'Inspect an entry or an answer',
      description: 'An entry from all sides; for an answer_id also why it was served.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      id: idArgument.describe('of an entry, a wording or an answer'),
    }),
    async handle({ id }) {
      const document = { ...(await inspect(id)), notice: WRITTEN_BY_OTHERS };
      return { result: documentResult(document), source: 'store' };
    },
  });
}
