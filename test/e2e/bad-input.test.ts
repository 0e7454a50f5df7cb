// Bad input: each gets a coded error that says what to do, and the server lives on.
import assert from 'node:assert/strict';
import test from 'node:test';

import { ERAS, call, connect, startAskonce } from '../support/askonce.ts';
import type { Era } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { startSmallShop } from '../support/small-shop.ts';

interface BadCall {
  readonly what: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly code: string;
}

const query = (what: string, sql: unknown, code: string, more = {}): BadCall => ({
  what,
  tool: 'query',
  args: { question: 'anything', sql, ...more },
  code,
});

const BAD_CALLS: readonly BadCall[] = [
  { what: 'an empty question', tool: 'ask', args: { question: '' }, code: 'INPUT_INVALID' },
  { what: 'a blank question', tool: 'ask', args: { question: ' \u200b\t' }, code: 'INPUT_INVALID' },
  {
    what: 'a question of one megabyte',
    tool: 'ask',
    args: { question: 'how '.repeat(262_144) },
    code: 'INPUT_INVALID',
  },
  { what: 'a number as question', tool: 'ask', args: { question: 5 }, code: 'INPUT_INVALID' },
  { what: 'no question', tool: 'ask', args: {}, code: 'INPUT_INVALID' },
  {
    what: 'an argument that does not exist',
    tool: 'ask',
    args: { question: 'x', limit: 5 },
    code: 'INPUT_INVALID',
  },
  {
    what: 'an unknown candidate',
    tool: 'ask',
    args: { question: 'how many orders?', accept: '00000000-0000-8000-8000-000000000000' },
    code: 'NOT_FOUND',
  },
  {
    what: 'a candidate that is no id',
    tool: 'ask',
    args: { question: 'how many orders?', accept: "'; DROP TABLE customers" },
    code: 'NOT_FOUND',
  },
  query('SQL that does not parse', 'SELEC 1', 'QUERY_INVALID'),
  query('an unknown column', 'SELECT nope FROM customers', 'QUERY_INVALID'),
  query('an unknown table', 'SELECT * FROM nope', 'QUERY_INVALID'),
  query('a division by zero', 'SELECT 1 / 0', 'QUERY_INVALID'),
  query('an empty statement', '', 'INPUT_INVALID'),
  query('a write', 'DELETE FROM customers', 'QUERY_REJECTED'),
  query('a writing CTE', 'WITH d AS (DELETE FROM orders RETURNING 1) SELECT 1', 'QUERY_REJECTED'),
  query('two statements', 'SELECT 1; SELECT 2', 'QUERY_REJECTED'),
  query('a commit before a write', 'COMMIT; DELETE FROM orders', 'QUERY_REJECTED'),
  query('a function with side effects', "SELECT pg_read_file('/etc/passwd')", 'QUERY_REJECTED'),
  query('SQL with a NUL', 'SELECT 1\u0000', 'INPUT_INVALID'),
  query('SQL of a megabyte', `SELECT ${'1+'.repeat(500_000)}1`, 'INPUT_INVALID'),
  query('SQL that is no text', 5, 'INPUT_INVALID'),
  query('too few parameters', 'SELECT $1::int', 'INPUT_INVALID'),
  query('a parameter of a wrong type', 'SELECT $1::int', 'QUERY_INVALID', { params: ['x'] }),
  query('max_rows of 0', 'SELECT 1', 'INPUT_INVALID', { max_rows: 0 }),
  query('max_rows of -1', 'SELECT 1', 'INPUT_INVALID', { max_rows: -1 }),
  query('max_rows of a billion', 'SELECT 1', 'INPUT_INVALID', { max_rows: 1e9 }),
  query('max_rows of a half', 'SELECT 1', 'INPUT_INVALID', { max_rows: 0.5 }),
  query('max_bytes beyond the limit', 'SELECT 1', 'INPUT_INVALID', { max_bytes: 1e9 }),
  query('an unknown format', 'SELECT 1', 'INPUT_INVALID', { format: 'xml' }),
  query('a negative age', 'SELECT 1', 'INPUT_INVALID', { max_age_seconds: -1 }),
  {
    what: 'a cursor that is none',
    tool: 'fetch_rows',
    args: { cursor: 'x' },
    code: 'INPUT_INVALID',
  },
  {
    what: 'a cursor that nobody gave out',
    tool: 'fetch_rows',
    args: { cursor: `c1_${'0'.repeat(32)}.a.0.a.5yc.a_${'x'.repeat(22)}.${'x'.repeat(22)}` },
    code: 'INPUT_INVALID',
  },
  {
    what: 'an unknown answer id',
    tool: 'report',
    args: { answer_id: 'a_nope', verdict: 'wrong' },
    code: 'NOT_FOUND',
  },
  {
    what: 'a verdict that is none',
    tool: 'report',
    args: { answer_id: 'a_nope', verdict: 'maybe' },
    code: 'INPUT_INVALID',
  },
  {
    what: 'an unknown table in the schema',
    tool: 'search_schema',
    args: { table: 'custommers' },
    code: 'NOT_FOUND',
  },
  {
    what: 'SQL to explain that does not parse',
    tool: 'explain',
    args: { sql: 'nope' },
    code: 'QUERY_INVALID',
  },
];

test('every bad call gets a coded error that says what to do, and the server lives on', async (t) => {
  const { client, server, databaseUrl } = await startSmallShop(t);
  for (const { what, tool, args, code } of BAD_CALLS) {
    const result = await client.callTool({ name: tool, arguments: args });
    const document = result.structuredContent as {
      error?: { code: string; message: string; hint?: string };
    };
    assert.equal(result.isError, true, `${what}: ${JSON.stringify(document).slice(0, 200)}`);
    assert.equal(document.error?.code, code, `${what}: ${JSON.stringify(document.error)}`);
    assert.ok(document.error.message.length > 10, what);
    assert.ok(document.error.hint, `${what} has no hint`);
    const [text] = result.content;
    assert.deepEqual(text?.type === 'text' && JSON.parse(text.text), document, what);
  }
  assert.doesNotMatch(
    server.log(),
    /cache skipped/,
    'none of it reached a store that cannot take it',
  );
  await assert.rejects(client.callTool({ name: 'nope', arguments: {} }), /Unknown tool "nope"/);
  const [count] = await admin(databaseUrl, 'SELECT count(*)::int AS n FROM customers');
  assert.equal(count?.['n'], 120);
  const fine = { question: 'one', sql: 'SELECT 1 AS one' };
  assert.deepEqual((await call(client, 'query', fine)).rows, [[1]]);
});

function piecesOf(bytes: number): ReadableStream {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(new Uint8Array(Math.min(left, 100_000)).fill(32));
      left -= 100_000;
    },
  });
}

test('a request that is no MCP request is refused with its HTTP status', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
  const post = async (
    body: string | ReadableStream,
    headers: Record<string, string> = {},
  ): Promise<number> => {
    const defaults = { 'content-type': 'application/json', accept: 'application/json' };
    const response = await fetch(server.url, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { ...defaults, ...headers },
    });
    await response.text();
    return response.status;
  };
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  assert.equal(await post('not json'), 400);
  assert.equal(await post('null'), 400);
  assert.equal(await post('[]'), 400);
  assert.equal(await post(list), 400, 'no session');
  assert.equal(await post(list, { 'mcp-session-id': 'nope' }), 404, 'unknown session');
  assert.equal(await post(list, { 'content-type': 'text/plain' }), 415);
  assert.equal(await post(' '.repeat(5_000_000)), 413);
  assert.equal(await post(piecesOf(5_000_000)), 413, 'of a length that is not said');
  assert.equal(await post(list, { origin: 'https://evil.example' }), 403);
  const get = await fetch(server.url);
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST, DELETE']);
  const refusal = (await get.json()) as { jsonrpc: string; error: { message: string } };
  assert.equal(refusal.jsonrpc, '2.0');
  assert.match(refusal.error.message, /POST/);
  assert.equal((await fetch(`${server.origin}/nope`)).status, 404);
  assert.equal((await fetch(`${server.origin}/healthz`)).status, 200);
  const metrics = await (await fetch(`${server.origin}/metrics`)).text();
  assert.match(metrics, /askonce_session_pool_utilization_ratio/);
});

const DEPTHS = {
  arrays: (levels: number) => '['.repeat(levels) + ']'.repeat(levels),
  objects: (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
};

/** Bodies with something deep in each place that anything looks at. */
function deepBodies(era: Era, deep: string): readonly string[] {
  const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
    "io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},
    "io.modelcontextprotocol/clientCapabilities":{}}`;
  const extra = era === '2026-07-28' ? `,${meta}` : '';
  const message = (method: string, params: string): string =>
    `{"jsonrpc":"2.0","id":7,"method":"${method}","params":${params}}`;
  const client = '"clientInfo":{"name":"t","version":"1"}';
  return [
    deep,
    `[${deep}]`,
    message('tools/call', deep),
    message('tools/call', `{"name":"query","arguments":${deep}${extra}}`),
    message('tools/call', `{"name":"query","arguments":{"params":[${deep}]}${extra}}`),
    message('tools/list', `{"_meta":${deep}}`),
    message('initialize', `{"protocolVersion":"2025-06-18","capabilities":${deep},${client}}`),
    `{"jsonrpc":"2.0","id":${deep},"method":"tools/list"}`,
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${deep}}}`,
  ];
}

test('a body nested thousands deep, wherever it is deep, is refused cleanly in both eras', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
  const opening = {
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    },
  };
  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    });
  const opened = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, ...opening }));
  const headersOf: Record<Era, Record<string, string>> = {
    'session-based': { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' },
    '2026-07-28': { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' },
  };
  for (const era of ERAS) {
    for (const [kind, nest] of Object.entries(DEPTHS)) {
      for (const levels of [3000, 10_000, 500_000]) {
        for (const body of deepBodies(era, nest(levels))) {
          const what = `${era}, ${levels} ${kind}: ${body.slice(0, 100)}`;
          const response = await post(body, headersOf[era]);
          const text = await response.text();
          assert.equal(response.status, 400, `${what}: ${text.slice(0, 200)}`);
          assert.doesNotMatch(text, /call stack/i, what);
          const refusal = JSON.parse(text) as {
            jsonrpc: string;
            error: { message: string; data: { code: string } };
          };
          assert.equal(refusal.jsonrpc, '2.0', what);
          assert.equal(refusal.error.data.code, 'INPUT_INVALID', what);
          assert.match(refusal.error.message, /nested too deeply.*100 levels/, what);
        }
      }
    }
  }
  const client = await connect(t, server.url);
  assert.deepEqual((await call(client, 'query', { question: 'one', sql: 'SELECT 1' })).rows, [[1]]);
});

test('a foreign Host header is refused: a web page cannot rebind its name to this server', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
  const { request } = await import('node:http');
  const statusOf = (path: string, host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const probe = request(`${server.origin}${path}`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      probe.on('error', reject);
      probe.end();
    });
  for (const path of ['/metrics', '/mcp', '/admin/', '/results/x']) {
    for (const host of ['evil.example', 'evil.example:3000', '10.0.0.7.evil.example', '[evil]'])
      assert.equal(await statusOf(path, host), 403, `${path} of ${host}`);
  }
  // Probes, and a scraper that found this server by its address.
  for (const host of ['10.244.1.17:3000', '10.244.1.17', '[fd00:10:244::5]:3000']) {
    for (const path of ['/metrics', '/healthz', '/readyz'])
      assert.equal(await statusOf(path, host), 200, `${path} of ${host}`);
    for (const path of ['/mcp', '/admin/', '/results/x'])
      assert.equal(await statusOf(path, host), 403, `${path} of ${host}`);
  }
});
