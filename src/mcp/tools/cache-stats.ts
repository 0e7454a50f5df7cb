// The tool cache_stats: what was served from where, what that spared, and what is kept.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA, scopeArgument } from './arguments.ts';

const MOST_HOURS = 24 * 60;

export function cacheStatsTool({ stats }: Pick<Admin, 'stats'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_stats',
      title: 'Figures of the cache',
      description:
        'Answers by tier, scope and time, what they saved, decisions, sizes; the scopes with the ids that other tools take.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      scope: scopeArgument,
      hours: z.number().positive().max(MOST_HOURS).default(24),
    }),
    async handle(request) {
      return { result: documentResult(await stats(request)), source: 'store' };
    },
  });
}
