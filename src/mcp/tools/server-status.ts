// The tool server_status: how this server is, for whoever runs it.
import { z } from 'zod';

import { documentResult } from '../result.ts';
import { defineTool } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { READS, STATUS_SCHEMA } from './arguments.ts';

/** @param status A document that can become JSON. */
export function serverStatusTool(status: () => Promise<object>): Tool {
  return defineTool({
    definition: {
      name: 'server_status',
      title: 'Status of the server',
      description:
        'Whether queries are answered, where changes of the data are learned from and how late at most, and how busy the server is.',
      annotations: READS,
      outputSchema: STATUS_SCHEMA,
    },
    isForAdmins: true,
    input: z.strictObject({}),
    async handle() {
      return { result: documentResult(await status()), source: 'status' };
    },
  });
}
