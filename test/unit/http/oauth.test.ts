// Tokens of an authorization server: whose they are, and every way in which one can be wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { SignJWT, UnsecuredJWT, generateKeyPair } from 'jose';

import { isAppError } from '../../../src/errors.ts';
import { createTokenVerifier, metadataPaths, metadataUrl } from '../../../src/http/oauth.ts';
import { createLogger } from '../../../src/logger.ts';
import { startAuthorizationServer } from '../../support/authorization-server.ts';
import { AS_LOGIN } from '../../../src/db/identity.ts';

const AUDIENCE = 'https://askonce.example.org/mcp';

async function verifier(t: TestContext, { scope = '', adminScope = 'askonce:admin' } = {}) {
  const server = await startAuthorizationServer(t);
  const clock = { now: Date.now() };
  const verify = createTokenVerifier({
    issuer: server.issuer,
    jwksUrl: server.jwksUrl,
    audience: AUDIENCE,
    scope,
    adminScope,
    identify: () => AS_LOGIN,
    logger: createLogger('silent'),
    now: () => clock.now,
  });
  return { server, clock, verify };
}

test('a token of the authorization server for this resource is its subject', async (t) => {
  const { server, verify } = await verifier(t);
  const token = await server.token({ sub: 'alice', aud: AUDIENCE });
  assert.deepEqual(await verify(token), { name: 'oauth:alice', role: 'user', identity: AS_LOGIN });
  const admin = await server.token({ sub: 'root', aud: [AUDIENCE, 'x'], scope: 'a askonce:admin' });
  assert.deepEqual(await verify(admin), { name: 'oauth:root', role: 'admin', identity: AS_LOGIN });
  const listed = await server.token({ sub: 'root', aud: AUDIENCE, scp: ['askonce:admin'] });
  assert.equal((await verify(listed))?.role, 'admin');
});

test('what is not for this resource, of another issuer, out of its time or signed by others is nobody', async (t) => {
  const { server, verify } = await verifier(t);
  const now = Math.floor(Date.now() / 1000);
  const well = { sub: 'alice', aud: AUDIENCE };
  const other = await generateKeyPair('ES256');
  const tokens = {
    'for another resource': await server.token({ ...well, aud: 'https://other.example.org' }),
    'for none': await server.token({ sub: 'alice' }),
    'of another issuer': await server.token({ ...well, iss: 'https://evil.example.org' }),
    expired: await server.token({ ...well, exp: now - 60 }),
    'not yet valid': await server.token({ ...well, nbf: now + 600 }),
    'without an end': await server.token({ ...well, exp: undefined as unknown as number }),
    'without a subject': await server.token({ aud: AUDIENCE }),
    'of an empty subject': await server.token({ ...well, sub: '' }),
    'of a subject with a line break': await server.token({ ...well, sub: 'alice\nadmin' }),
    'of an endless subject': await server.token({ ...well, sub: 'a'.repeat(201) }),
    'signed by another key': await server.token(well, { key: other.privateKey }),
    'not signed': new UnsecuredJWT({ ...well, iss: server.issuer })
      .setExpirationTime('1h')
      .encode(),
    'signed with a secret that everybody knows': await new SignJWT({ ...well, iss: server.issuer })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(JSON.stringify(server.publicKey))),
    'that says who logged out': await server.token(well, { typ: 'logout+jwt' }),
    'that tells of events': await server.token({ ...well, events: {} }),
    'that says who logged in': await server.token({ ...well, nonce: 'x' }, { typ: 'JWT' }),
    'no token': 'a.b.c',
    'a very long one': 'a'.repeat(20_000),
    empty: '',
  };
  for (const [what, token] of Object.entries(tokens)) assert.equal(await verify(token), null, what);
});

test('a token in another spelling of the same bytes is nobody', async (t) => {
  const { server, verify } = await verifier(t);
  const token = await server.token({ sub: 'alice', aud: AUDIENCE });
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // Of the last letter four bits are read by nobody.
  const others = alphabet.split('').filter((letter) => letter !== token.at(-1));
  const respelt = others.map((letter) => token.slice(0, -1) + letter);
  for (const other of [...respelt, `${token}==`, `${token}\t`, token.replace(/.{9}$/, '\n$&')])
    assert.equal(await verify(other), null, other);
  assert.ok(await verify(token));
});

test('a scope that is no text is none, and breaks nothing', async (t) => {
  const { server, verify } = await verifier(t, { scope: 'askonce:read' });
  for (const scope of [5, {}, { toString: 1 }, [{ toString: 1 }, 'other'], true]) {
    const token = await server.token({ sub: 'alice', aud: AUDIENCE, scope });
    await assert.rejects(verify(token), (error) => isAppError(error, 'FORBIDDEN'));
  }
  const mixed = await server.token({ sub: 'alice', aud: AUDIENCE, scope: [5, 'askonce:read'] });
  assert.ok(await verify(mixed));
});

test('a token that was verified is not asked about again, and not let in behind its end', async (t) => {
  const { server, clock, verify } = await verifier(t);
  const exp = Math.floor(clock.now / 1000) + 40;
  const token = await server.token({ sub: 'alice', aud: AUDIENCE, exp });
  assert.ok(await verify(token));
  await server.close();
  assert.ok(await verify(token));
  assert.equal(server.asked, 1);
  clock.now += 75_000;
  assert.equal(await verify(token), null);
});

test('a scope that is missing is told as that', async (t) => {
  const { server, verify } = await verifier(t, { scope: 'askonce:read', adminScope: '' });
  const token = await server.token({ sub: 'alice', aud: AUDIENCE, scope: 'openid' });
  await assert.rejects(verify(token), (error) => isAppError(error, 'FORBIDDEN'));
  const well = await server.token({ sub: 'alice', aud: AUDIENCE, scope: 'openid askonce:read' });
  assert.deepEqual(await verify(well), { name: 'oauth:alice', role: 'user', identity: AS_LOGIN });
});

test('an authorization server that is away is not taken for a wrong token', async (t) => {
  const { server, verify } = await verifier(t);
  const token = await server.token({ sub: 'alice', aud: AUDIENCE });
  await server.close();
  await assert.rejects(verify(token), (error) => {
    assert.ok(isAppError(error, 'OVERLOADED'));
    return error.retryAfterMs !== undefined;
  });
});

test('the document about the resource stands where RFC 9728 looks for it', () => {
  assert.equal(
    metadataUrl(AUDIENCE),
    'https://askonce.example.org/.well-known/oauth-protected-resource/mcp',
  );
  assert.deepEqual(metadataPaths('https://askonce.example.org'), [
    '/.well-known/oauth-protected-resource',
  ]);
});
