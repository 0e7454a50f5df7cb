// The floor of the protocol: the official SDK with a tool like askonce's `ask` that answers what it is
// given, without any work behind it. `session`: one server per session, kept; `stateless`: one per request.
// Prints its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';

import { createSdkSessions } from './sdk-sessions.ts';
import type { NodeHandler } from './sdk-sessions.ts';

const [mode, answer = '{}'] = process.argv.slice(2);

/** In module scope: built anew for each server it would cost many times the rest. */
const INPUT = z.strictObject({
  question: z.string().optional(),
  questions: z.array(z.string()).min(1).max(20).optional(),
  accept: z.string().optional(),
  max_age_seconds: z.number().min(0).optional(),
  max_rows: z.int().min(1).max(1_000_000).optional(),
  max_bytes: z.int().min(4096).optional(),
  format: z.enum(['table', 'objects']).optional(),
});
const RESULT = JSON.parse(answer) as CallToolResult;

/** Without an output schema: answers are not validated, as askonce's are not. */
function createAskServer(): McpServer {
  const server = new McpServer({ name: 'sdk', version: '1' });
  server.registerTool(
    'ask',
    {
      title: 'Ask a question',
      description: 'Call this first, with the question.',
      inputSchema: INPUT,
      annotations: { readOnlyHint: true, openWorldHint: false, idempotentHint: true },
    },
    () => RESULT,
  );
  return server;
}

const handle =
  mode === 'session'
    ? createSdkSessions(createAskServer)
    : (toNodeHandler(createMcpHandler(createAskServer)) as NodeHandler);

const server = createServer((request, response) => void handle(request, response));
// As long as askonce's: a kept connection must not be cut between two bursts.
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
