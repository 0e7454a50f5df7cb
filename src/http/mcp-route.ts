// Owns the way of a POST to /mcp from the socket to the endpoint: the checks that every route makes, without
// the layers of one. Nearly all traffic is this; what it does not know it leaves to the ordinary routes.
import type { IncomingMessage, ServerResponse } from 'node:http';

import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';

import type { Authenticate } from './auth.ts';
import { asAppError, sendError, sendInvalid, sendTooLarge } from './errors.ts';
import type { McpRequest } from './leased-exchange.ts';
import type { McpEndpoint } from './mcp-endpoint.ts';

export interface McpRouteOptions {
  /** Names, without ports. */
  readonly hosts: string[];
  readonly origins: string[];
  readonly authenticate: Authenticate;
  readonly mcp: Pick<McpEndpoint, 'handle'>;
  readonly maxBodyBytes: number;
}

export interface McpRoute {
  /** Whether this way is open to the request; otherwise nothing of it has been touched. */
  takes(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function createMcpRoute(options: McpRouteOptions): McpRoute {
  const { hosts, origins, authenticate, mcp, maxBodyBytes } = options;

  function refusal({ headers }: IncomingMessage): string | null {
    const host = validateHostHeader(headers.host, hosts);
    if (!host.ok) return host.message;
    const origin = validateOriginHeader(headers.origin, origins);
    return origin.ok ? null : origin.message;
  }

  return {
    takes: ({ method, url, headers }) =>
      method === 'POST' &&
      url === '/mcp' &&
      headers['content-encoding'] === undefined &&
      !/charset=(?!"?utf-8)/iu.test(headers['content-type'] ?? ''),

    async handle(request, response) {
      try {
        const refused = refusal(request);
        if (refused !== null) return sendInvalid(response, 403, refused);
        // Before the body is read: a stranger must not make the server parse megabytes.
        const principal = authenticate(request.headers.authorization);
        const text = await bodyOf(request, maxBodyBytes);
        if (text === null) {
          // What is left of it is read and dropped, so that the client sees why and may go on.
          request.resume();
          return sendTooLarge(response, maxBodyBytes);
        }
        const body = parsed(text);
        if (body === NOT_JSON)
          return sendInvalid(response, 400, 'The request body is not valid JSON.');
        await mcp.handle(Object.assign(request, { body }) as McpRequest, response, principal);
      } catch (error) {
        sendError(response, asAppError(error));
      }
    },
  };
}

/** Null where it is too large; what follows of it is let go unread. */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  if (Number(request.headers['content-length']) > maxBytes) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not destroyed on return: the refusal goes out on its socket.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8');
}

const NOT_JSON = Symbol('not JSON');

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}
