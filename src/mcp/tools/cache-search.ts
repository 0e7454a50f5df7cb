// The tool cache_search: what is known, by words, by meaning, by table.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import { SORTS } from '../../admin/entries.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA, offsetCursor, scopeArgument, wordsArgument } from './arguments.ts';

const MOST = 100;
const MOST_CHARS = 4000;

export function cacheSearchTool({ search }: Pick<Admin, 'search'>): Tool {
  return defineTool({
    definition: {
      name: 'cache_search',
      title: 'Search known questions',
      description: 'Known questions with their SQL, by words or meaning; without query all.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      query: wordsArgument(MOST_CHARS).optional(),
      scope: scopeArgument,
      table: wordsArgument(200).optional(),
      sort: z.enum(SORTS).default('recent'),
      limit: z.int().min(1).max(MOST).default(20),
      cursor: offsetCursor,
    }),
    async handle({ cursor, ...request }) {
      const found = await search({ ...request, offset: cursor });
      const document = { ...found, notice: WRITTEN_BY_OTHERS };
      return { result: documentResult(document), source: 'store' };
    },
  });
}
