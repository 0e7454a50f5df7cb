// Owns how the SDK's own examples serve session-based clients: one server and one transport for each
// session, kept until it ends. JSON answers: in favour of what askonce is compared with.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import type { McpServer } from '@modelcontextprotocol/server';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createSdkSessions(createServer: () => McpServer): NodeHandler {
  const transports = new Map<string, NodeStreamableHTTPServerTransport>();

  async function opened(): Promise<NodeStreamableHTTPServerTransport> {
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    });
    await createServer().connect(transport);
    return transport;
  }

  return async (request, response) => {
    const id = request.headers['mcp-session-id'];
    const transport = id === undefined ? await opened() : transports.get(String(id));
    if (transport) await transport.handleRequest(request, response);
    else response.writeHead(404).end();
  };
}
