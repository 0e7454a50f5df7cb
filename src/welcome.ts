// Owns what a person reads when the server is up: where it is, what it serves, how to connect.
import type { Config } from './config.ts';

const DEFAULT_PORT = 3000;

export function welcome(config: Config, port: number): string {
  const host = reachableHost(config.HOST);
  const url = `http://${host}:${port}/mcp`;
  const token = config.AUTH_TOKENS.length > 0 ? ' --header "Authorization: Bearer TOKEN"' : '';
  const desktop = {
    command: 'node',
    args: [
      process.argv[1] ?? 'bin/askonce.mjs',
      'connect',
      // Started with an environment of its own, it looks at the usual port.
      ...(port === DEFAULT_PORT ? [] : [url]),
    ],
    ...(token !== '' && { env: { MCP_AUTH_TOKEN: 'TOKEN' } }),
  };
  const database = config.DATABASE_URL === undefined ? 'the demo shop (embedded)' : 'DATABASE_URL';
  const cache =
    config.CACHE_DATABASE_URL === undefined ? config.ASKONCE_DATA_DIR : 'CACHE_DATABASE_URL';
  return `
askonce is ready at ${url}

  database        ${database}
  cache           ${cache}
  console         http://${host}:${port}/admin/

Connect
  Claude Code     claude mcp add --transport http askonce ${url}${token}
  Claude Desktop  add to mcpServers: { "askonce": ${JSON.stringify(desktop)} }
  MCP Inspector   npx @modelcontextprotocol/inspector, transport Streamable HTTP, ${url}
${config.DATABASE_URL === undefined ? '\nThen ask: "How many customers are in Germany?"\n' : ''}`;
}

/** A name to type: listening on every address is not one. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
