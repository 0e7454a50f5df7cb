// Owns letting a request in: who asks, and whether not too often. Before its body is read: a stranger must not make
// the server parse megabytes.
import type { IncomingMessage, ServerResponse } from 'node:http';

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
}

export function createAdmit({ authenticate, rateLimit, metadataUrl, scope }: AdmitOptions): Admit {
  const parts = [
    'realm="askonce"',
    ...(metadataUrl === null ? [] : [`resource_metadata="${metadataUrl}"`]),
    ...(scope === '' ? [] : [`scope="${scope}"`]),
  ];

  function refused(response: ServerResponse, error: unknown, wasGiven: boolean): never {
    const fault = isAppError(error, 'FORBIDDEN')
      ? 'insufficient_scope'
      : wasGiven
        ? 'invalid_token'
        : '';
    const isOfToken = isAppError(error, 'UNAUTHENTICATED') || isAppError(error, 'FORBIDDEN');
    const said = fault === '' ? parts : [...parts, `error="${fault}"`];
    if (isOfToken) response.setHeader('www-authenticate', `Bearer ${said.join(', ')}`);
    throw error;
  }

  return ({ headers: { authorization } }, response) => {
    const wasGiven = authorization !== undefined;
    const admitted = (principal: Principal): Principal => {
      rateLimit.take(principal.name);
      return principal;
    };
    try {
      const principal = authenticate(authorization);
      if (!(principal instanceof Promise)) return admitted(principal);
      return principal.then(admitted).catch((error: unknown) => refused(response, error, wasGiven));
    } catch (error) {
      return refused(response, error, wasGiven);
    }
  };
}
