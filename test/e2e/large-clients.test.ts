// Large answers in the hands of clients that know nothing of them: the SDK before this one, programs that take
// compressed bodies, events in the midst of which the rows come.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { startAskonce } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { INITIALIZE, wireTo } from '../support/wire.ts';

const ROWS = 60_000;
const LAST = [ROWS, `said "${ROWS}"\n€ 😀`, null];

async function notesServer(t: TestContext) {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await admin(
    database.url,
    `CREATE TABLE notes AS SELECT i AS id, 'said "' || i || E'"\\n€ 😀' AS note, NULL::text AS nothing
     FROM generate_series(1, ${ROWS}) i`,
  );
  return await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
}

function asking(sql: string, format = 'table') {
  const question = `every note, as ${format}, by ${sql}`;
  return { question, sql, format, max_rows: ROWS, max_bytes: 10_000_000 };
}

const SQL = 'SELECT * FROM notes ORDER BY id';
/** Takes its seconds before the first row; each is another statement, or the second would be known. */
const slowSql = (nth: number): string =>
  `WITH slow AS MATERIALIZED (
     SELECT count(*) FROM generate_series(${nth}, 5000000) i WHERE md5(i::text) < '0')
   SELECT notes.* FROM slow, notes ORDER BY id`;

/** The SDK of most clients in use, with what each answer was. */
async function formerClient(t: TestContext, url: string) {
  const told: string[] = [];
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const { headers } = response;
      told.push(`${headers.get('content-type')} ${headers.get('content-encoding')}`);
      return response;
    },
  });
  const client = new Client({ name: 'former', version: '1' });
  await client.connect(transport);
  t.after(() => client.close());
  const query = async (args: ReturnType<typeof asking>, onprogress?: () => void) => {
    const options = { timeout: 60_000, ...(onprogress && { onprogress }) };
    const { structuredContent, content } = await client.callTool(
      { name: 'query', arguments: args },
      undefined,
      options,
    );
    const document = structuredContent as Record<string, unknown>;
    assert.equal(document['row_count'], ROWS, JSON.stringify(document).slice(0, 300));
    assert.equal(document['truncated'], false);
    return {
      rows: document['rows'],
      content: content as Array<{ uri?: string }>,
      how: told.at(-1),
    };
  };
  return { client, query };
}

interface ResourceText {
  readonly text: string;
  /** Of one that was cut. */
  readonly _meta?: { readonly rows: number };
}

test('the SDK of version 1 reads a large answer in every format, compressed as its fetch takes it', async (t) => {
  const server = await notesServer(t);
  const { client, query } = await formerClient(t, server.url);
  const table = await query(asking(SQL));
  assert.equal(table.how, 'application/json; charset=utf-8 gzip');
  assert.deepEqual((table.rows as unknown[]).at(-1), LAST);
  const objects = await query(asking(SQL, 'objects'));
  assert.deepEqual((objects.rows as unknown[]).at(-1), { id: ROWS, note: LAST[1], nothing: null });
  const csv = await query(asking(SQL, 'csv'));
  assert.ok((csv.rows as string).endsWith(`\n${ROWS},"said ""${ROWS}""\n€ 😀",\n`));

  const resource = await client.readResource({ uri: table.content[1]!.uri! });
  const { text, _meta } = resource.contents[0] as unknown as ResourceText;
  const held = JSON.parse(text) as unknown[];
  assert.deepEqual(held[0], { id: 1, note: 'said "1"\n€ 😀', nothing: null });
  assert.equal(held.length, _meta?.rows ?? ROWS);
  assert.equal(resource['cacheScope'], 'private');
  assert.ok((resource['ttlMs'] as number) > 60_000);
});

test('the SDK of version 1 reads a large answer behind the events that told of its progress', async (t) => {
  const server = await notesServer(t);
  const { query } = await formerClient(t, server.url);
  for (const [nth, format] of ['table', 'csv'].entries()) {
    let told = 0;
    const asked = asking(slowSql(nth), format);
    const { rows, how } = await query(asked, () => (told += 1));
    assert.ok(told > 0);
    assert.equal(how, 'text/event-stream null');
    if (format === 'table') assert.deepEqual((rows as unknown[]).at(-1), LAST);
    else assert.ok((rows as string).endsWith(`€ 😀",\n`));
  }
});

test('a client of a revision without links gets a large answer without one', async (t) => {
  const server = await notesServer(t);
  const kindsFor = async (protocolVersion: string): Promise<string[]> => {
    const stranger = await wireTo(t, server.url);
    const { headers } = await stranger
      .send(
        { ...INITIALIZE, params: { ...INITIALIZE.params, protocolVersion } },
        { 'mcp-session-id': '', 'mcp-protocol-version': protocolVersion },
      )
      .reply();
    const session = headers['mcp-session-id'] as string;
    const params = { name: 'query', arguments: asking(SQL) };
    const { text } = await stranger
      .send(
        { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
        { 'mcp-session-id': session, 'mcp-protocol-version': protocolVersion },
      )
      .reply();
    const { content } = JSON.parse(text).result as { content: Array<{ type: string }> };
    return content.map(({ type }) => type);
  };
  assert.deepEqual(await kindsFor('2025-03-26'), ['text']);
  assert.deepEqual(await kindsFor('2025-06-18'), ['text', 'resource_link']);
});

test('a download is compressed for whoever takes it, from any row on, and the same for all', async (t) => {
  const server = await notesServer(t);
  const { query } = await formerClient(t, server.url);
  const { content } = await query(asking(SQL));
  const id = content[1]!.uri!.slice('result://'.length);
  for (const format of ['json', 'ndjson', 'csv']) {
    const get = async (encoding: string, part = '') => {
      const url = `${server.origin}/results/${id}?format=${format}${part}`;
      const response = await fetch(url, { headers: { 'accept-encoding': encoding } });
      assert.equal(response.headers.get('vary'), 'accept-encoding');
      return { how: response.headers.get('content-encoding'), text: await response.text() };
    };
    const plain = await get('identity');
    const compressed = await get('gzip');
    assert.deepEqual([plain.how, compressed.how], [null, 'gzip']);
    assert.equal(compressed.text, plain.text);
    if (format === 'json') continue;
    const parts = [await get('gzip', '&rows=41000'), await get('gzip', '&from=41000')];
    assert.equal(parts.map(({ text }) => text).join(''), plain.text);
  }
});
