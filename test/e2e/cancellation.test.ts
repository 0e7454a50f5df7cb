// Callers that go away, at every stage of a call and in every way: nothing of theirs runs on, and all that
// they held is back. What others wait for goes on.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { ERAS, startAskonce } from '../support/askonce.ts';
import type { Environment } from '../support/askonce.ts';
import { runningWith } from '../support/backends.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf, untilAtRest } from '../support/gauges.ts';
import { INITIALIZE, outcomeOf, wireTo } from '../support/wire.ts';
import type { Wire } from '../support/wire.ts';

const VIEWS = `
  CREATE VIEW sleep AS SELECT pg_sleep(30)::text AS done;
  CREATE VIEW wide AS SELECT i, repeat('x', 1000) AS text FROM generate_series(1, 1000000) i;
  CREATE VIEW slow_wide AS SELECT i, repeat('x', 4000) AS text, pg_sleep(0.004)::text AS done
    FROM generate_series(1, 1000000) i`;

async function serverOf(t: TestContext, env: Environment = {}) {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await admin(database.url, VIEWS);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    ...env,
  });
  const running = (mark: string): Promise<number> => runningWith(database.url, mark);
  return {
    server,
    running,
    wire: await wireTo(t, server.url),
    rest: () => untilAtRest(server.origin),
  };
}

let question = 0;
/** A question that nobody has asked. */
const asking = (sql: string, more: object = {}): object => ({
  question: `what is it, ${(question += 1)}?`,
  sql,
  ...more,
});
const LARGE = { max_rows: 1_000_000, max_bytes: 9_000_000 };

const gaugeOf = async (origin: string, name: string): Promise<number | undefined> =>
  (await gaugesOf(origin)).get(name);

type Sent = ReturnType<Wire['call']>;
const WAYS = {
  'closes its connection': async (_wire: Wire, sent: Sent) => sent.vanish(),
  'cancels its request': async (wire: Wire, sent: Sent) => {
    assert.equal(await wire.cancel(sent.id), 202);
    // Not answered: there is nothing in it.
    assert.deepEqual(pick(await sent.reply()), [202, '']);
  },
} as const;
const pick = ({ status, text }: { status: number; text: string }): [number, string] => [
  status,
  text,
];

/** How many calls of two connections and four sessions leave none, and how many wait then. */
const QUEUES = {
  connection: { busy: 2, waiting: 'askonce_db_pool_connections{state="waiting"}' },
  session: { busy: 4, waiting: 'askonce_session_pool_waiting' },
} as const;

test('whoever goes away before the rows leaves nothing behind', async (t) => {
  const { server, running, wire, rest } = await serverOf(t, {
    DB_POOL_MIN: '1',
    DB_POOL_MAX: '2',
    SESSION_POOL_MIN: '1',
    SESSION_POOL_MAX: '4',
  });
  const runningAlready = async (count: number): Promise<Sent[]> => {
    const calls = Array.from({ length: count }, (_, at) =>
      wire.call('query', asking(`SELECT ${at} AS busy, done FROM sleep`)),
    );
    return calls;
  };
  const end = (calls: readonly Sent[]): void => {
    for (const call of calls) call.vanish();
  };

  for (const [way, leave] of Object.entries(WAYS)) {
    await t.test(`while its statement runs (${way})`, async () => {
      const sent = wire.call('query', asking('SELECT 1 AS mine, done FROM sleep'));
      await eventually('it runs', async () => (await running('AS mine')) === 1);
      await leave(wire, sent);
      await eventually('it is stopped', async () => (await running('AS mine')) === 0);
      await rest();
    });

    for (const [what, { busy: count, waiting }] of Object.entries(QUEUES)) {
      await t.test(`while it waits for a ${what} (${way})`, async () => {
        const busy = await runningAlready(count);
        await eventually('both are taken', async () => (await running('AS busy')) === 2);
        const sent = wire.call('query', asking('SELECT 1 AS mine, done FROM sleep'));
        await eventually('it waits', async () => (await gaugeOf(server.origin, waiting)) === 1);
        await leave(wire, sent);
        await eventually('none waits', async () => (await gaugeOf(server.origin, waiting)) === 0);
        end(busy);
        await rest();
        assert.equal(await running('AS mine'), 0);
      });
    }
  }
});

test('whoever goes away from what runs or streams leaves nothing behind', async (t) => {
  const { server, running, wire, rest } = await serverOf(t);
  const coalesced = async (): Promise<number> =>
    (await gaugeOf(server.origin, 'askonce_coalesced_total'))!;

  for (const era of ERAS) {
    await t.test(`while rows stream (${era})`, async () => {
      const its = await wireTo(t, server.url, { era });
      const sent = its.call('query', asking('SELECT * FROM slow_wide', LARGE));
      const head = await sent.head;
      await new Promise((resolve) => head.once('data', resolve));
      assert.equal(await running('slow_wide'), 1);
      head.on('error', () => undefined);
      sent.vanish();
      await eventually('it is stopped', async () => (await running('slow_wide')) === 0);
      await rest();
    });
  }

  await t.test(
    'a cancelled answer that streams ends as a document that says so, and its statement ends',
    async () => {
      const sent = wire.call('query', asking('SELECT * FROM slow_wide', LARGE));
      await sent.head;
      assert.equal(await running('slow_wide'), 1);
      assert.equal(await wire.cancel(sent.id), 202);
      await eventually('it is stopped', async () => (await running('slow_wide')) === 0);
      const { result } = JSON.parse((await sent.reply()).text);
      assert.equal(result.structuredContent.truncated, true);
      await rest();
    },
  );

  await t.test(
    'one of many who wait for the same goes alone; with the last one the statement goes',
    async () => {
      const before = await coalesced();
      const calls = Array.from({ length: 4 }, () =>
        wire.call('query', asking('SELECT 1 AS shared, done FROM sleep')),
      );
      await eventually('three wait for one', async () => (await coalesced()) === before + 3);
      const leave = Object.values(WAYS);
      for (const [at, sent] of calls.entries()) {
        assert.equal(await running('AS shared'), 1);
        await leave[at % 2]!(wire, sent);
      }
      await eventually('it is stopped', async () => (await running('AS shared')) === 0);
      await rest();
    },
  );

  await t.test(
    'when all who read one large result have gone, it is not read on for nobody',
    async () => {
      const before = await coalesced();
      const calls = [1, 2].map(() => wire.call('query', asking('SELECT * FROM slow_wide', LARGE)));
      for (const { head } of calls) {
        const response = await head;
        response.on('error', () => undefined);
        await new Promise((resolve) => response.once('data', resolve));
      }
      assert.equal(await coalesced(), before + 1);
      for (const call of calls) call.vanish();
      await eventually('it is stopped', async () => (await running('slow_wide')) === 0);
      await rest();
    },
  );

  await t.test('of a batch whose sender is gone the rest does not run', async () => {
    const batch = [1, 2, 3].map((id) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'query', arguments: asking(`SELECT ${id} AS batched, done FROM sleep`) },
    }));
    const sent = wire.send(batch);
    await eventually('the first runs', async () => (await running('AS batched')) === 1);
    sent.vanish();
    await rest();
    assert.equal(await running('AS batched'), 0);
  });
});

test('a conversation that ends in the midst of a batch begins nothing more', async (t) => {
  const { server, running } = await serverOf(t);
  const wire = await wireTo(t, server.url);
  const mark = 'batch that ends';
  const call = (id: number): object => ({
    jsonrpc: '2.0',
    // Ids ought to differ.
    id: id % 2,
    method: 'tools/call',
    params: {
      name: 'query',
      arguments: {
        question: `nap ${id}?`,
        sql: `SELECT ${id} AS "${mark}" FROM generate_series(1, 1000000000) i OFFSET 999999999`,
      },
    },
  });
  const batch = wire.send([1, 2, 3, 4].map(call));
  await eventually('it runs', async () => (await running(mark)) === 1);
  const ended = await fetch(server.url, {
    method: 'DELETE',
    headers: { 'mcp-session-id': wire.session! },
  });
  assert.equal(ended.status, 204);
  assert.deepEqual(JSON.parse((await batch.reply()).text), []);
  await eventually('nothing runs', async () => (await running(mark)) === 0);
});

test('a conversation that could not be opened is not kept', async (t) => {
  const scarce = { SESSION_POOL_MIN: '1', SESSION_POOL_MAX: '1', MAX_QUEUE: '1' };
  const { server, running, wire, rest } = await serverOf(t, scarce);
  const busy = wire.call('query', asking('SELECT 1 AS busy, done FROM sleep'));
  await eventually('the session is taken', async () => (await running('AS busy')) === 1);
  const waits = wire.send(INITIALIZE);
  await eventually(
    'the queue is full',
    async () => (await gaugeOf(server.origin, 'askonce_session_pool_waiting')) === 1,
  );
  const refused = await wire.send(INITIALIZE).reply();
  assert.equal(refused.status, 503);
  waits.vanish();
  busy.vanish();
  await rest();
  await eventually(
    'the first conversation alone is open',
    async () => (await gaugeOf(server.origin, 'askonce_conversations')) === 1,
  );
});

test('where nothing more is let in, a call can still be cancelled', async (t) => {
  const scarce = { SESSION_POOL_MIN: '1', SESSION_POOL_MAX: '1', MAX_QUEUE: '1' };
  const { server, running, wire, rest } = await serverOf(t, scarce);
  const busy = wire.call('query', asking('SELECT 1 AS busy, done FROM sleep'));
  await eventually('the session is taken', async () => (await running('AS busy')) === 1);
  const waits = wire.call('query', asking('SELECT 2 AS later, done FROM sleep'));
  await eventually(
    'the queue is full',
    async () => (await gaugeOf(server.origin, 'askonce_session_pool_waiting')) === 1,
  );
  assert.equal((await wire.call('query', asking('SELECT 3 AS refused')).reply()).status, 503);
  await WAYS['cancels its request'](wire, busy);
  await eventually('the next one runs', async () => (await running('AS later')) === 1);
  waits.vanish();
  await rest();
});

test('a client that does not read its answer holds up nobody', async (t) => {
  const { server, running, wire, rest } = await serverOf(t, {
    DB_POOL_MIN: '1',
    DB_POOL_MAX: '4',
    SPOOL_MAX_BYTES: '16000000',
  });
  const idle = wire.call('query', asking('SELECT * FROM wide', LARGE));
  const head = await idle.head;
  head.on('error', () => undefined);
  // One large result at a time: the next one is read once the first is kept, though nobody takes it.
  const other = await outcomeOf(
    wire.call('query', asking('SELECT i FROM wide LIMIT 20000', LARGE)),
  );
  assert.equal(other.kind, 'answered');
  assert.equal(await running('FROM wide'), 0);
  assert.equal(await gaugeOf(server.origin, 'askonce_db_pool_connections{state="busy"}'), 0);
  assert.ok((await gaugeOf(server.origin, 'askonce_session_pool_utilization_ratio'))! > 0);
  idle.vanish();
  await rest();
});
