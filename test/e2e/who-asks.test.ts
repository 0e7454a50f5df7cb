// Who may ask, seen from outside: hashed tokens, an authorization server, and how often.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { call, connect, runAskonce, startAskonce } from '../support/askonce.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { freshDatabase } from '../support/database.ts';
import { createSmallShop } from '../support/small-shop.ts';

const PUBLIC_URL = 'https://askonce.example.org/mcp';
const COUNT = { question: 'how many customers are there?', sql: 'SELECT count(*) FROM customers' };

const post = (url: string, token?: string) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });

test('tokens of an authorization server let in, each principal to its own rows', async (t) => {
  const database = await freshDatabase(t);
  await createSmallShop(database.url);
  const authorization = await startAuthorizationServer(t);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
    PUBLIC_URL,
    OAUTH_ISSUER: authorization.issuer,
    OAUTH_JWKS_URL: authorization.jwksUrl,
    OAUTH_SCOPE: 'askonce:read',
  });
  const tokenOf = (sub: string, scope = 'askonce:read') =>
    authorization.token({ sub, aud: PUBLIC_URL, scope });

  const stranger = await post(server.url);
  assert.equal(stranger.status, 401);
  const metadata = 'https://askonce.example.org/.well-known/oauth-protected-resource/mcp';
  assert.equal(
    stranger.headers.get('www-authenticate'),
    `Bearer realm="askonce", resource_metadata="${metadata}", scope="askonce:read"`,
  );
  const found = await fetch(server.origin + new URL(metadata).pathname);
  assert.deepEqual(await found.json(), {
    resource: PUBLIC_URL,
    authorization_servers: [authorization.issuer],
    bearer_methods_supported: ['header'],
    resource_name: 'askonce',
    scopes_supported: ['askonce:read', 'askonce:admin'],
  });
  const forged = await post(server.url, `${await tokenOf('alice')}x`);
  assert.equal(forged.status, 401);
  assert.match(forged.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  const other = await post(server.url, await tokenOf('alice', 'openid'));
  assert.equal(other.status, 403);
  assert.match(other.headers.get('www-authenticate') ?? '', /error="insufficient_scope"/);

  const alice = await connect(t, server.url, { token: await tokenOf('alice') });
  const bob = await connect(t, server.url, { token: await tokenOf('bob') });
  const first = await call(alice, 'query', COUNT);
  assert.equal(first.source, 'database');
  assert.equal((await call(alice, 'ask', { question: COUNT.question })).source, 'memory');
  const his = await call(bob, 'ask', { question: COUNT.question });
  assert.equal(his.source, 'database', 'a known plan, rows of his own');
  assert.deepEqual(his.rows, first.rows);
  const tools = await alice.listTools();
  assert.ok(!tools.tools.some(({ name }) => name === 'server_status'));
  const admin = await connect(t, server.url, {
    token: await tokenOf('root', 'askonce:read askonce:admin'),
  });
  assert.ok((await admin.listTools()).tools.some(({ name }) => name === 'server_status'));
});

test('a token that was made by the command lets in, and who calls too often is told when to come again', async (t) => {
  const made = (await runAskonce(['token', 'alice'])).stdout;
  const [, entry = '', token = ''] =
    /^AUTH_TOKENS=(\S+)\n# for alice, shown this once: (\S+)\n/.exec(made) ?? [];
  const database = await freshDatabase(t);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
    AUTH_TOKENS: entry,
    RATE_LIMIT_PER_MINUTE: '20',
  });
  assert.equal((await post(server.url, entry.split(':')[1])).status, 401);
  const statuses: number[] = [];
  let refused: Response | undefined;
  for (let sent = 0; sent < 8; sent += 1) {
    const response = await post(server.url, token);
    statuses.push(response.status);
    if (response.status === 429) refused ??= response;
  }
  assert.equal(statuses.filter((status) => status === 429).length, 3, statuses.join());
  assert.ok(Number(refused?.headers.get('retry-after')) >= 1);
  assert.match(await refused!.text(), /"code":"RATE_LIMITED","retry_after_ms":\d+/);
  assert.equal((await fetch(`${server.origin}/healthz`)).status, 200);
});

test('settings that would let in anybody, or nobody, do not start', async () => {
  const started = async (env: Record<string, string>): Promise<string> => {
    const { code, stderr } = await runAskonce(['serve'], env);
    assert.equal(code, 1);
    return stderr;
  };
  assert.match(await started({ HOST: '0.0.0.0' }), /reachable by others/);
  assert.match(
    await started({ OAUTH_ISSUER: 'https://x.test' }),
    /needs OAUTH_JWKS_URL and PUBLIC_URL/,
  );
  assert.match(
    await started({ OAUTH_ISSUER: 'http://x.test' }),
    /must be a URL that begins with https/,
  );
  assert.match(await started({ AUTH_TOKENS: 'alice:sha256-abcdefghijklmnop' }), /64 hexadecimal/);
});
