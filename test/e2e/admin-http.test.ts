// The console's way in: signing in, staying signed in, and what another site's page, a stranger or a user gets.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { startAskonce } from '../support/askonce.ts';
import type { Askonce } from '../support/askonce.ts';
import { startSmallShop } from '../support/small-shop.ts';

const USER = 'u'.repeat(20);
const ADMIN = 'a'.repeat(20);
const JSON_TYPE = { 'content-type': 'application/json' };

type Headers = Record<string, string>;

async function api(server: Askonce, tool: string, headers: Headers, args: unknown = {}) {
  const body = typeof args === 'string' ? args : JSON.stringify(args);
  const response = await fetch(`${server.origin}/admin/api/${tool}`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body,
  });
  const document = (await response.json()) as { status?: string; error?: { code: string } };
  return {
    status: response.status,
    document,
    code: document.error?.code,
    headers: response.headers,
  };
}

async function sessionOf(server: Askonce, headers: Headers = {}) {
  const response = await fetch(`${server.origin}/admin/session`, { headers });
  const { csrf = '', principal } = (await response.json()) as { csrf?: string; principal?: object };
  return { status: response.status, csrf, principal };
}

async function signIn(server: Askonce, token: string) {
  const response = await fetch(`${server.origin}/admin/session`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ token }),
  });
  const [set = ''] = response.headers.getSetCookie();
  return { status: response.status, set, cookie: set.split(';')[0] ?? '' };
}

async function shopWithTokens(t: TestContext) {
  const { settings } = await startSmallShop(t);
  const tokens = { AUTH_TOKENS: `ann:${USER},bob:${ADMIN}:admin` };
  return await startAskonce(t, { ...settings, ...tokens });
}

test('an admin signs in with a token, and each call says what only a page of ours knows', async (t) => {
  const server = await shopWithTokens(t);
  assert.equal((await sessionOf(server)).status, 401);
  const { status, set, cookie } = await signIn(server, ADMIN);
  assert.equal(status, 200);
  assert.match(set, /HttpOnly; SameSite=Strict$/);
  assert.doesNotMatch(set, new RegExp(ADMIN));
  const session = await sessionOf(server, { cookie });
  assert.deepEqual(session.principal, { name: 'bob', role: 'admin' });
  const csrf = { 'x-askonce-csrf': session.csrf };
  const answered = await api(server, 'server_status', { cookie, ...csrf });
  assert.deepEqual([answered.status, answered.document.status], [200, 'ready']);
  assert.equal(answered.headers.get('cache-control'), 'no-store');
  assert.equal((await api(server, 'server_status', { cookie })).status, 403);
  const stale = await api(server, 'server_status', { cookie, 'x-askonce-csrf': 'x'.repeat(43) });
  assert.equal(stale.status, 403);
  assert.equal((await api(server, 'server_status', csrf)).status, 401);
});

test('a token in the header needs neither cookie nor csrf, and a user is no admin', async (t) => {
  const server = await shopWithTokens(t);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  assert.equal((await api(server, 'cache_stats', bearer(ADMIN))).status, 200);
  const user = await api(server, 'cache_stats', bearer(USER));
  assert.deepEqual([user.status, user.code], [403, 'FORBIDDEN']);
  assert.equal((await signIn(server, USER)).status, 403);
  assert.equal((await signIn(server, 'nobody'.repeat(4))).status, 401);
  assert.equal((await api(server, 'cache_stats', bearer('x'.repeat(20)))).status, 401);
});

test('another site gets nothing done, with or without tokens, by a cookie that the browser sends along', async (t) => {
  const { server } = await startSmallShop(t);
  const { csrf, principal } = await sessionOf(server);
  assert.deepEqual(principal, { name: 'local', role: 'admin' });
  const own = { 'x-askonce-csrf': csrf };
  assert.equal((await api(server, 'cache_stats', own)).status, 200);
  assert.equal((await api(server, 'cache_stats', {})).status, 403);
  const foreign: Headers[] = [
    { ...own, origin: 'http://localhost:1' },
    { ...own, origin: 'null' },
    { ...own, origin: 'https://evil.example' },
    { ...own, 'sec-fetch-site': 'cross-site' },
    { ...own, 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign) {
    assert.equal((await api(server, 'cache_stats', headers)).status, 403, JSON.stringify(headers));
  }
  const ours: Headers[] = [
    { ...own, origin: server.origin },
    // Behind a proxy that asks by another name.
    { ...own, origin: 'https://askonce.example.org', 'sec-fetch-site': 'same-origin' },
  ];
  for (const headers of ours) {
    assert.equal((await api(server, 'cache_stats', headers)).status, 200, JSON.stringify(headers));
  }
  const { cookie } = await signIn(server, 'any token at all is fine here');
  assert.notEqual((await sessionOf(server, { cookie })).csrf, csrf);
});

test('what makes no sense is answered by a code, and nothing else is served below /admin/', async (t) => {
  const { server } = await startSmallShop(t);
  const own = { 'x-askonce-csrf': (await sessionOf(server)).csrf };
  const faults = await Promise.all([
    api(server, 'no_such_tool', own),
    api(server, 'ask', own, { question: 'x' }),
    api(server, 'cache_search', own, { limit: 'many' }),
    api(server, 'cache_search', own, '{"limit":'),
    api(server, 'cache_search', own, [1]),
    api(server, 'cache_inspect', own, { id: 'a_nothing' }),
    api(server, 'cache_inspect', own, { id: '\u0000' }),
    api(server, 'cache_search', own, { query: 'x'.repeat(2_000_000) }),
  ]);
  assert.deepEqual(
    faults.map(({ status, code }) => [status, code]),
    [
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
      [400, 'INPUT_INVALID'],
      [400, 'INPUT_INVALID'],
      [400, 'INPUT_INVALID'],
      [404, 'NOT_FOUND'],
      [400, 'INPUT_INVALID'],
      [413, 'RESULT_TOO_LARGE'],
    ],
  );
  const get = await fetch(`${server.origin}/admin/api/cache_stats`);
  assert.equal(get.status, 404);
  assert.match(
    get.headers.get('content-security-policy') ?? '',
    /^default-src 'none'; script-src 'self'/,
  );
  const up = await fetch(`${server.origin}/admin/..%2f..%2fpackage.json`);
  assert.doesNotMatch(await up.text(), /"dependencies"/);
});
