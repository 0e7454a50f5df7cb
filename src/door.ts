// Owns who is let in, put together from the settings: tokens, an authorization server, how often.
import type { Audit } from './audit.ts';
import { LOCAL, identityOf } from './config.ts';
import type { Config } from './config.ts';
import { createAdmit } from './http/admit.ts';
import { createAuthenticate } from './http/auth.ts';
import type { Authenticate } from './http/auth.ts';
import { createTokenVerifier, metadataPaths, metadataUrl, resourceMetadata } from './http/oauth.ts';
import { createRateLimit } from './http/rate-limit.ts';
import type { HttpServerOptions } from './http/server.ts';
import { createIdentify } from './identify.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export function openDoor(
  config: Config,
  {
    audit,
    logger,
    metrics,
    now,
  }: {
    readonly audit: Audit;
    readonly logger: Logger;
    readonly metrics: Metrics;
    readonly now: () => number;
  },
): Pick<HttpServerOptions, 'admit' | 'metadata'> {
  const { OAUTH_ISSUER: issuer, OAUTH_JWKS_URL: jwksUrl, PUBLIC_URL: publicUrl } = config;
  const { OAUTH_SCOPE: scope, OAUTH_ADMIN_SCOPE: adminScope } = config;
  const rateLimit = createRateLimit(config.RATE_LIMIT_PER_MINUTE, () => performance.now());
  const tokens = config.AUTH_TOKENS.map(({ token, name, role }) => ({
    token,
    principal: { name, role, identity: identityOf(config, name) },
  }));
  if (issuer === undefined || jwksUrl === undefined || publicUrl === undefined) {
    const authenticate = tokens.length > 0 ? createAuthenticate({ tokens }) : owner(config);
    return {
      admit: createAdmit({ authenticate, rateLimit, metadataUrl: null, scope: '', audit }),
      metadata: {},
    };
  }
  const audience = config.OAUTH_AUDIENCE ?? publicUrl;
  const verify = createTokenVerifier({
    issuer,
    jwksUrl,
    audience,
    scope,
    adminScope,
    identify: createIdentify(config.DATABASE_IDENTITY),
    logger,
    now,
    onFetched: (seconds) => metrics.dependency('identity provider', seconds),
  });
  const scopes = [scope, adminScope].filter((name) => name !== '');
  const document = resourceMetadata({ publicUrl, issuer, scopes });
  return {
    admit: createAdmit({
      authenticate: createAuthenticate({ tokens, verify }),
      rateLimit,
      metadataUrl: metadataUrl(publicUrl),
      scope,
      audit,
    }),
    metadata: Object.fromEntries(metadataPaths(publicUrl).map((path) => [path, document])),
  };
}

/** Without tokens only loopback can be listened on (config.ts sees to it). */
function owner(config: Config): Authenticate {
  const principal = { ...LOCAL, identity: identityOf(config, LOCAL.name) };
  return () => principal;
}
