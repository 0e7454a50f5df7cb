// Three replicas behind HAProxy are started anew one after the other while clients of both eras ask, and none of them
// is left without its answer; one that is killed costs at most what it had begun to say.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@modelcontextprotocol/client';

import { ERAS, call, connect } from '../support/askonce.ts';
import type { Document } from '../support/askonce.ts';
import { runningWith } from '../support/backends.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { untilAtRest } from '../support/gauges.ts';
import { napView } from '../support/naps.ts';
import { proxyOf } from '../support/proxy.ts';
import { gaugeOfEach, replicasOf } from '../support/replicas.ts';
import { GERMAN_CUSTOMERS, createSmallShop } from '../support/small-shop.ts';
import { MODERN, outcomeOf, wireTo } from '../support/wire.ts';

const KNOWN = {
  question: 'how many customers are in Germany?',
  sql: "SELECT count(*) FROM customers WHERE country = 'Germany'",
};
const CLIENTS_OF_EACH_ERA = 4;
const VIEWS = `
  ${napView('short_nap', 0.05)}
  ${napView('nap', 2)}
  CREATE VIEW slow_wide AS SELECT i, repeat('x', 4000) AS text, pg_sleep(0.004)::text AS done
    FROM generate_series(1, 1000000) i`;

/** Null, and the test is skipped, where there is no proxy. */
async function deploymentOf(t: TestContext) {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await createSmallShop(database.url);
  await admin(database.url, VIEWS);
  const replicas = await replicasOf(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    DRAIN_DELAY_MS: '3000',
  });
  const proxy = await proxyOf(
    t,
    replicas.map(({ origin }) => origin),
  );
  if (proxy === null) return null;
  const running = (mark: string): Promise<number> => runningWith(database.url, mark);
  return { replicas, proxy, running };
}

interface Load {
  readonly failures: readonly string[];
  answered(): number;
  stop(): Promise<void>;
}

/** Each of them asks what is known, what nobody has asked, and what the schema says, again and again. */
function steadyLoad(t: TestContext, clients: readonly Client[]): Load {
  const over = new AbortController();
  const failures: string[] = [];
  let [answered, asked] = [0, 0];
  const ask = async (client: Client): Promise<Document> => {
    const number = (asked += 1);
    if (number % 3 === 0) return await call(client, 'search_schema', { query: 'customers' });
    if (number % 3 === 1) return await call(client, 'ask', { question: KNOWN.question });
    const sql = `SELECT ${number} AS n, done FROM short_nap`;
    return await call(client, 'query', { question: `what is number ${number}?`, sql });
  };
  const all = Promise.all(
    clients.map(async (client) => {
      while (!over.signal.aborted) {
        await ask(client).then(
          ({ error }) => {
            if (error) failures.push(`${error.code}: ${error.message}`);
            else answered += 1;
          },
          (error: unknown) => failures.push(String(error)),
        );
        await sleep(20);
      }
    }),
  );
  t.after(() => over.abort());
  return {
    failures,
    answered: () => answered,
    async stop() {
      over.abort();
      await all;
    },
  };
}

async function clientsOf(t: TestContext, url: string): Promise<Client[]> {
  const eras = ERAS.flatMap((era) => Array.from({ length: CLIENTS_OF_EACH_ERA }, () => era));
  return await Promise.all(eras.map((era) => connect(t, url, { era })));
}

test('all replicas are started anew one after the other without one failed answer', async (t) => {
  const deployment = await deploymentOf(t);
  if (deployment === null) return;
  const { replicas, proxy } = deployment;
  const clients = await clientsOf(t, proxy.url);
  assert.deepEqual((await call(clients[0]!, 'query', KNOWN)).rows, [[GERMAN_CUSTOMERS]]);
  const load = steadyLoad(t, clients);
  const answersMore = async (): Promise<void> => {
    const since = load.answered();
    await eventually('answers go on', () => load.answered() > since + 20);
  };
  await answersMore();
  for (const [at, replica] of replicas.entries()) {
    const stopped = replica.process().stop();
    await proxy.until(at, 'DOWN');
    // It was taken out before it lets nobody in.
    const ready = await fetch(`${replica.origin}/readyz`);
    assert.equal(ready.status, 503);
    assert.equal(((await ready.json()) as { status: string }).status, 'draining');
    assert.equal(await stopped, 0);
    await answersMore();
    await replica.start();
    await proxy.until(at, 'UP');
    await answersMore();
  }
  await load.stop();
  assert.deepEqual(load.failures, []);
  t.diagnostic(`${load.answered()} answers`);
  for (const { origin } of replicas) await untilAtRest(origin);
});

test('a replica that is killed costs what it had begun to say, and nothing else', async (t) => {
  const deployment = await deploymentOf(t);
  if (deployment === null) return;
  const { replicas, proxy, running } = deployment;
  const clients = await clientsOf(t, proxy.url);
  assert.deepEqual((await call(clients[0]!, 'query', KNOWN)).rows, [[GERMAN_CUSTOMERS]]);
  const busy = async (): Promise<number> =>
    (await gaugeOfEach(replicas, 'askonce_db_pool_connections{state="busy"}')).findIndex(
      (count) => count! > 0,
    );

  // Nothing was said yet: the proxy asks another.
  const asked = clients.slice(-1).map((client) =>
    call(client, 'query', {
      question: 'who sleeps for two seconds?',
      sql: 'SELECT done AS slow FROM nap',
    }),
  );
  await eventually('it runs', async () => (await running('AS slow')) === 1);
  const first = await busy();
  await replicas[first]!.process().stop('SIGKILL');
  const load = steadyLoad(t, clients);
  const [answer] = await Promise.all(asked);
  assert.deepEqual(answer!.rows, [['']]);
  await proxy.until(first, 'DOWN');
  await replicas[first]!.start();
  await proxy.until(first, 'UP');
  await load.stop();
  assert.deepEqual(load.failures, []);

  // Half of it was said: the client sees that it breaks off, and takes no part for the whole.
  const wire = await wireTo(t, proxy.url, { era: MODERN });
  const large = wire.call('query', {
    question: 'what is wide?',
    sql: 'SELECT * FROM slow_wide',
    max_rows: 1_000_000,
    max_bytes: 9_000_000,
  });
  const head = await large.head;
  assert.equal(head.statusCode, 200);
  const second = await busy();
  await replicas[second]!.process().stop('SIGKILL');
  await assert.rejects(large.reply());
  const again = await outcomeOf(wire.call('ask', { question: KNOWN.question }));
  assert.equal(again.kind, 'answered');

  // With none left there is a code, and a time to wait.
  await Promise.all(replicas.map((replica) => replica.process().stop('SIGKILL')));
  const refused = await outcomeOf(wire.call('ask', { question: KNOWN.question }));
  assert.ok(refused.kind === 'refused' && refused.code === 'OVERLOADED');
  assert.ok(refused.status >= 502 && refused.retryAfterMs! > 0);

  await Promise.all(replicas.map((replica) => replica.start()));
  for (const at of replicas.keys()) await proxy.until(at, 'UP');
  // Conversations that were opened at replicas of which none is left.
  for (const client of clients)
    assert.deepEqual((await call(client, 'ask', { question: KNOWN.question })).rows, [
      [GERMAN_CUSTOMERS],
    ]);
  for (const { origin } of replicas) await untilAtRest(origin);
});
