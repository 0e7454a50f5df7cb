// The tool cache_forget: what is known goes, once somebody has seen what that would be.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { STATUS_SCHEMA, scopeArgument, wordsArgument } from './arguments.ts';

export function cacheForgetTool({ forget }: Pick<Admin, 'forget'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_forget',
      title: 'Forget what is known',
      description:
        'By id (of an entry, or of one wording), question, table, scope, or all. Without confirm nothing goes: it says what would, and gives the confirm to call again with.',
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
      id: z.uuid().optional(),
      question: z.string().optional(),
      table: wordsArgument(200).optional(),
      scope: scopeArgument,
      all: z.literal(true).optional(),
      confirm: z.string().max(100).optional(),
    }),
    async handle(request, context) {
      return { result: documentResult(await forget(request, context)), source: 'store' };
    },
  });
}
