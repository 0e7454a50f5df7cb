// The floor of servers that ask the database each time: node:http, a pool of PostgreSQL connections, the rows as one
// text, and of MCP no more than it takes to be called. Prints its port.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Pool } from 'pg';

const [databaseUrl, size] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl, max: Number(size) });

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly arguments: { readonly sql: string } };
}

async function resultOf({ method, params }: Message): Promise<object> {
  if (method !== 'tools/call') {
    const serverInfo = { name: 'bare', version: '1' };
    return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
  }
  try {
    const { rows } = await pool.query<Record<string, unknown>>(params.arguments.sql);
    return { content: [{ type: 'text', text: JSON.stringify(rows) }] };
  } catch (error) {
    return { content: [{ type: 'text', text: String(error) }], isError: true };
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const piece of request) text += String(piece);
  const message = JSON.parse(text) as Message;
  if (message.id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: await resultOf(message) });
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
