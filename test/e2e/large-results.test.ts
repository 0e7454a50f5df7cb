// Large results: a valid document under the hard limit, continued without gap or repetition.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { ERAS, call, connect, startAskonce } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';

const ROWS = 300_000;
const LIMIT = 10 * 1024 * 1024;
/** Far below what the rows would take, far above what a busy garbage collector leaves lying. */
const MAX_RSS_MIB = 512;

test('300,000 wide rows come in valid pages of at most 10 MB, without gap or repetition', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  await admin(
    database.url,
    `CREATE TABLE wide AS SELECT i AS id, repeat('wide row ', 25) || i AS a, md5(i::text) AS b,
       i * 1.5 AS c FROM generate_series(1, ${ROWS}) i; ANALYZE`,
  );
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'query',
      arguments: {
        question: 'all wide rows',
        sql: 'SELECT * FROM wide ORDER BY id',
        max_rows: 1_000_000,
        max_bytes: LIMIT,
      },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
      },
    },
  };
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'query',
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text.slice(0, 300));
  assert.ok(Buffer.byteLength(text) <= LIMIT, `${Buffer.byteLength(text)} bytes`);
  let page = JSON.parse(text).result.structuredContent;
  assert.equal(page.truncated, true);

  const client = await connect(t, server.url);
  let next = 1;
  for (;;) {
    for (const row of page.rows) {
      assert.equal(row[0], next);
      next += 1;
    }
    assert.equal(page.row_count, page.rows.length);
    if (page.next_cursor === null) break;
    page = await call(client, 'fetch_rows', { cursor: page.next_cursor });
    assert.equal(page.status, 'answered', JSON.stringify(page).slice(0, 300));
  }
  assert.equal(page.truncated, false);
  assert.equal(next - 1, ROWS);
  const kib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]);
  assert.ok(kib / 1024 < MAX_RSS_MIB, `server peaked at ${Math.round(kib / 1024)} MiB`);
});

for (const era of ERAS) {
  test(`a page over 256 KB has a preview in its text and can be read whole (${era})`, async (t) => {
    const database = await freshDatabase(t);
    const cache = await freshDatabase(t);
    await admin(
      database.url,
      `CREATE TABLE notes AS SELECT i AS id, repeat('x', 200) AS note FROM generate_series(1, 3000) i`,
    );
    const server = await startAskonce(t, {
      DATABASE_URL: database.readerUrl,
      CACHE_DATABASE_URL: cache.url,
    });
    const client = await connect(t, server.url, { era });
    const result = await client.callTool({
      name: 'query',
      arguments: {
        question: 'all notes',
        sql: 'SELECT * FROM notes ORDER BY id',
        max_rows: 3000,
        max_bytes: 2_000_000,
      },
    });
    const [text, link] = result.content;
    const document = result.structuredContent as { rows: unknown[]; answer_id: string };
    assert.equal(document.rows.length, 3000);
    assert.equal(text?.type === 'text' && JSON.parse(text.text).rows.length, 20);
    assert.equal(link?.type, 'resource_link');
    const uri = `result://${document.answer_id}`;
    assert.equal(link?.type === 'resource_link' && link.uri, uri);
    const [resource] = (await client.readResource({ uri })).contents;
    assert.equal(JSON.parse((resource as { text: string }).text).length, 3000);

    const download = `${server.origin}/results/${document.answer_id}`;
    const lines = (await (await fetch(`${download}?format=ndjson`)).text()).trim().split('\n');
    assert.deepEqual(JSON.parse(lines[2999]!), { id: 3000, note: 'x'.repeat(200) });
    const csv = (await (await fetch(`${download}?format=csv`)).text()).trim().split('\n');
    assert.equal(csv[0], 'id,note');
    assert.equal(csv.length, 3001);
  });
}

test('a client that goes away in the middle of rows stops its statement in the server', async (t) => {
  const database = await freshDatabase(t);
  const cache = await freshDatabase(t);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
  });
  const client = await connect(t, server.url);
  const gone = new AbortController();
  const raw = client.callTool(
    { name: 'query', arguments: { question: 'endless', sql: ENDLESS } },
    { signal: gone.signal },
  );
  await until(async () => (await runningStatements(database.url)) === 1);
  gone.abort();
  await assert.rejects(raw);
  await until(async () => (await runningStatements(database.url)) === 0);
});

const ENDLESS = 'SELECT count(*) FROM generate_series(1, 1000000000000) AS endless';

async function runningStatements(url: string): Promise<number> {
  const [row] = await admin(
    url,
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE state = 'active' AND query LIKE '%AS endless%' AND pid <> pg_backend_pid()
       AND datname = current_database()`,
  );
  return Number(row?.['n']);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('the condition did not come true within ten seconds');
}
