// Owns who is asking: a bearer token to a principal.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { AuthInfo, JSONRPCRequest } from '@modelcontextprotocol/server';

import { AppError } from '../errors.ts';
import type { ClientLog } from '../mcp/follow.ts';
import type { Principal } from '../query/context.ts';
import type { Carrier } from '../tracing.ts';

export interface TokenHolder {
  /** In the clear, or as sha256-HEX. */
  readonly token: string;
  readonly principal: Principal;
}

/**
 * At once where that can be told. @throws AppError UNAUTHENTICATED, FORBIDDEN; OVERLOADED where the keys of the
 * authorization server cannot be had.
 */
export type Authenticate = (authorization: string | undefined) => Principal | Promise<Principal>;

/** Of an authorization server's token; null for what is none of its. */
export type VerifyToken = (token: string) => Promise<Principal | null>;

export interface AuthOptions {
  readonly tokens: readonly TokenHolder[];
  /** Absent where no authorization server is trusted. */
  readonly verify?: VerifyToken | undefined;
}

/** As hashedToken makes it. */
export const HASHED = /^sha256-([0-9a-f]{64})$/;

/** What may stand in the settings for a token, and opens nothing. */
export const hashedToken = (token: string): string => `sha256-${digest(token).toString('hex')}`;

export function createAuthenticate({ tokens, verify }: AuthOptions): Authenticate {
  const known = tokens.map(({ token, principal }) => ({ hash: hashOf(token), principal }));
  return (authorization) => {
    const [scheme, text = ''] = authorization?.split(' ') ?? [];
    const token = scheme?.toLowerCase() === 'bearer' ? text : '';
    const given = digest(token);
    // Every entry is compared, and in constant time: how long it takes says nothing about a token.
    let found: Principal | undefined;
    for (const { hash, principal } of known) if (timingSafeEqual(hash, given)) found = principal;
    if (found) return found;
    if (verify === undefined || token === '') throw unauthenticated();
    return verify(token).then((principal) => {
      if (principal === null) throw unauthenticated();
      return principal;
    });
  };
}

const unauthenticated = (): AppError =>
  new AppError('UNAUTHENTICATED', 'A valid bearer token is required.', {
    hint: 'Send Authorization: Bearer TOKEN with a token that this server knows.',
  });

/** What a conversation has said that a handler must know. */
interface Speaker {
  readonly log: ClientLog;
  readonly initialize: JSONRPCRequest;
}

interface Asking {
  readonly principal: Principal;
  readonly request: Pick<IncomingMessage, 'headers'>;
}

/** The revision that brought links into results: clients of the ones before refuse the whole answer for one. */
const FIRST_WITH_LINKS = '2025-06-18';

/** How the principal, its trace, and what its conversation wants to be told travel through the SDK to a handler. */
export function toAuthInfo({ principal, request }: Asking, speaker?: Speaker): AuthInfo {
  const version = speaker?.initialize.params?.['protocolVersion'];
  const takesLinks = typeof version !== 'string' || version >= FIRST_WITH_LINKS;
  const extra = { principal, log: speaker?.log, takesLinks, trace: traceIn(request) };
  return { token: '', clientId: principal.name, scopes: [], extra };
}

/** Of all headers these alone: a handler is to see no token. */
function traceIn({ headers }: Asking['request']): Carrier {
  const { traceparent, tracestate } = headers;
  return { traceparent, tracestate };
}

function hashOf(token: string): Buffer {
  const [, hex] = HASHED.exec(token) ?? [];
  return hex === undefined ? digest(token) : Buffer.from(hex, 'hex');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
