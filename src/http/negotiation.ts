// Owns what a conversation keeps of its initialize request, bounded: the rest of its life it is replayed on
// whatever session serves it, and ten thousand of them must be light.
import type { JSONRPCRequest } from '@modelcontextprotocol/server';

import { AppError } from '../errors.ts';

const MAX_BYTES = 8192;

interface Params {
  readonly protocolVersion?: unknown;
  readonly capabilities?: unknown;
  readonly clientInfo?: { readonly name?: unknown; readonly version?: unknown };
}

/** @throws AppError INPUT_INVALID when even that is too much. */
export function negotiation(initialize: JSONRPCRequest): JSONRPCRequest {
  const { protocolVersion, capabilities, clientInfo } = (initialize.params ?? {}) as Params;
  // Titles, icons and web sites are for people to see.
  const { name, version } = clientInfo ?? {};
  const params = { protocolVersion, capabilities, clientInfo: { name, version } };
  const text = JSON.stringify(params);
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new AppError('INPUT_INVALID', `initialize says more than ${MAX_BYTES} bytes.`, {
      hint: 'Send fewer capabilities, and a shorter name.',
    });
  }
  const { jsonrpc, id, method } = initialize;
  // Parsed anew, so that nothing of the request is held by what is kept of it.
  return { jsonrpc, id, method, params: JSON.parse(text) as NonNullable<JSONRPCRequest['params']> };
}
