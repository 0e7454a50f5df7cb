// The tool cache_inspect: one entry, or one answer, and why it is what it is.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { AppError } from '../../errors.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA, idArgument, wordsArgument } from './arguments.ts';

const MOST_CHARS = 4000;

export function cacheInspectTool({ inspect, answers }: Pick<Admin, 'inspect' | 'answers'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_inspect',
      title: 'Inspect an entry or an answer',
      description:
        'An entry from all sides; for an answer_id also why it was served. Without id: the latest answers.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      id: idArgument.optional().describe('of an entry, a wording or an answer'),
      query: wordsArgument(MOST_CHARS).optional().describe('words in answered questions'),
    }),
    async handle({ id, query }) {
      if (id !== undefined && query !== undefined)
        throw new AppError('INPUT_INVALID', 'Give either id, or query.');
      const found = id === undefined ? await answers({ query }) : await inspect(id);
      const document = { ...found, notice: WRITTEN_BY_OTHERS };
      return { result: documentResult(document), source: 'store' };
    },
  });
}
