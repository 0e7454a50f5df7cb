// Owns the shortest way through /mcp: a plain ask whose rows this process holds is answered before any session
// is leased, in either era. Who asks is known by then, and all else that the ordinary way checks is checked here
// too, only sooner: what a client says of itself with each request has been found in order once before.
import {
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { JSONRPCRequest } from '@modelcontextprotocol/server';

import type { HeldAnswers } from '../mcp/held-answers.ts';
import { MODERN_PROTOCOL_VERSION } from '../mcp/server.ts';
import type { Metrics } from '../metrics.ts';
import type { Conversations } from './conversations.ts';
import { header } from './leased-exchange.ts';
import type { Call } from './leased-exchange.ts';
import { replyWith } from './reply.ts';

export interface AtOnce {
  /**
   * Whether the call is answered; otherwise nothing of it has been touched.
   * @throws AppError SESSION_MISSING, SESSION_UNKNOWN
   */
  answer(call: Call): Promise<boolean>;
  /** The ordinary way has found this request in order: what it says of its sender is known from now on. */
  trust(message: JSONRPCRequest): void;
}

export interface AtOnceOptions {
  readonly conversations: Conversations;
  readonly heldAnswers: HeldAnswers;
  readonly metrics: Metrics;
}

/** jsonrpc, id, method, params. */
const MESSAGE_KEYS = 4;
const MAX_TRUSTED = 1000;
const MAX_TRUSTED_CHARS = 2000;

export function createAtOnce({ conversations, heldAnswers, metrics }: AtOnceOptions): AtOnce {
  const trusted = new Set<string>();

  function eraOf({ request, body, principal }: Call): 'legacy' | 'modern' | null {
    if (!isToolCall(body)) return null;
    const meta = body.params._meta;
    if (meta !== undefined && !trusted.has(senderOf(meta))) return null;
    const version = header(request, 'mcp-protocol-version');
    if (meta !== undefined && PROTOCOL_VERSION_META_KEY in meta) {
      const isUsual =
        meta[PROTOCOL_VERSION_META_KEY] === MODERN_PROTOCOL_VERSION &&
        version === MODERN_PROTOCOL_VERSION &&
        header(request, 'mcp-method') === body.method &&
        header(request, 'mcp-name') === body.params.name;
      return isUsual ? 'modern' : null;
    }
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return null;
    conversations.require(header(request, 'mcp-session-id'), principal.name);
    return 'legacy';
  }

  return {
    async answer(call) {
      const era = eraOf(call);
      if (era === null) return false;
      const message = call.body as JSONRPCRequest;
      const { principal, request } = call;
      const held = await heldAnswers(message, { principal, era, headers: request.headers });
      if (held === null) return false;
      metrics.responseBytes(replyWith(call.response, message.id, held));
      return true;
    },
    trust(message) {
      const meta = isToolCall(message) ? message.params._meta : undefined;
      if (meta === undefined) return;
      const sender = senderOf(meta);
      if (trusted.has(sender) || sender.length > MAX_TRUSTED_CHARS) return;
      if (trusted.size >= MAX_TRUSTED) trusted.clear();
      trusted.add(sender);
    },
  };
}

type Meta = Readonly<Record<string, unknown>>;

interface ToolCall {
  readonly method: 'tools/call';
  readonly params: { readonly name: string; readonly _meta?: Meta };
}

function isToolCall(body: unknown): body is ToolCall {
  if (!isObject(body) || body['jsonrpc'] !== '2.0' || body['method'] !== 'tools/call') return false;
  const { id, params } = body;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return false;
  if (Object.keys(body).length > MESSAGE_KEYS) return false;
  if (!isObject(params) || typeof params['name'] !== 'string') return false;
  const meta = params['_meta'];
  return meta === undefined || (isObject(meta) && isToken(meta['progressToken']));
}

const isToken = (value: unknown): boolean =>
  value === undefined || typeof value === 'string' || Number.isSafeInteger(value);

/** Where W3C has callers name the trace that a request belongs to. */
const TRACE_KEYS = new Set(['traceparent', 'tracestate', 'baggage']);

/** All but what is new with each request. */
function senderOf({ progressToken: _token, ...rest }: Meta): string {
  const lasting = Object.entries(rest).filter(
    ([name, value]) => typeof value !== 'string' || !TRACE_KEYS.has(name),
  );
  return JSON.stringify(lasting);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
