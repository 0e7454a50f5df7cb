// The tool cache_warm: questions with their statements, so that they are known before anybody asks.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { AppError } from '../../errors.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import type { Transfer } from '../../query/transfer.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { STATUS_SCHEMA } from './arguments.ts';

export const MOST_AT_ONCE = 200;
const SHOWN = 20;

export const ENTRY = z.strictObject({
  question: z.string(),
  sql: z.string(),
  params: z.array(z.unknown()).default([]),
  // As cache_export has them: whoever warms is who made what is learned then.
  made_by: z.string().optional(),
  made_at: z.string().optional(),
  origin: z.string().optional(),
});

export function cacheWarmTool(transfer: Transfer, { statements }: Pick<Admin, 'statements'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_warm',
      title: 'Learn questions',
      description:
        'Bind questions to SQL, which is only parsed; with run its rows are read and kept, too. What is bound already stays. ' +
        'With from: the costliest statements of the database, to be given questions (and values).',
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      questions: z.array(ENTRY).min(1).max(MOST_AT_ONCE).optional(),
      run: z.boolean().default(false),
      from: z.literal('pg_stat_statements').optional(),
      limit: z.int().min(1).max(MOST_AT_ONCE).default(20),
    }),
    async handle({ questions, run, from, limit }, context) {
      if ((questions === undefined) === (from === undefined)) {
        throw new AppError('INPUT_INVALID', 'Give either questions, or from.');
      }
      if (questions === undefined) {
        const found = await statements(limit, context.signal);
        const suggested = { status: 'suggested', statements: found, notice: WRITTEN_BY_OTHERS };
        return { result: documentResult(suggested), source: 'database' };
      }
      const request = { questions, run };
      const { refused, ...counts } = await transfer.warm(request, context);
      const shown = refused.slice(0, SHOWN);
      const document = { status: 'warmed', ...counts, refused: refused.length, faults: shown };
      return { result: documentResult(document), source: 'store' };
    },
  });
}
