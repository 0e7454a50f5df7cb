// Owns who is asking: a bearer token to a principal. Without tokens only loopback can be listened on
// (config.ts sees to it), and whoever reaches it is the owner of the machine.
import { createHash, timingSafeEqual } from 'node:crypto';

import type { AuthInfo, JSONRPCRequest } from '@modelcontextprotocol/server';

import { AppError } from '../errors.ts';
import type { ClientLog } from '../mcp/follow.ts';
import type { Principal } from '../query/context.ts';

export interface TokenEntry extends Principal {
  readonly token: string;
}

export type Authenticate = (authorization: string | undefined) => Principal;

const LOCAL: Principal = { name: 'local', role: 'admin' };

/** @throws AppError UNAUTHENTICATED (from the returned function) */
export function createAuthenticate(tokens: readonly TokenEntry[]): Authenticate {
  const known = tokens.map(({ token, name, role }) => ({ hash: hash(token), name, role }));
  return (authorization) => {
    if (known.length === 0) return LOCAL;
    const [scheme, token] = authorization?.split(' ') ?? [];
    const given = hash(scheme?.toLowerCase() === 'bearer' ? (token ?? '') : '');
    // Every entry is compared, and in constant time: how long it takes says nothing about a token.
    let found: Principal | undefined;
    for (const entry of known) if (timingSafeEqual(entry.hash, given)) found = entry;
    if (!found) {
      throw new AppError('UNAUTHENTICATED', 'A valid bearer token is required.', {
        hint: 'Send Authorization: Bearer TOKEN with one of the tokens in AUTH_TOKENS.',
      });
    }
    return { name: found.name, role: found.role };
  };
}

/** What a conversation has said that a handler must know. */
interface Speaker {
  readonly log: ClientLog;
  readonly initialize: JSONRPCRequest;
}

/** The revision that brought links into results: clients of the ones before refuse the whole answer for one. */
const FIRST_WITH_LINKS = '2025-06-18';

/** How the principal, and what its conversation wants to be told, travel through the SDK to a handler. */
export function toAuthInfo(principal: Principal, speaker?: Speaker): AuthInfo {
  const version = speaker?.initialize.params?.['protocolVersion'];
  const takesLinks = typeof version !== 'string' || version >= FIRST_WITH_LINKS;
  const extra = { principal, log: speaker?.log, takesLinks };
  return { token: '', clientId: principal.name, scopes: [], extra };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
