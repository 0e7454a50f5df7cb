// What a caller is told while it waits: its own progress, the log messages that its conversation asked for,
// and then its answer on the same stream; nothing of anybody else's.
import assert from 'node:assert/strict';
import test from 'node:test';

import { ERAS, connect } from '../support/askonce.ts';
import type { Document } from '../support/askonce.ts';
import { eventually } from '../support/eventually.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { wireTo } from '../support/wire.ts';

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

const setLevelTo = (level: string): object => ({
  jsonrpc: '2.0',
  id: 2,
  method: 'logging/setLevel',
  params: { level },
});

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
      const wire = await wireTo(t, server.url, { era });
      const sql = `SELECT ${number} AS number FROM nap`;
      const args = { question: `number ${number}?`, sql };
      const call = wire.call('query', args, { progressToken: `of ${number}` });
      const events = eventsOf((await call.reply()).text);
      const last = events.pop();
      assert.ok(last);
      assert.deepEqual([call.id, last.id], [1, 1]);
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
    const wire = await wireTo(t, server.url);
    if (level) {
      const set = await wire.send(setLevelTo(level)).reply();
      assert.deepEqual(JSON.parse(set.text), { jsonrpc: '2.0', id: 2, result: {} });
    }
    const args = { question: 'one?', sql: `SELECT ${number} AS one` };
    const { headers, text } = await wire.call('query', args).reply();
    const isStream = headers['content-type'] === 'text/event-stream';
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
  const wire = await wireTo(t, server.url);
  const { text } = await wire.send(setLevelTo('loud')).reply();
  assert.match((JSON.parse(text) as { error: { message: string } }).error.message, /level/);
});

test('a quick call, and a client that reads no events, get plain JSON', async (t) => {
  const { server } = await startSmallShop(t, {}, NAPS);
  const meta = { progressToken: 1 };
  const quick = await wireTo(t, server.url);
  const deaf = await wireTo(t, server.url, { accept: 'application/json' });
  for (const { reply } of [
    quick.call('query', { question: 'one?', sql: 'SELECT 1' }, meta),
    deaf.call('query', SLOW, meta),
  ]) {
    const { headers, text } = await reply();
    assert.match(headers['content-type'] ?? '', /^application\/json/);
    assert.deepEqual((JSON.parse(text) as Event).result?.structuredContent.rows, [[1]]);
  }
});

test('a call that is cancelled while it is told of ends its stream without an answer', async (t) => {
  const { server } = await startSmallShop(t, {}, NAPS);
  const wire = await wireTo(t, server.url);
  const { id, head, reply } = wire.call('query', SLOW, { progressToken: 5 });
  assert.equal((await head).headers['content-type'], 'text/event-stream');
  await wire.cancel(id);
  const events = eventsOf((await reply()).text);
  assert.ok(events.length > 0);
  assert.ok(events.every(({ method }) => method === 'notifications/progress'));
});

const idOf = ({ structuredContent }: { readonly structuredContent?: unknown }): unknown =>
  (structuredContent as Document).answer_id;

for (const era of ERAS) {
  test(`what is held is answered with the same keys as by the ordinary way (${era})`, async (t) => {
    const { server } = await startSmallShop(t);
    const client = await connect(t, server.url, { era });
    const question = 'how many customers?';
    await client.callTool({
      name: 'query',
      arguments: { question, sql: 'SELECT count(*) FROM customers' },
    });
    const ask = () => client.callTool({ name: 'ask', arguments: { question } });
    let held = await ask();
    // The rows are held a moment behind the answer that brought them.
    await eventually('the same answer is given again', async () => {
      const before = held;
      held = await ask();
      return idOf(held) === idOf(before);
    });
    const usual = await client.callTool({ name: 'ask', arguments: { question, format: 'table' } });
    assert.notEqual(idOf(usual), idOf(held));
    const bare = ({ structuredContent, ...rest }: Awaited<ReturnType<typeof ask>>): object => ({
      ...rest,
      content: null,
      structuredContent: { ...(structuredContent as Document), answer_id: '' },
    });
    assert.deepEqual(bare(held), bare(usual));
  });
}
