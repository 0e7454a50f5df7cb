// Owns the messages of a client as bytes, in both eras of the protocol: a conversation that `initialize`
// opened, or a request that carries all it needs. Pure but for opening a conversation.
import type { Connection } from './http-connection.ts';
import { headerOf, requestText } from './http-wire.ts';

export type Era = '2025-11-25' | '2026-07-28';

export interface McpTarget {
  readonly url: string;
  readonly era: Era;
}

const CLIENT = { name: 'bench', version: '1' };
const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const STATELESS: Era = '2026-07-28';

const META = {
  'io.modelcontextprotocol/protocolVersion': STATELESS,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': CLIENT,
};

/** A call that needs no conversation, for whoever sends it by other means. */
export function statelessCall({ name, arguments: args }: ToolCall): {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const params = { name, arguments: args, _meta: META };
  return {
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    headers: {
      'mcp-protocol-version': STATELESS,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
  };
}

/**
 * @param session Null in the stateless era, and where the server gave none.
 * @param id Of its own among those of the session that are under way.
 */
export function callText(
  { url, era }: McpTarget,
  session: string | null,
  { name, arguments: args }: ToolCall,
  id = 1,
): string {
  const isModern = era === STATELESS;
  const params = {
    name,
    arguments: args,
    ...(isModern && { _meta: META }),
  };
  return post(
    url,
    { jsonrpc: '2.0', id, method: 'tools/call', params },
    {
      'mcp-protocol-version': era,
      ...(isModern && { 'mcp-method': 'tools/call', 'mcp-name': name }),
      ...(session !== null && { 'mcp-session-id': session }),
    },
  );
}

/** @returns the id of the session, null where the server keeps none. */
export async function openSession(
  { url, era }: McpTarget,
  connection: Pick<Connection, 'ask'>,
): Promise<string | null> {
  if (era === '2026-07-28') return null;
  const params = { protocolVersion: era, capabilities: {}, clientInfo: CLIENT };
  const opened = await connection.ask(
    post(url, { jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  );
  if (opened.status !== 200)
    throw new Error(`initialize: ${opened.head}\n${opened.body.toString()}`);
  const session = headerOf(opened, 'mcp-session-id');
  const headers = {
    'mcp-protocol-version': era,
    ...(session !== null && { 'mcp-session-id': session }),
  };
  const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
  await connection.ask(post(url, initialized, headers));
  return session;
}

function post(url: string, message: object, headers: Readonly<Record<string, string>> = {}) {
  const { host, pathname: path } = new URL(url);
  const body = JSON.stringify(message);
  return requestText({ host, path, headers: { ...JSON_HEADERS, ...headers }, body });
}
