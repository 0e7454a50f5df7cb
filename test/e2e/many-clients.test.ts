// Many clients at once: sockets that say nothing, conversations that go on and on. An ordinary client is
// served all the same, and nothing of theirs stays.
import assert from 'node:assert/strict';
import { connect as connectTo } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';

import { addressOf, openConnection } from '../../bench/http-connection.ts';
import { callText } from '../../bench/mcp-wire.ts';
import { ROOT } from '../support/askonce.ts';
import type { Askonce } from '../support/askonce.ts';
import { killConnections } from '../support/backends.ts';
import { burst } from '../support/burst.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf, untilAtRest } from '../support/gauges.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { INITIALIZE, agentOf, outcomeOf, wireTo } from '../support/wire.ts';
import type { Wire } from '../support/wire.ts';

const COLLECTING = {
  NODE_OPTIONS: `--import ${pathToFileURL(join(ROOT, 'dist/test/support/collect.js')).href}`,
};
const KNOWN = {
  question: 'how many customers are in Germany?',
  sql: "SELECT count(*) FROM customers WHERE country = 'Germany'",
};
const SOCKETS = 10_000;
const CONVERSATIONS = 10_000;
/** Fifty, as agents have them, take minutes: MANY_CLIENTS_TURNS=50. */
const TURNS = Number(process.env['MANY_CLIENTS_TURNS'] ?? 20);
/** What is answered at once needs no session: every so many turns one is needed. */
const LEASED_EVERY = 10;
const HEAP_EVERY = 5;
const AT_ONCE = 24;

/** What an agent that stops in the midst of it has said. */
const HALVES = [
  '',
  'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: appl',
  'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"jsonrpc":',
];

async function halfOpen(t: TestContext, { origin }: Askonce): Promise<Socket[]> {
  const port = Number(new URL(origin).port);
  const sockets: Socket[] = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const open = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connectTo(port, '127.0.0.1', resolve).on('error', reject);
      socket.write(HALVES[at % HALVES.length]!);
      sockets.push(socket);
    });
  while (sockets.length < SOCKETS) {
    const wave = Array.from({ length: 250 }, (_, at) => open(at));
    await Promise.all(wave);
  }
  return sockets;
}

/** As many at once as keep the server busy, not more. */
async function inTurns(
  count: number,
  work: (at: number, worker: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const labour = async (worker: number): Promise<void> => {
    while (next < count) await work(next++, worker);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => labour(worker)));
}

async function heapOf({ origin, pid }: Askonce): Promise<number> {
  // Of a signal and a request that come at once either may be first: by the second answer it has collected.
  for (const _ of ['signal', 'collected']) {
    process.kill(pid, 'SIGUSR2');
    await fetch(`${origin}/healthz`);
  }
  return (await gaugesOf(origin)).get('askonce_heap_bytes')! / 1e6;
}

async function ask(wire: Wire): Promise<void> {
  const outcome = await outcomeOf(wire.call('ask', { question: KNOWN.question }));
  assert.equal(outcome.kind, 'answered');
}

test('ten thousand sockets on which nobody finishes a sentence keep no client from its answer', async (t) => {
  const { client, server } = await startSmallShop(t);
  await client.callTool({ name: 'query', arguments: KNOWN });
  const socketsOf = async (): Promise<number> =>
    (await gaugesOf(server.origin)).get('nodejs_active_resources{type="TCPSocketWrap"}')!;
  const before = await socketsOf();
  const sockets = await halfOpen(t, server);
  await eventually('all are let in', async () => (await socketsOf()) > SOCKETS);
  for (let call = 0; call < 20; call += 1) {
    const question = `how many customers have an id above ${call}?`;
    const sql = `SELECT count(*) FROM customers WHERE id > ${call}`;
    const outcome = await client.callTool({ name: 'query', arguments: { question, sql } });
    assert.ok(!outcome.isError);
  }
  for (const socket of sockets) socket.destroy();
  // Of connections to the database there may be some more by now.
  await eventually('they are gone', async () => (await socketsOf()) < before + 30);
  await untilAtRest(server.origin);
});

test(`ten thousand conversations of ${TURNS} turns leave the heap as it is; no more are let in`, async (t) => {
  // Hundreds of thousands of lines of the log would be read by this process, too.
  const { server, client } = await startSmallShop(t, { ...COLLECTING, LOG_LEVEL: 'warn' });
  await client.callTool({ name: 'query', arguments: KNOWN });
  const wires: Wire[] = [];
  const agent = agentOf(t, AT_ONCE);
  // The client that asked first has one, too.
  await inTurns(CONVERSATIONS - 1, async () => {
    wires.push(await wireTo(t, server.url, { agent }));
  });
  const gauges = await gaugesOf(server.origin);
  assert.equal(gauges.get('askonce_conversations'), CONVERSATIONS);
  // All have been used just now: none gives way.
  const refused = await wires[0]!.send(INITIALIZE, { 'mcp-session-id': '' }).reply();
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.equal(JSON.parse(refused.text).error.data.code, 'OVERLOADED');

  const question = { question: KNOWN.question };
  const target = { url: server.url, era: '2025-11-25' } as const;
  const address = addressOf(server.url);
  const connections = await Promise.all(
    Array.from({ length: AT_ONCE }, () => openConnection(address)),
  );
  t.after(() => connections.forEach((connection) => connection.close()));
  const turn = (number: number): Promise<void> =>
    inTurns(wires.length, async (at, worker) => {
      const isLeased = (at + number) % LEASED_EVERY === 0;
      const args = { ...question, ...(isLeased && { max_rows: 1 }) };
      const text = callText(target, wires[at]!.session!, { name: 'ask', arguments: args }, number);
      const { body } = await connections[worker]!.ask(text);
      assert.ok(body.includes('"source":"memory"'), body.toString());
    });
  const heaps: number[] = [];
  for (let number = 1; number <= TURNS; number += 1) {
    await turn(number);
    if (number % HEAP_EVERY === 0) heaps.push(await heapOf(server));
  }
  const [first, last] = [heaps[0]!, heaps.at(-1)!];
  assert.ok(last - first < 5, `MB after every ${HEAP_EVERY} turns: ${heaps.join(', ')}`);
  await ask(wires[1]!);
  await untilAtRest(server.origin);
});

test('what a storm of calls, deaths and departures took is given back, all of it', async (t) => {
  const { server, databaseUrl } = await startSmallShop(t, COLLECTING, [
    'CREATE VIEW nap AS SELECT pg_sleep(0.02)::text AS done',
    "CREATE VIEW wide AS SELECT i, repeat('x', 1000) AS text FROM generate_series(1, 20000) i",
  ]);
  const agent = agentOf(t);
  const storm = async (name: string): Promise<void> => {
    const wire = await wireTo(t, server.url, { agent });
    const callers = burst(t, {
      wire,
      callers: 30,
      sqlOf: (number) => `SELECT '${name} ${number}' AS n, done FROM nap`,
    });
    for (let round = 0; round < 2; round += 1) {
      const since = callers.answered();
      const goers = [1, 2, 3, 4].map((goer) =>
        wire.call('query', {
          question: `${name}: what do I not wait for, ${round} ${goer}?`,
          sql: `SELECT '${name} ${round} ${goer}' AS n, * FROM wide`,
          max_rows: 1_000_000,
          max_bytes: 9_000_000,
        }),
      );
      await eventually('callers are answered', () => callers.answered() > since + 30);
      await killConnections(databaseUrl);
      for (const [at, sent] of goers.entries())
        if (at % 2 === 0) sent.vanish();
        else await wire.cancel(sent.id);
    }
    await callers.stop();
    const closed = await fetch(server.url, {
      method: 'DELETE',
      headers: { 'mcp-session-id': wire.session! },
    });
    assert.equal(closed.status, 204);
    agent.destroy();
    await untilAtRest(server.origin);
  };
  const level = async () => {
    const heap = await heapOf(server);
    const gauges = await gaugesOf(server.origin);
    const count = (name: string): number => gauges.get(name) ?? 0;
    const connections = count('askonce_db_pool_connections{state="idle"}');
    return {
      heap,
      conversations: count('askonce_conversations'),
      connections,
      // Each connection that rests has a socket and a timer; so have up to ten to the cache.
      timeouts: count('nodejs_active_resources{type="Timeout"}') - connections,
      sockets: count('nodejs_active_resources{type="TCPSocketWrap"}') - connections,
    };
  };
  // What is built once is built by the first.
  await storm('warm');
  const before = await level();
  await storm('first');
  let after = await level();
  await eventually('it is as it was', async () => {
    after = await level();
    return (
      after.conversations === before.conversations &&
      after.connections <= 20 &&
      after.timeouts <= before.timeouts + 12 &&
      after.sockets <= before.sockets + 12 &&
      after.heap < before.heap + 10
    );
  }).catch((cause: unknown) => assert.fail(`${String(cause)}: ${JSON.stringify([before, after])}`));
});
