// The tool cache_tune: what other targets would have served, and how much of that was wrong.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA, scopeArgument } from './arguments.ts';

const MOST_DAYS = 30;

export function cacheTuneTool({ tune }: Pick<Admin, 'tune'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_tune',
      title: 'Replay decisions',
      description:
        'Replays logged decisions: for each target error rate what is served and how much of it was wrong, a recommendation, the effect on the last day. Changes nothing.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      scope: scopeArgument,
      target_error_rate: z.number().min(0).max(0.5).optional(),
      days: z.int().min(1).max(MOST_DAYS).default(MOST_DAYS),
    }),
    async handle({ target_error_rate: targetErrorRate, ...request }) {
      const document = {
        ...(await tune({ ...request, targetErrorRate })),
        notice: WRITTEN_BY_OTHERS,
      };
      return { result: documentResult(document), source: 'store' };
    },
  });
}
