// The tool cache_export: what is known, page by page, for another cache or for people to read.
import { z } from 'zod';

import type { Admin } from '../../admin/admin.ts';
import type { Transfer } from '../../query/transfer.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA, cursorArgument, scopeArgument } from './arguments.ts';

const MOST = 1000;

export function cacheExportTool(
  transfer: Transfer,
  { scopes }: Pick<Admin, 'scopes'>,
  maxBytes: number,
): Tool {
  return defineTool({
    definition: {
      name: 'cache_export',
      title: 'Export known questions',
      description: 'Known questions with their SQL, a page at a time, as cache_warm takes them.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({
      limit: z.int().min(1).max(MOST).default(100),
      cursor: cursorArgument.optional(),
      scope: scopeArgument,
    }),
    async handle({ limit, cursor = null, scope: named }, context) {
      const scope =
        named === undefined ? undefined : (await scopes.choose(named)).all[0]?.entries[0];
      const page = await transfer.page({ cursor, limit, maxBytes, scope }, context);
      const { questions, nextCursor } = page;
      const document = { status: 'exported', questions, next_cursor: nextCursor };
      return { result: documentResult(document), source: 'store' };
    },
  });
}
