// The tool search_schema: tables, columns, keys, comments and sample values, by meaning or by name.
import { z } from 'zod';

import type { RequestContext } from '../../query/context.ts';
import type { SchemaIndex } from '../../schema/schema-index.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA } from './arguments.ts';

export interface SchemaSearch {
  /** As who asks sees it. @throws as SchemaIndex.search */
  search(
    request: Parameters<SchemaIndex['search']>[0],
    context: RequestContext,
  ): ReturnType<SchemaIndex['search']>;
}

export function searchSchemaTool(schema: SchemaSearch): Tool {
  return defineTool({
    definition: {
      name: 'search_schema',
      title: 'Search the schema',
      description:
        'Tables and columns: by meaning (query), one table in full (table), or an overview (neither).',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    input: z.strictObject({
      query: z.string().optional().describe('what you look for, in plain words'),
      table: z.string().optional().describe('name or schema.name'),
    }),
    async handle({ query, table }, context) {
      const request = {
        ...(query !== undefined && { query }),
        ...(table !== undefined && { table }),
      };
      const found = await schema.search(request, context);
      return {
        result: documentResult({
          status: 'found',
          notice: WRITTEN_BY_OTHERS,
          ...found,
        }),
        source: 'schema',
      };
    },
  });
}
