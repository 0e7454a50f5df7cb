// The shortest way to an answer refuses whatever the ordinary way refuses, to the letter.
import assert from 'node:assert/strict';
import test from 'node:test';

import { startAskonce } from '../support/askonce.ts';
import { freshDatabase } from '../support/database.ts';
import { createSmallShop } from '../support/small-shop.ts';
import { MODERN, MODERN_META, wireTo } from '../support/wire.ts';

const QUESTION = 'how many customers are there?';
const ASK = { name: 'ask', arguments: { question: QUESTION } };
const TOKENS = { ana: 'ana-secret-token-0001', bob: 'bob-secret-token-0002' };

const bodyOf = (more: object = {}, params: object = {}): object => ({
  jsonrpc: '2.0',
  id: 9,
  method: 'tools/call',
  params: { ...ASK, ...params },
  ...more,
});

test('what is held is refused to whoever asks for it wrongly, before and after it was asked for rightly', async (t) => {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await createSmallShop(database.url);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    AUTH_TOKENS: `ana:${TOKENS.ana},bob:${TOKENS.bob}`,
  });
  const ana = await wireTo(t, server.url, { token: TOKENS.ana });
  const bob = await wireTo(t, server.url, { token: TOKENS.bob });
  const modern = await wireTo(t, server.url, { token: TOKENS.ana, era: MODERN });
  const sql = 'SELECT count(*) FROM customers';
  await ana.call('query', { question: QUESTION, sql }).reply();

  const { 'io.modelcontextprotocol/clientCapabilities': _left, ...incomplete } = MODERN_META;
  const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'ask' };
  const inEnvelope = bodyOf({}, { _meta: MODERN_META });
  const bare = { token: TOKENS.ana, era: MODERN } as const;
  const stranger = await wireTo(t, server.url, { era: MODERN });
  const nobody = await wireTo(t, server.url, bare);
  const refused = [
    ['another name in the header', 400, modern, inEnvelope, { ...headers, 'mcp-name': 'query' }],
    ['another method in the header', 400, modern, inEnvelope, { ...headers, 'mcp-method': 'x/y' }],
    ['no name in the header', 400, modern, inEnvelope, { ...headers, 'mcp-name': '' }],
    [
      'another version',
      400,
      modern,
      inEnvelope,
      { ...headers, 'mcp-protocol-version': '2025-11-25' },
    ],
    ['no capabilities', 400, modern, bodyOf({}, { _meta: incomplete }), headers],
    ['no envelope', 400, modern, bodyOf(), headers],
    ['no token', 401, stranger, inEnvelope, headers],
    ['no session', 400, nobody, bodyOf(), {}],
    ['an unknown session', 404, nobody, bodyOf(), { 'mcp-session-id': 'x' }],
    ["another's session", 404, nobody, bodyOf(), { 'mcp-session-id': bob.session! }],
    ['an unknown version', 400, ana, bodyOf(), { 'mcp-protocol-version': '1999-01-01' }],
    ['no JSON-RPC', 400, ana, bodyOf({ jsonrpc: '1.0' }), {}],
    ['an id that is none', 400, ana, bodyOf({ id: { a: 1 } }), {}],
    ['no name', 200, ana, bodyOf({}, { name: 7 }), {}],
    ['another type of content', 415, ana, bodyOf(), { 'content-type': 'text/plain' }],
  ] as const;
  for (let times = 0; times < 2; times += 1) {
    for (const [what, status, wire, body, more] of refused) {
      const reply = await wire.send(body, more).reply();
      assert.equal(reply.status, status, `${what}: ${reply.text}`);
      assert.doesNotMatch(reply.text, /"rows"/, what);
    }
    for (const [wire, more] of [
      [modern, headers],
      [ana, {}],
    ] as const) {
      const body = wire === modern ? inEnvelope : bodyOf();
      assert.match((await wire.send(body, more).reply()).text, /"rows":\[\[120\]\]/);
    }
  }
});
