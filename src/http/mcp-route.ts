// Owns the way of a POST to /mcp from the socket to the endpoint: the checks that every route makes, without
// the layers of one. Nearly all traffic is this; what it does not know it leaves to the ordinary routes.
import type { IncomingMessage, ServerResponse } from 'node:http';

import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';

import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Admit } from './admit.ts';
import { sendFault, sendInvalid, sendTooLarge } from './errors.ts';
import type { McpEndpoint } from './mcp-endpoint.ts';

const MAX_WELCOME = 1000;
const MAX_RECEIVING_BYTES = 128 * 1024 * 1024;
const RETRY_AFTER_MS = 2000;

export interface McpRouteOptions {
  /** Names, without ports. */
  readonly hosts: string[];
  readonly origins: string[];
  readonly admit: Admit;
  readonly mcp: Pick<McpEndpoint, 'handle'>;
  readonly maxBodyBytes: number;
  readonly logger: Logger;
}

export interface McpRoute {
  /** Whether this way is open to the request; otherwise nothing of it has been touched. */
  takes(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function createMcpRoute(options: McpRouteOptions): McpRoute {
  const { hosts, origins, admit, mcp, maxBodyBytes, logger } = options;

  const receiving = { bytes: 0 };
  /** Clients say the same again and again. */
  const welcome = new Set<string>();

  function refusal({ headers }: IncomingMessage): string | null {
    const said = JSON.stringify([headers.host, headers.origin]);
    if (welcome.has(said)) return null;
    const refused = refusalOf(headers);
    if (refused === null && welcome.size < MAX_WELCOME) welcome.add(said);
    return refused;
  }

  function refusalOf(headers: IncomingMessage['headers']): string | null {
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
        const admitted = admit(request, response);
        const principal = admitted instanceof Promise ? await admitted : admitted;
        const text = await bodyOf(request, maxBodyBytes, receiving);
        if (text === null) {
          // What is left of it is read and dropped, so that the client sees why and may go on.
          request.resume();
          return sendTooLarge(response, maxBodyBytes);
        }
        const body = parsed(text);
        if (body === NOT_JSON)
          return sendInvalid(response, 400, 'The request body is not valid JSON.');
        await mcp.handle({ request, response, principal, body });
      } catch (error) {
        request.resume();
        sendFault(response, error, { logger });
      }
    },
  };
}

/**
 * Null where it is too large; what follows of it is let go unread. By its events: to iterate over a stream
 * costs as much as to answer.
 */
function bodyOf(
  request: IncomingMessage,
  maxBytes: number,
  receiving: Receiving,
): Promise<string | null> {
  if (Number(request.headers['content-length']) > maxBytes) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (): void => {
      request.off('data', onData);
      receiving.bytes -= bytes;
      bytes = 0;
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      receiving.bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxBytes) resolve(null);
      else if (receiving.bytes > MAX_RECEIVING_BYTES) reject(tooMuchAtOnce());
      else return;
      end();
    };
    request.on('data', onData);
    request.once('end', () => {
      end();
      resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8'));
    });
    request.once('error', (error) => {
      end();
      reject(error);
    });
  });
}

/** Bodies that are on their way, of all requests together. */
interface Receiving {
  bytes: number;
}

const tooMuchAtOnce = (): AppError =>
  new AppError('OVERLOADED', 'Too much is being sent at once.', {
    retryAfterMs: RETRY_AFTER_MS,
    hint: 'Wait retry_after_ms, then send it again.',
  });

const NOT_JSON = Symbol('not JSON');

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}
