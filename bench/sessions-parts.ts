// Owns what the costs of sessions are measured on: the product's own servers with a tool that answers at
// once, and a transport that never ends, for servers that are kept.
import type {
  InboundModernRoute,
  JSONRPCMessage,
  JSONRPCRequest,
  McpServer,
  Transport,
} from '@modelcontextprotocol/server';
import { classifyInboundRequest } from '@modelcontextprotocol/server';
import { z } from 'zod';

import { toAuthInfo } from '../src/http/auth.ts';
import { NO_AUDIT } from '../src/audit.ts';
import { createLogger } from '../src/logger.ts';
import { createMcpServerFactory } from '../src/mcp/server.ts';
import type { McpServerFactory } from '../src/mcp/server.ts';
import { defineTool } from '../src/mcp/tool.ts';
import { READS } from '../src/mcp/tools/arguments.ts';
import { createMetrics } from '../src/metrics.ts';
import { AS_LOGIN } from '../src/db/identity.ts';
import { NO_TRACING } from '../src/tracing.ts';

const ANSWER = { status: 'answered', source: 'memory', rows: [[1500]] };
const TOOL = defineTool({
  definition: {
    name: 'ask',
    title: 'Ask',
    description: 'Answers at once.',
    annotations: READS,
    outputSchema: { type: 'object' },
  },
  input: z.strictObject({ question: z.string() }),
  handle: async () => ({
    result: {
      content: [{ type: 'text' as const, text: JSON.stringify(ANSWER) }],
      structuredContent: ANSWER,
    },
    source: 'memory',
  }),
});

export const PRINCIPAL = { name: 'bench', role: 'user', identity: AS_LOGIN } as const;
export const AUTH = toAuthInfo({ principal: PRINCIPAL, request: { headers: {} } });

const CLIENT = { name: 'bench', version: '1' };
const CALL = { name: 'ask', arguments: { question: 'how many customers are in Germany?' } };

export const INITIALIZE: JSONRPCRequest = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT },
};

export const LEGACY_CALL: JSONRPCRequest = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: CALL,
};

export function modernRoute(): InboundModernRoute {
  const body = {
    ...LEGACY_CALL,
    params: {
      ...CALL,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': CLIENT,
      },
    },
  };
  const route = classifyInboundRequest({
    httpMethod: 'POST',
    body,
    protocolVersionHeader: '2026-07-28',
    mcpMethodHeader: 'tools/call',
    mcpNameHeader: 'ask',
  });
  if (route.kind !== 'modern') throw new Error('not a request of 2026-07-28');
  return route;
}

export function createServers(): McpServerFactory {
  return createMcpServerFactory({
    tracing: NO_TRACING,
    tools: [TOOL],
    results: { open: () => Promise.reject(new Error('nothing is read here')) },
    schema: { catalog: () => Promise.reject(new Error('nothing is known here')) },
    version: '0',
    logger: createLogger('silent'),
    metrics: createMetrics(),
    audit: NO_AUDIT,
    newRequestId: () => '0',
  });
}

/** A server with a transport that stays, after `initialize`. */
export interface KeptServer {
  call(message: JSONRPCRequest): Promise<JSONRPCMessage>;
}

export async function keepServer(server: McpServer): Promise<KeptServer> {
  let answered = (_message: JSONRPCMessage): void => {};
  const transport: Transport = {
    start: async () => {},
    close: async () => {},
    send: async (message) => answered(message),
  };
  await server.connect(transport);
  const call = (message: JSONRPCRequest): Promise<JSONRPCMessage> =>
    new Promise((resolve) => {
      answered = resolve;
      transport.onmessage?.(message, { authInfo: AUTH });
    });
  await call(INITIALIZE);
  return { call };
}
