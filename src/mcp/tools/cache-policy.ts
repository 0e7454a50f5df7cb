// The tool cache_policy: the policy read, thought through, set, and taken back.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { policyValues } from '../../admin/policy-values.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { STATUS_SCHEMA, scopeArgument } from './arguments.ts';

const MAX_NOTE_CHARS = 500;

export function cachePolicyTool({ policy }: Pick<Admin, 'policy'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_policy',
      title: 'Policy of the cache',
      description:
        'Target error rate, TTLs and limits, for all or for one scope. Without arguments: read. propose shows what values would do, set applies them on every replica (null takes one back), undo takes back the last change.',
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: false,
        openWorldHint: false,
      },
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      scope: scopeArgument,
      propose: policyValues.optional(),
      set: policyValues.optional(),
      undo: z.literal(true).optional(),
      note: z.string().max(MAX_NOTE_CHARS).optional(),
      if_version: z.int().min(0).optional().describe('refused where it has changed since'),
    }),
    async handle({ if_version: ifVersion, ...request }, { principal }) {
      const document = await policy({ ...request, ifVersion }, principal.name);
      return { result: documentResult(document), source: 'store' };
    },
  });
}
