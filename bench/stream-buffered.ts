// How results are usually served: all rows as objects, all of them as one text, that text as the answer.
// POST a statement; prints its port.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Pool } from 'pg';

const [databaseUrl] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl });

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let sql = '';
  for await (const piece of request) sql += String(piece);
  const { rows } = await pool.query<Record<string, unknown>>(sql);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { structuredContent: { rows } } });
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
