// Owns speaking to the server under test: conversations of an agent over HTTP, each call timed and its outcome told.
// A client of its own and not the SDK's: a thousand conversations in one process, and the time is the server's.
import { Pool } from 'undici';

import { AppError } from '../errors.ts';
import { toldBy } from './outcome.ts';
import type { Outcome } from './outcome.ts';

export interface EndpointOptions {
  readonly url: URL;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  /** Sent with every request, for servers that want more. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Kept open at most; a call that finds none waits, on the clock. */
  readonly maxConnections: number;
  /** Who is silent for longer does not answer any more. */
  readonly timeoutMs: number;
  readonly version: string;
}

export interface ToolCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly outcome: Outcome;
  /** The whole message, where it is short. */
  readonly body: unknown;
  /** From the call to its last byte. */
  readonly ms: number;
  /** From the call to the first byte of its body; null where none came. */
  readonly firstByteMs: number | null;
  readonly bytes: number;
}

export interface Conversation {
  /** Never rejects: what went wrong is an outcome. */
  call(call: ToolCall, signal?: AbortSignal): Promise<Reply>;
  /** A request of the protocol other than a tool call, as `tools/list`. Never rejects. */
  request(method: string, params: object, signal?: AbortSignal): Promise<Reply>;
  end(): Promise<void>;
}

export interface Endpoint {
  readonly url: URL;
  /** @throws AppError CONFIG_INVALID or UNAUTHENTICATED, with what to do. */
  converse(): Promise<Conversation>;
  /** Of another path of the server. @returns null where it is not there or not ours to read. */
  read(path: string): Promise<string | null>;
  close(): Promise<void>;
}

/** What clients of today speak: with `initialize`, and a session where the server keeps one. */
const PROTOCOL = '2025-11-25';
const OK = 200;
const REFUSED = new Set([401, 403]);
/** Of a body, as much as is looked into for what it says; the rest is counted. */
const KEPT_BYTES = 256 * 1024;

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As far as it is kept. */
  readonly text: string;
  readonly bytes: number;
  /** By the clock of `performance.now`. */
  readonly firstByteAt: number | null;
}

export function createEndpoint(options: EndpointOptions): Endpoint {
  const { url, token, maxConnections, timeoutMs, version } = options;
  const pool = new Pool(url.origin, {
    connections: maxConnections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 60_000,
  });
  const path = `${url.pathname}${url.search}`;
  const common = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...options.headers,
  };

  async function send(
    method: 'POST' | 'DELETE',
    message: object | null,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Raw> {
    const response = await pool.request({
      method,
      path,
      headers: { ...common, ...headers },
      body: message && JSON.stringify(message),
      signal,
    });
    const kept: Buffer[] = [];
    let bytes = 0;
    let firstByteAt: number | null = null;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      firstByteAt ??= performance.now();
      if (bytes < KEPT_BYTES) kept.push(chunk);
      bytes += chunk.length;
    }
    const text = Buffer.concat(kept).toString();
    return { status: response.statusCode, headers: response.headers, text, bytes, firstByteAt };
  }

  async function converse(): Promise<Conversation> {
    const initialize = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: PROTOCOL,
        capabilities: {},
        clientInfo: { name: 'askonce-validate', version },
      },
    };
    const opened = await send('POST', initialize, {}).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    if (opened.status !== OK) throw notLetIn(url, opened);
    const session = opened.headers['mcp-session-id'];
    const headers = {
      'mcp-protocol-version': PROTOCOL,
      ...(typeof session === 'string' && { 'mcp-session-id': session }),
    };
    await send('POST', { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
    let lastId = 0;

    async function request(method: string, params: object, signal?: AbortSignal): Promise<Reply> {
      lastId += 1;
      const message = { jsonrpc: '2.0', id: lastId, method, params };
      const started = performance.now();
      try {
        const raw = await send('POST', message, headers, signal);
        const ms = performance.now() - started;
        const firstByteMs = raw.firstByteAt === null ? null : raw.firstByteAt - started;
        return { ...toldBy(raw), ms, firstByteMs, bytes: raw.bytes };
      } catch (error) {
        const outcome: Outcome = { kind: 'failed', why: reasonOf(error) };
        const ms = performance.now() - started;
        return { outcome, body: null, ms, firstByteMs: null, bytes: 0 };
      }
    }

    return {
      request,
      call: ({ tool, arguments: args }, signal) =>
        request('tools/call', { name: tool, arguments: args }, signal),
      async end() {
        if (typeof session !== 'string') return;
        await send('DELETE', null, headers).catch(() => undefined);
      },
    };
  }

  async function read(at: string): Promise<string | null> {
    const { authorization } = common as { authorization?: string };
    try {
      const response = await pool.request({
        method: 'GET',
        path: at,
        headers: authorization === undefined ? {} : { authorization },
      });
      const text = await response.body.text();
      return response.statusCode === OK ? text : null;
    } catch {
      return null;
    }
  }

  return { url, converse, read, close: () => pool.destroy() };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code ?? message ?? String(error);
}

function unreachable(url: URL, cause: unknown): AppError {
  return new AppError('CONFIG_INVALID', `${url.href} does not answer: ${reasonOf(cause)}.`, {
    cause,
    hint: 'Start it, or give the URL of the one that runs: askonce validate --url URL',
  });
}

function notLetIn(url: URL, { status, text }: Raw): AppError {
  if (REFUSED.has(status)) {
    return new AppError('UNAUTHENTICATED', `${url.href} lets nobody in without a token.`, {
      hint: 'Set MCP_AUTH_TOKEN to a token of the server; /metrics and admin tools want one of an admin.',
    });
  }
  return new AppError(
    'CONFIG_INVALID',
    `${url.href} opened no conversation: HTTP ${status} ${text.slice(0, 200)}`,
    { hint: 'Give the URL of its MCP endpoint, as in http://127.0.0.1:3000/mcp' },
  );
}
