// The tool cache_policy: the policy read, thought through, set, and taken back.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { POLICY_VALUES, policyValues } from '../../admin/policy-values.ts';
import type { PolicyDocumentValues } from '../../admin/policy-values.ts';
import { AppError } from '../../errors.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { STATUS_SCHEMA, scopeArgument } from './arguments.ts';

const MAX_NOTE_CHARS = 500;
/** Said in words once: their schema twice would cost a model more than all else of this tool. */
const POLICY_NAMES = Object.keys(POLICY_VALUES).join(', ');
const givenValues = z.record(z.string(), z.unknown());

function valuesOf(given: unknown): PolicyDocumentValues {
  const values = policyValues.safeParse(given);
  if (values.success) return values.data;
  const faults = values.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new AppError('INPUT_INVALID', `The policy cannot be so: ${faults.join('; ')}`, {
    hint: `Its values: ${POLICY_NAMES}. cache_policy without arguments says what each may be.`,
  });
}

export function cachePolicyTool({ policy }: Pick<Admin, 'policy'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_policy',
      title: 'Policy of the cache',
      description:
        'Target error rate, TTLs and limits, for all or one scope: read; propose (says what it would do); set (null drops a value); undo the last change.',
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
      propose: givenValues.optional().describe(POLICY_NAMES),
      set: givenValues.optional(),
      undo: z.literal(true).optional(),
      note: z.string().max(MAX_NOTE_CHARS).optional(),
      if_version: z.int().optional(),
    }),
    async handle({ if_version: ifVersion, propose, set, ...request }, { principal }) {
      const values = { propose: propose && valuesOf(propose), set: set && valuesOf(set) };
      const document = await policy({ ...request, ...values, ifVersion }, principal.name);
      return { result: documentResult(document), source: 'store' };
    },
  });
}
