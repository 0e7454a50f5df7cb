// Owns being a resource server of OAuth 2.1: tokens of one authorization server, for this resource, by their signature
// (RFC 9068, 8707), and the document that tells clients where to get them (RFC 9728).
import { createHash } from 'node:crypto';

import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';

import { AppError } from '../errors.ts';
import type { Identify } from '../identify.ts';
import type { Logger } from '../logger.ts';
import type { Principal } from '../query/context.ts';
import type { VerifyToken } from './auth.ts';

export interface OAuthOptions {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** This server as tokens name it in `aud`. */
  readonly audience: string;
  /** Without it nobody is let in; '' for none. */
  readonly scope: string;
  /** Whoever has it is an admin. */
  readonly adminScope: string;
  readonly identify: Identify;
  readonly logger: Logger;
  readonly now: () => number;
  /** Told how long the keys were waited for. */
  readonly onFetched?: (seconds: number) => void;
}

export interface OAuthPlace {
  /** Where clients reach /mcp. */
  readonly publicUrl: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
}

/** A key that is shared, or none at all, proves nothing. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];
const CLOCK_TOLERANCE_S = 30;
/** A token that was verified is not verified again for so long: a signature costs as much as an answer. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const MAX_TOKEN_CHARS = 16_384;
const MAX_SUBJECT_CHARS = 200;
const RETRY_MS = 2000;

export function createTokenVerifier(options: OAuthOptions): VerifyToken {
  const { issuer, audience, logger, now } = options;
  const { onFetched = () => undefined } = options;
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
    async [customFetch](url, init) {
      const started = performance.now();
      try {
        return await fetch(url, init);
      } finally {
        onFetched((performance.now() - started) / 1000);
      }
    },
  });
  /** By the hash of the token. */
  const known = new Map<string, { readonly principal: Principal; readonly until: number }>();

  function remember(key: string, principal: Principal, { exp = 0 }: JWTPayload): void {
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(key, { principal, until: Math.min(now() + REMEMBER_MS, exp * 1000) });
  }

  return async (token) => {
    if (token.length > MAX_TOKEN_CHARS || !isWellEncoded(token)) return null;
    const key = createHash('sha256').update(token).digest('base64');
    const held = known.get(key);
    if (held && held.until > now()) return held.principal;
    const payload = await verified(token).catch((error: unknown) => {
      if (isOfToken(error)) return null;
      logger.warn({ error: String(error) }, 'keys of the authorization server not read');
      throw new AppError('OVERLOADED', 'The authorization server cannot be reached.', {
        retryAfterMs: RETRY_MS,
        hint: 'Wait retry_after_ms, then repeat the call.',
      });
    });
    if (payload === null) return null;
    const principal = principalOf(payload, options);
    if (principal !== null) remember(key, principal, payload);
    return principal;
  };

  async function verified(token: string): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(now()),
    });
    if (!isAccessToken(protectedHeader.typ, payload))
      throw new errors.JWTInvalid('no access token');
    return payload;
  }
}

/** As the issuer wrote it: base64 has further texts for the same bytes, and one token must not be many. */
const isWellEncoded = (token: string): boolean =>
  token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);

/** The same server signs other things for the same audience: who logged in, who logged out, what happened. */
function isAccessToken(type: string | undefined, payload: JWTPayload): boolean {
  const isOfType = type === undefined || /^(?:application\/)?(?:at\+)?jwt$/i.test(type);
  return isOfType && !['nonce', 'at_hash', 'events'].some((claim) => claim in payload);
}

/** Whether it is the token that is wrong, and not the way to the keys. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';

/** @throws AppError FORBIDDEN where it lacks the scope, or a claim that the database has to know. */
function principalOf(
  payload: JWTPayload,
  { scope, adminScope, identify }: Pick<OAuthOptions, 'scope' | 'adminScope' | 'identify'>,
): Principal | null {
  const { sub = '' } = payload;
  if (!isName(sub)) return null;
  const scopes = new Set(scopesOf(payload));
  if (scope !== '' && !scopes.has(scope)) {
    throw new AppError('FORBIDDEN', `The token lacks the scope "${scope}".`, {
      hint: 'Ask the authorization server for a token with that scope.',
    });
  }
  const role = adminScope !== '' && scopes.has(adminScope) ? 'admin' : 'user';
  // No name of AUTH_TOKENS has a colon in it: neither is ever taken for the other.
  return { name: `oauth:${sub}`, role, identity: identify(payload) };
}

const isName = (subject: unknown): subject is string =>
  typeof subject === 'string' &&
  subject !== '' &&
  subject.length <= MAX_SUBJECT_CHARS &&
  !/\p{C}/u.test(subject);

/** As RFC 8693 has them, and as several servers do. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  const said: unknown = scope ?? scp;
  if (typeof said === 'string') return said.split(' ');
  return Array.isArray(said) ? said.filter((one) => typeof one === 'string') : [];
}

/** Where the document about this resource stands: the path of the resource behind the well-known one. */
export function metadataPaths(publicUrl: string): readonly string[] {
  const { pathname } = new URL(publicUrl);
  const root = '/.well-known/oauth-protected-resource';
  return pathname === '/' ? [root] : [`${root}${pathname}`, root];
}

export const metadataUrl = (publicUrl: string): string =>
  new URL(metadataPaths(publicUrl)[0]!, publicUrl).href;

export const resourceMetadata = ({ publicUrl, issuer, scopes }: OAuthPlace): object => ({
  resource: publicUrl,
  authorization_servers: [issuer],
  bearer_methods_supported: ['header'],
  resource_name: 'askonce',
  ...(scopes.length > 0 && { scopes_supported: scopes }),
});
