// What a caller is told while it waits: its own progress, the log messages that its conversation asked for,
// and then its answer on the same stream; nothing of anybody else's.
import assert from 'node:assert/strict';
import test from 'node:test';

import { ERAS, connect } from '../support/askonce.ts';
import type { Document, Era } from '../support/askonce.ts';
import { startSmallShop } from '../support/small-shop.ts';

const NAPS = [
  'CREATE VIEW nap AS SELECT pg_sleep(1.3)::text AS done',
  `CREATE VIEW wide AS SELECT i, repeat('x', 200) AS text FROM nap, generate_series(1, 5000) i`,
];
const SLOW = { question: 'how many naps?', sql: 'SELECT count(*) FROM nap' };
const SLOWER = { question: 'how many pairs of naps?', sql: 'SELECT count(*) FROM nap, nap other' };

interface Told {
  readonly progress: number;
  readonly message?: string | undefined;
}

for (const era of ERAS) {
  test(`a slow call tells how long it has run, then answers (${era})`, async (t) => {
    const { server } = await startSmallShop(t, {}, NAPS);
    const client = await connect(t, server.url, { era });
    const told: Told[] = [];
    const onprogress = (progress: Told): void => void told.push(progress);
    const result = await client.callTool({ name: 'query', arguments: SLOWER }, { onprogress });
    assert.deepEqual((result.structuredContent as Document).rows, [[1]]);
    assert.ok(told.length >= 2, JSON.stringify(told));
    assert.ok(told.every(({ progress }, at) => progress > (told[at - 1]?.progress ?? 0)));
    assert.match(told[0]!.message ?? '', /running the statement/);
  });

  test(`an answer that rows fill for long comes whole behind its progress (${era})`, async (t) => {
    const { server } = await startSmallShop(t, {}, NAPS);
    const client = await connect(t, server.url, { era });
    for (const format of ['objects', 'csv']) {
      let told = 0;
      const wide = {
        question: `all of it as ${format}`,
        sql: `SELECT i, text, '${format}' AS format FROM wide ORDER BY i`,
        max_rows: 5000,
        max_bytes: 4_000_000,
        format,
      };
      const options = { onprogress: () => void (told += 1) };
      const result = await client.callTool({ name: 'query', arguments: wide }, options);
      const { rows, row_count: count } = result.structuredContent as Document;
      assert.ok(told >= 1);
      assert.equal(count, 5000);
      if (format === 'csv') assert.equal(String(rows).trim().split('\n').length, 5001);
      else assert.equal(rows.length, 5000);
    }
  });
}

interface Raw {
  readonly origin: string;
  readonly era: Era;
  readonly accept?: string;
}

/** Requests as any client may write them: with ids of its own choosing. */
async function speaker(url: string, { era, accept }: Omit<Raw, 'origin'>) {
  const post = (headers: Record<string, string>, body: object): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: accept ?? 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
    });
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  let session: Record<string, string> = { 'mcp-protocol-version': '2026-07-28' };
  if (era === 'session-based') {
    const opened = await post(
      {},
      {
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'raw', version: '1' },
        },
      },
    );
    await opened.text();
    session = { 'mcp-session-id': opened.headers.get('mcp-session-id')! };
  }
  return {
    post: (body: object): Promise<Response> => post(session, body),
    call: (id: number, args: object, meta: object): Promise<Response> => {
      const name = 'query';
      const isModern = era === '2026-07-28';
      const params = { name, arguments: args, _meta: { ...meta, ...(isModern && envelope) } };
      const headers = isModern ? { 'mcp-method': 'tools/call', 'mcp-name': name } : {};
      return post({ ...session, ...headers }, { id, method: 'tools/call', params });
    },
  };
}

interface Event {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly progressToken?: string;
    readonly level?: string;
    readonly data?: object;
  };
  readonly result?: { readonly structuredContent: Document };
}

const eventsOf = (stream: string): Event[] =>
  stream
    .split('\n\n')
    .filter((event) => event !== '')
    .map(
      (event) =>
        JSON.parse(
          event
            .split('\n')
            .filter((line) => line.startsWith('data: '))
            .map((line) => line.slice(6))
            .join('\n'),
        ) as Event,
    );

for (const era of ERAS) {
  test(`callers with the same ids are told of their own calls alone (${era})`, async (t) => {
    const { server } = await startSmallShop(t, { DB_POOL_MAX: '10' }, NAPS);
    const one = async (number: number): Promise<void> => {
      const { call } = await speaker(server.url, { era });
      const sql = `SELECT ${number} AS number FROM nap`;
      const meta = { progressToken: `of ${number}` };
      const response = await call(7, { question: `number ${number}?`, sql }, meta);
      const events = eventsOf(await response.text());
      const last = events.pop();
      assert.equal(last?.id, 7);
      assert.deepEqual(last.result?.structuredContent.rows, [[number]]);
      assert.ok(events.length > 0);
      for (const { method, params } of events) {
        assert.equal(method, 'notifications/progress');
        assert.equal(params?.progressToken, `of ${number}`);
      }
    };
    await Promise.all(Array.from({ length: 30 }, (_, number) => one(number)));
  });
}

test('a conversation is told what it set its level for, whatever session serves it', async (t) => {
  const { server } = await startSmallShop(t, { SESSION_POOL_MIN: '1' }, NAPS);
  const said = async (level: string | null, number: number): Promise<Event[]> => {
    const { call, post } = await speaker(server.url, { era: 'session-based' });
    if (level) {
      const set = await post({ id: 2, method: 'logging/setLevel', params: { level } });
      assert.deepEqual(await set.json(), { jsonrpc: '2.0', id: 2, result: {} });
    }
    const response = await call(3, { question: 'one?', sql: `SELECT ${number} AS one` }, {});
    const text = await response.text();
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    const events = isStream ? eventsOf(text) : [JSON.parse(text) as Event];
    assert.deepEqual(events.pop()?.result?.structuredContent.rows, [[number]]);
    return events;
  };
  const [chatty, calm, silent] = [
    await said('info', 1),
    await said('error', 2),
    await said(null, 3),
  ];
  assert.ok(chatty.length > 0);
  for (const { method, params } of chatty) {
    assert.deepEqual([method, params?.level], ['notifications/message', 'info']);
  }
  assert.deepEqual([calm, silent], [[], []]);
});

test('a level that does not exist is refused', async (t) => {
  const { server } = await startSmallShop(t);
  const { post } = await speaker(server.url, { era: 'session-based' });
  const params = { level: 'loud' };
  const answer = await (await post({ id: 2, method: 'logging/setLevel', params })).json();
  assert.match((answer as { error: { message: string } }).error.message, /level/);
});

test('a quick call, and a client that reads no events, get plain JSON', async (t) => {
  const { server } = await startSmallShop(t, {}, NAPS);
  const meta = { progressToken: 1 };
  const quick = await speaker(server.url, { era: 'session-based' });
  const deaf = await speaker(server.url, { era: 'session-based', accept: 'application/json' });
  for (const response of [
    await quick.call(1, { question: 'one?', sql: 'SELECT 1' }, meta),
    await deaf.call(1, SLOW, meta),
  ]) {
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(((await response.json()) as Event).result?.structuredContent.rows, [[1]]);
  }
});

test('a call that is cancelled while it is told of ends its stream without an answer', async (t) => {
  const { server } = await startSmallShop(t, {}, NAPS);
  const { call, post } = await speaker(server.url, { era: 'session-based' });
  const response = await call(5, SLOW, { progressToken: 5 });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  await post({ method: 'notifications/cancelled', params: { requestId: 5 } });
  const events = eventsOf(await response.text());
  assert.ok(events.length > 0);
  assert.ok(events.every(({ method }) => method === 'notifications/progress'));
});

for (const era of ERAS) {
  test(`what is held is answered with the same keys as by the ordinary way (${era})`, async (t) => {
    const { server } = await startSmallShop(t);
    const client = await connect(t, server.url, { era });
    const question = 'how many customers?';
    await client.callTool({
      name: 'query',
      arguments: { question, sql: 'SELECT count(*) FROM customers' },
    });
    const held = await client.callTool({ name: 'ask', arguments: { question } });
    const again = await client.callTool({ name: 'ask', arguments: { question } });
    const usual = await client.callTool({ name: 'ask', arguments: { question, format: 'table' } });
    const idOf = ({ structuredContent }: typeof held): unknown =>
      (structuredContent as Document).answer_id;
    assert.equal(idOf(again), idOf(held));
    assert.notEqual(idOf(usual), idOf(held));
    const bare = ({ structuredContent, ...rest }: typeof held): object => ({
      ...rest,
      content: null,
      structuredContent: { ...(structuredContent as Document), answer_id: '' },
    });
    assert.deepEqual(bare(held), bare(usual));
  });
}
