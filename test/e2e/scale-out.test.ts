// Three replicas over one PostgreSQL behind HAProxy as deploy/haproxy sets it up, without sticky sessions and with
// them: what one has learned all know, whoever comes is at home at each, and together they keep to the budget.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { ERAS, call, connect } from '../support/askonce.ts';
import type { Environment } from '../support/askonce.ts';
import { runningWith, watchDuring } from '../support/backends.ts';
import { assertToldWell, burst } from '../support/burst.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf, untilAtRest } from '../support/gauges.ts';
import { napView } from '../support/naps.ts';
import { noOwnCluster, ownCluster } from '../support/own-cluster.ts';
import { proxyOf } from '../support/proxy.ts';
import { gaugeOfEach, replicasOf, untilShared } from '../support/replicas.ts';
import { GERMAN_CUSTOMERS, createSmallShop } from '../support/small-shop.ts';
import { MODERN, outcomeOf, wireTo } from '../support/wire.ts';

const KNOWN = {
  question: 'how many customers are in Germany?',
  sql: "SELECT count(*) FROM customers WHERE country = 'Germany'",
};
const REPHRASED = 'number of customers located in Germany';
const FRESH_CONVERSATIONS = 12;
const STICKY = 'with sticky sessions';
const VIEWS = `
  ${napView('short_nap', 0.02)}
  ${napView('nap', 2)}
  CREATE VIEW sleep AS SELECT pg_sleep(30)::text AS done;
  CREATE VIEW wide AS SELECT i, repeat('x', 1000) AS text FROM generate_series(1, 30000) i`;

interface Given {
  readonly onServer?: string;
  readonly env?: Environment;
  readonly proxyEnv?: Environment;
}

/** Null, and the test is skipped, where there is no proxy. */
async function deploymentOf(t: TestContext, { onServer, env = {}, proxyEnv = {} }: Given = {}) {
  const [database, cache] = [await freshDatabase(t, onServer), await freshDatabase(t, onServer)];
  await createSmallShop(database.url);
  await admin(database.url, VIEWS);
  const replicas = await replicasOf(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    ...env,
  });
  const origins = replicas.map(({ origin }) => origin);
  const proxy = await proxyOf(t, origins, proxyEnv);
  if (proxy === null) return null;
  const running = (mark: string): Promise<number> => runningWith(database.url, mark);
  const ran = async (): Promise<number> => {
    const gauges = await Promise.all(replicas.map(({ origin }) => gaugesOf(origin)));
    const all = gauges.flatMap((of) => [...of]);
    const runs = all.filter(([name]) => /^askonce_requests_total.*source="database"/.test(name));
    return runs.reduce((sum, [, value]) => sum + value, 0);
  };
  return { database, replicas, proxy, running, ran };
}

for (const [way, proxyEnv] of [
  ['without sticky sessions', {}],
  [STICKY, { PROXY_STICKY: 'on' }],
] as const) {
  test(`${way} what one replica has learned all know, and no statement runs twice`, async (t) => {
    const deployment = await deploymentOf(t, { proxyEnv });
    if (deployment === null) return;
    const { replicas, proxy, running, ran } = deployment;

    const first = await connect(t, proxy.url);
    assert.deepEqual((await call(first, 'query', KNOWN)).rows, [[GERMAN_CUSTOMERS]]);
    const before = await ran();
    const urls = [proxy.url, ...replicas.map(({ url }) => url)];
    for (const era of ERAS)
      for (const url of urls) {
        const client = await connect(t, url, { era });
        for (const question of [KNOWN.question, REPHRASED]) {
          const { rows, sql } = await call(client, 'ask', { question });
          assert.deepEqual([rows, sql], [[[GERMAN_CUSTOMERS]], KNOWN.sql]);
        }
      }
    assert.equal(await ran(), before);

    // Nobody knows it yet, and all ask at once, each in a conversation of its own.
    const asked = { question: 'who sleeps for two seconds?', sql: 'SELECT done AS slow FROM nap' };
    const clients = await Promise.all(
      Array.from({ length: FRESH_CONVERSATIONS }, (_, at) =>
        connect(t, proxy.url, { era: ERAS[at % 2]! }),
      ),
    );
    let atOnce = 0;
    const answers = await watchDuring(
      Promise.all(clients.map((client) => call(client, 'query', asked))),
      async () => void (atOnce = Math.max(atOnce, await running('AS slow'))),
    );
    assert.deepEqual(new Set(answers.map(({ rows }) => JSON.stringify(rows))).size, 1);
    assert.equal(atOnce, 1);
    const served = await gaugeOfEach(replicas, 'askonce_conversations');
    const told = `conversations: ${served.join(', ')}`;
    assert.ok(
      served.every((count) => count! > 0),
      told,
    );
    // The first, one through the proxy, one with each replica, and half of the fresh ones.
    const opened = 2 + replicas.length + FRESH_CONVERSATIONS / 2;
    const records = served.reduce((sum, count) => sum! + count!, 0)!;
    assert.ok(way === STICKY ? records === opened : records > opened, told);
  });
}

test('a conversation goes on at whichever replica its requests come to, and ends at all', async (t) => {
  const deployment = await deploymentOf(t);
  if (deployment === null) return;
  const { replicas, proxy, running } = deployment;
  const opened = await wireTo(t, replicas[0]!.url);
  const session = { 'mcp-session-id': opened.session! };
  const wires = await Promise.all(replicas.map(({ url }) => wireTo(t, url)));

  for (const wire of wires) {
    const outcome = await outcomeOf(wire.call('query', KNOWN, {}, session));
    assert.ok(outcome.kind === 'answered');
    assert.deepEqual(outcome.document.rows, [[GERMAN_CUSTOMERS]]);
  }

  // A page here, the next one there.
  const wide = { question: 'what is wide?', sql: 'SELECT * FROM wide', max_rows: 20_000 };
  const page = await outcomeOf(wires[0]!.call('query', { ...wide, max_bytes: 8_000_000 }));
  assert.ok(page.kind === 'answered' && page.document.next_cursor !== null);
  const cursor = { cursor: page.document.next_cursor };
  const next = await outcomeOf(wires[1]!.call('fetch_rows', cursor, {}, session));
  assert.ok(next.kind === 'answered' && next.document.rows.length > 0);

  const slow = (mark: string) => ({
    question: `what is ${mark}?`,
    sql: `SELECT done AS ${mark} FROM sleep`,
  });
  const cancelled = wires[1]!.call('query', slow('cancelled'), {}, session);
  await eventually('it runs', async () => (await running('AS cancelled')) === 1);
  const notice = {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: cancelled.id },
  };
  assert.equal((await wires[2]!.send(notice, session).reply()).status, 202);
  await eventually('it is stopped', async () => (await running('AS cancelled')) === 0);
  assert.equal((await cancelled.reply()).text, '');

  const level = { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'info' } };
  assert.equal((await wires[0]!.send(level, session).reply()).status, 200);
  let asked = 0;
  await eventually('it is told of stages elsewhere', async () => {
    const number = (asked += 1);
    const own = { question: `who is number ${number}?`, sql: `SELECT ${number} AS told` };
    const { text } = await wires[2]!.call('query', own, {}, session).reply();
    return text.includes('notifications/message');
  });

  for (const era of ERAS) {
    const wire = await wireTo(t, proxy.url, { era });
    const mark = era === MODERN ? 'left' : 'abandoned';
    const sent = wire.call('query', slow(mark));
    await eventually('it runs', async () => (await running(`AS ${mark}`)) === 1);
    sent.vanish();
    await eventually('it is stopped', async () => (await running(`AS ${mark}`)) === 0);
  }

  const ended = await fetch(replicas[1]!.url, { method: 'DELETE', headers: session });
  assert.equal(ended.status, 204);
  for (const wire of wires)
    await eventually('it is unknown', async () => {
      const { status } = await wire.call('ask', KNOWN, {}, session).reply();
      return status === 404;
    });
  for (const { origin } of replicas) await untilAtRest(origin);
});

test(
  'three replicas in a burst keep to what one PostgreSQL has to give, and answer what they know without it',
  { skip: noOwnCluster },
  async (t) => {
    const settings = ['max_connections = 40', 'superuser_reserved_connections = 3'];
    const cluster = await ownCluster(t, settings);
    const deployment = await deploymentOf(t, { onServer: cluster.url, env: { DB_POOL_MIN: '2' } });
    if (deployment === null) return;
    const { database, replicas, proxy } = deployment;
    await untilShared(replicas);
    const connections = async (): Promise<number> => {
      const [row] = await admin(
        database.url,
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      );
      return row!['n'] as number;
    };
    const wire = await wireTo(t, proxy.url);
    const callers = burst(t, {
      wire,
      callers: 120,
      sqlOf: (number) => `SELECT ${number} AS n, done FROM short_nap`,
    });
    let most = 0;
    await watchDuring(
      eventually('many are answered', () => callers.answered() > 400),
      async () => void (most = Math.max(most, await connections())),
    );
    await callers.stop();
    assertToldWell(callers.outcomes);
    // 40 without the reserved three and the headroom of four.
    assert.ok(most <= 33, `${most} connections`);
    assert.ok(most > 15, `${most} connections`);
    t.diagnostic(`${most} connections at most, ${callers.answered()} answers`);
    for (const { origin } of replicas) await untilAtRest(origin);

    for (const { url } of replicas) await call(await connect(t, url), 'query', KNOWN);
    await cluster.crash();
    // None is ready then, and all live.
    for (const at of replicas.keys()) await proxy.until(at, 'DOWN');
    const known = await outcomeOf(wire.call('ask', { question: KNOWN.question }));
    assert.ok(known.kind === 'answered');
    assert.deepEqual(known.document.rows, [[GERMAN_CUSTOMERS]]);
    const unknown = await outcomeOf(wire.call('query', { question: 'and 1?', sql: 'SELECT 1' }));
    assert.ok(unknown.kind === 'refused' && unknown.code === 'DATABASE_UNAVAILABLE');
    await cluster.start();
    for (const at of replicas.keys()) await proxy.until(at, 'UP');
  },
);
