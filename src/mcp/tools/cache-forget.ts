// The tool cache_forget: what is known goes, once somebody has seen what that would be.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { STATUS_SCHEMA, entryArgument, scopeArgument, wordsArgument } from './arguments.ts';

export function cacheForgetTool({ forget }: Pick<Admin, 'forget'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_forget',
      title: 'Forget what is known',
      description:
        'Entries by id (or one wording), question, table, scope, all. Without confirm nothing goes: it says what would, and gives the confirm to repeat the call with.',
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
      id: entryArgument.optional(),
      question: z.string().optional(),
      table: wordsArgument(200).optional(),
      scope: scopeArgument,
      all: z.literal(true).optional(),
      confirm: z.string().optional(),
    }),
    async handle(request, context) {
      return { result: documentResult(await forget(request, context)), source: 'store' };
    },
  });
}
