// No answer is older than its source says, whatever is written meanwhile and whoever ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { Client } from 'pg';

import { connect, call, runAskonce, startAskonce } from '../support/askonce.ts';
import type { Askonce, Environment } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { createLedger } from '../../bench/ledger.ts';
import { noOwnCluster, ownCluster } from '../support/own-cluster.ts';

const SETUP = `
  CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL);
  INSERT INTO counters VALUES (1, 0);
  CREATE VIEW newest AS SELECT n FROM counters WHERE id = 1`;
const QUESTION = 'what does the counter say?';
const SQL = 'SELECT n FROM newest';

interface Shared {
  readonly url: string;
  readonly env: Environment;
}

async function sharedOf(t: TestContext, ownServer?: string): Promise<Shared> {
  const database = await freshDatabase(t, ownServer);
  const cache = await freshDatabase(t);
  await admin(database.url, SETUP);
  const env = { DATABASE_URL: database.readerUrl, CACHE_DATABASE_URL: cache.url };
  return { url: database.url, env };
}

async function changesOf(server: Askonce): Promise<string> {
  const { checks } = (await (await fetch(`${server.origin}/readyz`)).json()) as {
    checks: Record<string, string>;
  };
  return checks['changes'] ?? '';
}

interface Judged {
  readonly answers: number;
  readonly known: number;
  /** Of any answer, milliseconds. */
  readonly latest: number;
}

/** Writers and readers at once, for so long; `meanwhile`, once all of them read, makes it hard. */
async function judge(
  t: TestContext,
  { url, env }: Shared,
  given: { readonly ms: number; readonly meanwhile?: (servers: Askonce[]) => Promise<void> },
): Promise<Judged> {
  const servers = [await startAskonce(t, env), await startAskonce(t, env)];
  const ledger = createLedger();
  const until = performance.now() + given.ms;
  let [reading, answers, known, latest] = [0, 0, 0, 0];
  const write = async (): Promise<void> => {
    const writer = new Client({ connectionString: url });
    await writer.connect();
    while (performance.now() < until) {
      const { rows } = await writer.query<{ n: number }>(
        'UPDATE counters SET n = n + 1 WHERE id = 1 RETURNING n',
      );
      ledger.committed(rows[0]!.n);
      await new Promise((resolve) => setTimeout(resolve, 40 + Math.random() * 400));
    }
    await writer.end();
  };
  const read = async (server: Askonce): Promise<void> => {
    const client = await connect(t, server.url);
    await call(client, 'query', { question: QUESTION, sql: SQL });
    reading += 1;
    while (performance.now() < until) {
      const calledAt = performance.now();
      const answer = await call(client, 'ask', { question: QUESTION }).catch(() => null);
      // A server that was ended answers nothing.
      if (answer === null) return;
      const [[n]] = answer.rows as [[number]];
      latest = Math.max(latest, ledger.lateness(n, calledAt));
      answers += 1;
      if (answer.source !== 'database') known += 1;
    }
  };
  await Promise.all([
    write(),
    ...servers.flatMap((server) => [read(server), read(server)]),
    eventually('all read', () => reading === 2 * servers.length).then(() =>
      given.meanwhile?.(servers),
    ),
  ]);
  return { answers, known, latest };
}

test('with triggers no answer of two replicas is a second late', async (t) => {
  const shared = await sharedOf(t);
  const { code, stdout } = await runAskonce(['install-triggers', shared.url]);
  assert.deepEqual([code, stdout], [0, '1 tables with the trigger\n']);
  const { answers, known, latest } = await judge(t, shared, { ms: 6000 });
  assert.ok(latest <= 1000, String(latest));
  assert.ok(known > answers / 2, `${known} of ${answers} from the cache`);
});

test(
  'with the stream of changes no answer is two seconds late, though the replica that reads it is killed',
  { skip: noOwnCluster },
  async (t) => {
    const cluster = await ownCluster(t, [
      "wal_level = 'logical'",
      "max_slot_wal_keep_size = '64MB'",
    ]);
    const shared = await sharedOf(t, cluster.url);
    const { code, stdout } = await runAskonce(['install-publication', shared.url]);
    assert.deepEqual([code, stdout], [0, '1 tables published\n']);
    const env = { ...shared.env, REPLICATION_URL: shared.url };
    const { answers, known, latest } = await judge(
      t,
      { ...shared, env },
      {
        ms: 8000,
        async meanwhile(servers) {
          for (const server of servers)
            await eventually('it reads the stream', async () =>
              (await changesOf(server)).startsWith('logical'),
            );
          const leader = servers.find((server) => /reads the changes/.test(server.log()));
          assert.ok(leader);
          await leader.stop('SIGKILL');
        },
      },
    );
    assert.ok(latest <= 2000, String(latest));
    assert.ok(known > answers / 2, `${known} of ${answers} from the cache`);
  },
);

test('/readyz says where changes are learned from, and how late at most', async (t) => {
  const { url, env } = await sharedOf(t);
  const server = await startAskonce(t, env);
  await eventually('by statistics', async () =>
    /^statistics: .* 61 s$/.test(await changesOf(server)),
  );
  await runAskonce(['install-triggers', url]);
  const client = await connect(t, server.url);
  await eventually('by triggers', async () => {
    await call(client, 'query', { question: QUESTION, sql: SQL });
    return /^triggers: .* 1 s$/.test(await changesOf(server));
  });
  await runAskonce(['uninstall-triggers', url]);
  await eventually('by statistics again', async () => {
    await call(client, 'query', { question: QUESTION, sql: SQL });
    return (await changesOf(server)).startsWith('statistics');
  });
});

test('the commands that prepare a database say what is wrong', async () => {
  for (const [args, says] of [
    [['install-triggers'], /embedded demo shop/],
    [['install-triggers', 'mysql://x'], /postgres:\/\//],
    [['install-triggers', '--foo'], /Unknown option/],
    [['install-publication', 'postgres://nobody@127.0.0.1:1/x'], /ECONNREFUSED|refused|reached/],
  ] as const) {
    const { code, stderr } = await runAskonce(args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
  }
});
