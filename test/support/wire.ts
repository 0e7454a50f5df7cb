// Owns MCP over bare HTTP for tests of what the SDK's client never does: many calls on few sockets, clients
// that vanish, that do not read, that say half of what they meant to.
import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';

import type { Document, Era } from './askonce.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Sent {
  readonly request: ClientRequest;
  /** Its body is not read by asking for it. */
  readonly head: Promise<IncomingMessage>;
  readonly reply: () => Promise<Reply>;
  /** Closes the connection, whatever was on its way. */
  vanish(): void;
}

export interface Wire {
  readonly session: string | undefined;
  send(body: object, headers?: Readonly<Record<string, string>>): Sent;
  /** A call of a tool, with an id of its own: 1 for the first of each wire. */
  call(
    name: string,
    args: object,
    meta?: object,
    headers?: Readonly<Record<string, string>>,
  ): Sent & { readonly id: number };
  cancel(id: number): Promise<number>;
}

export interface WireOptions {
  readonly era?: Era;
  readonly token?: string;
  readonly agent?: Agent;
  readonly accept?: string;
}

export const MODERN = '2026-07-28';
const SESSION_BASED = '2025-11-25';
const CLIENT_INFO = { name: 'wire', version: '1' };
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
};

/** Sockets that close with their test. */
export function agentOf(t: TestContext, maxSockets = Infinity): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets });
  t.after(() => agent.destroy());
  return agent;
}

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: SESSION_BASED, capabilities: {}, clientInfo: CLIENT_INFO },
};

/** A client of the server; in the session-based era it has said initialize. */
export async function wireTo(
  t: TestContext,
  url: string,
  options: WireOptions = {},
): Promise<Wire> {
  const { era = 'session-based', agent = agentOf(t) } = options;
  let session: string | undefined;
  let lastId = 0;
  const send: Wire['send'] = (body, headers = {}) =>
    post(url, {
      agent,
      body,
      headers: {
        ...(options.accept && { accept: options.accept }),
        ...(options.token && { authorization: `Bearer ${options.token}` }),
        ...(session && { 'mcp-session-id': session, 'mcp-protocol-version': SESSION_BASED }),
        ...headers,
      },
    });
  if (era === 'session-based') {
    const { headers, text } = await send(INITIALIZE).reply();
    session = headers['mcp-session-id'] as string | undefined;
    if (!session) throw new Error(`no session: ${text}`);
  }
  return {
    session,
    send,
    call(name, args, given = {}, more = {}) {
      const id = (lastId += 1);
      const meta = { ...(era === MODERN && MODERN_META), ...given };
      const hasMeta = Object.keys(meta).length > 0;
      const params = { name, arguments: args, ...(hasMeta && { _meta: meta }) };
      const own =
        era === MODERN
          ? { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': name }
          : {};
      const headers = { ...own, ...more };
      return { id, ...send({ jsonrpc: '2.0', id, method: 'tools/call', params }, headers) };
    },
    async cancel(requestId) {
      const method = 'notifications/cancelled';
      return (await send({ jsonrpc: '2.0', method, params: { requestId } }).reply()).status;
    },
  };
}

interface Post {
  readonly agent: Agent;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
}

function post(url: string, { agent, body, headers }: Post): Sent {
  const text = JSON.stringify(body);
  const sent = request(url, {
    method: 'POST',
    agent,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': Buffer.byteLength(text),
      ...headers,
    },
  });
  const head = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.on('error', reject);
  });
  // Whoever vanishes does not ask for it.
  head.catch(() => undefined);
  sent.end(text);
  return { request: sent, head, reply: () => read(head), vanish: () => void sent.destroy() };
}

async function read(head: Promise<IncomingMessage>): Promise<Reply> {
  const response = await head;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode!, headers: response.headers, text };
}

/** How a call ended, wherever that was said: in a tool's result or before MCP. */
export type Outcome =
  | { readonly kind: 'answered'; readonly document: Document }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs: number | undefined;
      readonly status: number;
    };

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retry_after_ms?: number;
}

export async function outcomeOf({ reply }: Pick<Sent, 'reply'>): Promise<Outcome> {
  const { status, text } = await reply();
  const { result, error } = JSON.parse(text) as {
    result?: { structuredContent: Document & { error?: Refusal } };
    error?: { message: string; data: Omit<Refusal, 'message'> };
  };
  const refusal = error
    ? { ...error.data, message: error.message }
    : result?.structuredContent.error;
  if (!refusal) return { kind: 'answered', document: result!.structuredContent };
  const { code, message, retry_after_ms: retryAfterMs } = refusal;
  return { kind: 'refused', code, message, retryAfterMs, status };
}
