// What askonce is not: a server and a database connection of its own for each session, as examples of the
// SDK have it, and nothing remembered. Prints its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { McpServer } from '@modelcontextprotocol/server';
import { Client } from 'pg';
import { z } from 'zod';

import { createSdkSessions } from './sdk-sessions.ts';

const [databaseUrl] = process.argv.slice(2);
const INPUT = z.object({ question: z.string(), sql: z.string() });

function createSession(): McpServer {
  const server = new McpServer({ name: 'contrast', version: '1' });
  let connection: Promise<Client> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  server.registerTool(
    'query',
    { description: 'Runs SQL.', inputSchema: INPUT },
    async ({ sql }) => {
      connection ??= connected();
      let client: Client;
      try {
        client = await connection;
      } catch (error) {
        connection = null;
        throw error;
      }
      // A connection runs one statement after the other.
      const run = last.then(() => client.query<Record<string, unknown>>(sql));
      last = run.catch(() => undefined);
      const { rows } = await run;
      const structuredContent = { source: 'database', sql, rows };
      return { content: [{ type: 'text', text: JSON.stringify(rows) }], structuredContent };
    },
  );
  return server;
}

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl });
  // A connection that breaks is told to whoever queries next.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const handle = createSdkSessions(createSession);
const server = createServer((request, response) => void handle(request, response));
// As long as askonce's: a kept connection must not be cut between two bursts.
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
