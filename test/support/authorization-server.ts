// Owns an authorization server of the tests: keys of its own, published over HTTP, and tokens signed with them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

import { CompactSign, SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CompactJWSHeaderParameters, CryptoKey, JWTPayload } from 'jose';

export interface AuthorizationServer {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly publicKey: CryptoKey;
  /** How often its keys were asked for. */
  readonly asked: number;
  /** A token for ten minutes, unless the claims say otherwise. @param how Another header or key. */
  token(
    claims: JWTPayload,
    how?: { readonly alg?: string; readonly key?: CryptoKey; readonly typ?: string },
  ): Promise<string>;
  /** Whatever is to be said, signed with its key. */
  sign(payload: string, header?: Partial<CompactJWSHeaderParameters>): Promise<string>;
  /** Answers nothing any more. */
  close(): Promise<void>;
}

export async function startAuthorizationServer(t: TestContext): Promise<AuthorizationServer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  t.after(close);
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    jwksUrl: `${issuer}/keys`,
    publicKey,
    get asked() {
      return asked;
    },
    token: (claims, { alg = 'ES256', key = privateKey, typ = 'at+jwt' } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: issuer, iat: now, exp: now + 600, ...claims })
        .setProtectedHeader({ alg, kid: 'one', typ })
        .sign(key);
    },
    sign: (payload, header = {}) =>
      new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt', ...header })
        .sign(privateKey),
    close,
  };
}
