// The tool explain: the plan, its cost, and whether the statement would be allowed and cached.
import { z } from 'zod';

import type { Explainer } from '../../query/explain.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA } from './arguments.ts';

export function explainTool(explainer: Explainer): Tool {
  return defineTool({
    definition: {
      name: 'explain',
      title: 'Explain SQL',
      description:
        'Without running it: would this SQL be allowed and cached, its plan and cost. Use before a heavy query.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    input: z.strictObject({ sql: z.string() }),
    async handle({ sql }, context) {
      const document = await explainer.explain(sql, context);
      return { result: documentResult(document), source: 'plan' };
    },
  });
}
