// Owns letting a request in: who asks, and whether not too often. Before its body is read: a stranger must not make
// the server parse megabytes.
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Audit } from '../audit.ts';
import { isAppError } from '../errors.ts';
import type { Principal } from '../query/context.ts';
import type { Authenticate } from './auth.ts';
import type { RateLimit } from './rate-limit.ts';

/** At once where that can be told. @throws AppError; the response then says how to be let in. */
export type Admit = (
  request: IncomingMessage,
  response: ServerResponse,
) => Principal | Promise<Principal>;

export interface AdmitOptions {
  readonly authenticate: Authenticate;
  readonly rateLimit: RateLimit;
  /** Where clients read of the authorization server; null where there is none. */
  readonly metadataUrl: string | null;
  /** What a token needs; '' for nothing. */
  readonly scope: string;
  readonly audit: Audit;
}

export function createAdmit({
  authenticate,
  rateLimit,
  metadataUrl,
  scope,
  audit,
}: AdmitOptions): Admit {
  const parts = [
    'realm="askonce"',
    ...(metadataUrl === null ? [] : [`resource_metadata="${metadataUrl}"`]),
    ...(scope === '' ? [] : [`scope="${scope}"`]),
  ];

  function refused(
    { socket, headers }: IncomingMessage,
    response: ServerResponse,
    error: unknown,
  ): never {
    const isForbidden = isAppError(error, 'FORBIDDEN');
    if (isForbidden || isAppError(error, 'UNAUTHENTICATED')) {
      const wasGiven = headers.authorization !== undefined;
      const fault = isForbidden ? 'insufficient_scope' : 'invalid_token';
      const said = wasGiven ? [...parts, `error="${fault}"`] : parts;
      response.setHeader('www-authenticate', `Bearer ${said.join(', ')}`);
      const address = socket.remoteAddress ?? null;
      audit.record({
        what: 'refused',
        requestId: null,
        principal: null,
        outcome: error.code,
        address,
      });
    }
    throw error;
  }

  return (request, response) => {
    const admitted = (principal: Principal): Principal => {
      rateLimit.take(principal.name);
      return principal;
    };
    try {
      const principal = authenticate(request.headers.authorization);
      if (!(principal instanceof Promise)) return admitted(principal);
      return principal.then(admitted).catch((error: unknown) => refused(request, response, error));
    } catch (error) {
      return refused(request, response, error);
    }
  };
}
