// Faults in the midst of a burst: whatever breaks, every call is answered or told when to come again, and
// afterwards all is as it was, without a restart.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { startAskonce } from '../support/askonce.ts';
import type { Environment } from '../support/askonce.ts';
import { killConnections, runningWith, watchDuring } from '../support/backends.ts';
import { assertToldWell, burst } from '../support/burst.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf, untilAtRest } from '../support/gauges.ts';
import { noOwnCluster, ownCluster } from '../support/own-cluster.ts';
import { relayTo } from '../support/relay.ts';
import { MODERN, MODERN_META, outcomeOf, wireTo } from '../support/wire.ts';
import type { Outcome, Wire } from '../support/wire.ts';
import { napView } from '../support/naps.ts';

const NAPS = `
  ${napView('nap', 0.03)}
  ${napView('rest', 0.5)}
  ${napView('sleep', 30)}
  CREATE TABLE locked AS SELECT 1 AS n`;
const napping = (call: number): string => `SELECT ${call} AS n, done FROM nap`;

/** Of twenty, less three for superusers and three for whoever else comes. */
const BUDGET = 14;

/** The databases of one test. */
async function databasesOf(t: TestContext, serverUrl?: string) {
  const [database, cache] = [await freshDatabase(t, serverUrl), await freshDatabase(t, serverUrl)];
  await admin(database.url, NAPS);
  const env = { DATABASE_URL: database.readerUrl, CACHE_DATABASE_URL: cache.url };
  return { database, cache, env };
}

async function serverOn(t: TestContext, env: Environment) {
  const server = await startAskonce(t, env);
  return { server, wire: await wireTo(t, server.url) };
}

/** Another caller is answered, though not at once where somebody has to come round first. */
async function untilAnswered(wire: Wire, sql: string): Promise<void> {
  let call = 0;
  await eventually(`an answer to ${sql}`, async () => {
    const args = { question: `and now, ${(call += 1)}?`, sql: `${sql} -- ${call}` };
    return (await outcomeOf(wire.call('query', args))).kind === 'answered';
  });
}

test(
  'a server that crashes in the midst of a burst and starts again is met again by itself',
  { skip: noOwnCluster },
  async (t) => {
    const cluster = await ownCluster(t);
    const { env } = await databasesOf(t, cluster.url);
    const { server, wire } = await serverOn(t, env);
    const callers = burst(t, { wire, callers: 40, sqlOf: napping });
    await eventually('the burst is under way', () => callers.answered() > 100);
    await cluster.crash();
    const before = callers.refused();
    await eventually('callers are refused', () => callers.refused() > before + 100);
    await cluster.start();
    const since = callers.answered();
    await eventually('callers are answered again', () => callers.answered() > since + 200);
    await callers.stop();
    assertToldWell(callers.outcomes);
    await untilAtRest(server.origin);
  },
);

test(
  'a server with twenty connections carries a burst of two hundred, and none sees that it is full',
  { skip: noOwnCluster },
  async (t) => {
    const cluster = await ownCluster(t, ['max_connections = 20']);
    const { env } = await databasesOf(t, cluster.url);
    const { server, wire } = await serverOn(t, env);
    let most = 0;
    const connections = async (): Promise<number> => {
      const [row] = await admin(
        cluster.url,
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname LIKE 'test_%' AND backend_type = 'client backend'`,
      );
      return row!['n'] as number;
    };
    const watch = async (): Promise<void> => {
      most = Math.max(most, await connections());
    };
    await eventually('the budget is known', () => /connection budget/.test(server.log()));
    await eventually('the budget is kept', async () => (await connections()) <= BUDGET);
    const calls = Promise.all(
      Array.from({ length: 200 }, (_, call) =>
        outcomeOf(wire.call('query', { question: `which is ${call}?`, sql: napping(call) })),
      ),
    );
    const outcomes = await watchDuring(calls, watch);
    assertToldWell(outcomes);
    assert.deepEqual([...new Set(outcomes.map(codeOf))], ['answered']);
    assert.ok(most > 0 && most <= BUDGET, String(most));
    await untilAtRest(server.origin);
  },
);

test('requests that were sent ahead on one connection are answered in turn, and go with it', async (t) => {
  const { env } = await databasesOf(t);
  const { server } = await serverOn(t, env);
  const { port, hostname, host } = new URL(server.url);
  const post = (sql: string): string => {
    const args = { question: sql, sql, max_rows: 200_000, max_bytes: 10_000_000 };
    const params = { name: 'query', arguments: args, _meta: MODERN_META };
    const body = JSON.stringify({ jsonrpc: '2.0', id: sql, method: 'tools/call', params });
    const head = [
      'POST /mcp HTTP/1.1',
      `host: ${host}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'content-type: application/json',
      'accept: application/json, text/event-stream',
      `mcp-protocol-version: ${MODERN}`,
      'mcp-method: tools/call',
      'mcp-name: query',
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  };
  const large = (nth: number): string =>
    `SELECT i, ${nth}, md5(i::text) FROM generate_series(1, 100000) i`;
  const gone = connect(Number(port), hostname);
  gone.write(post('SELECT done FROM sleep') + [1, 2, 3].map((nth) => post(large(nth))).join(''));
  await eventually('it is served', async () => {
    const gauges = await gaugesOf(server.origin);
    return gauges.get('askonce_session_pool_utilization_ratio') !== 0;
  });
  gone.destroy();
  await untilAtRest(server.origin);

  const patient = connect(Number(port), hostname);
  t.after(() => patient.destroy());
  let text = '';
  patient.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  patient.write(post(large(4)) + post('SELECT 5 AS five'));
  await eventually('both are answered', () => text.includes('"name":"five"'));
  assert.ok(text.indexOf('100000,4,') > 0 && text.indexOf('100000,4,') < text.indexOf('"five"'));
  await untilAtRest(server.origin);
});

test('connections that are killed again and again cost their calls, not the burst', async (t) => {
  const { database, cache, env } = await databasesOf(t);
  const { server, wire } = await serverOn(t, env);
  const callers = burst(t, { wire, callers: 40, sqlOf: napping });
  for (let round = 1; round <= 4; round += 1) {
    const since = callers.answered();
    await eventually('callers are answered', () => callers.answered() > since + 20);
    for (const { url } of round % 2 === 0 ? [database, cache] : [database])
      await killConnections(url);
  }
  const since = callers.answered();
  await eventually('callers are answered again', () => callers.answered() > since + 100);
  await callers.stop();
  assertToldWell(callers.outcomes);
  await untilAtRest(server.origin);
});

test('a statement that hangs, on itself or on a lock, is timed out, and others go on meanwhile', async (t) => {
  const { database, env } = await databasesOf(t);
  const limits = { STATEMENT_TIMEOUT_MS: '3000', DB_POOL_MIN: '1', DB_POOL_MAX: '3' };
  const { server, wire } = await serverOn(t, { ...env, ...limits });
  await untilAnswered(wire, 'SELECT done FROM nap');
  await admin(database.url, 'ALTER TABLE locked ADD m integer');
  // Until its database is dropped.
  admin(
    database.url,
    `BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(30); ROLLBACK`,
  ).catch(() => undefined);
  await eventually('the lock is held', async () => (await runningWith(database.url, 'LOCK')) === 1);
  const hanging = ['SELECT done FROM sleep', 'SELECT n FROM locked'].map((sql) =>
    outcomeOf(wire.call('query', { question: `what hangs in ${sql}?`, sql })),
  );
  await eventually('both hang', async () => (await runningWith(database.url, 'SELECT')) >= 3);
  let isOver = false;
  const outcomes = Promise.all(hanging).finally(() => (isOver = true));
  const others = burst(t, { wire, callers: 2, sqlOf: napping });
  await eventually('others are answered', () => others.answered() > 5);
  assert.equal(isOver, false);
  for (const outcome of await outcomes) assert.equal(codeOf(outcome), 'QUERY_TIMEOUT');
  await others.stop();
  assert.deepEqual([...new Set(others.outcomes.map(codeOf))], ['answered']);
  await untilAtRest(server.origin);
  assert.equal(await runningWith(database.url, 'FROM sleep'), 0);
});

test('a network that swallows what is said to both databases holds no call for ever', async (t) => {
  const { env } = await databasesOf(t);
  const data = await relayTo(t, env.DATABASE_URL);
  const cache = await relayTo(t, env.CACHE_DATABASE_URL);
  const { server, wire } = await serverOn(t, {
    DATABASE_URL: data.url,
    CACHE_DATABASE_URL: cache.url,
    STATEMENT_TIMEOUT_MS: '1000',
  });
  const callers = burst(t, { wire, callers: 20, sqlOf: napping });
  await eventually('the burst is under way', () => callers.answered() > 40);
  data.silence();
  cache.silence();
  const since = callers.answered();
  await eventually('callers are answered again', () => callers.answered() > since + 100);
  await callers.stop();
  assertToldWell(callers.outcomes.filter((outcome) => codeOf(outcome) !== 'QUERY_TIMEOUT'));
  await untilAtRest(server.origin);
});

test('what fails the statement of one fails all who wait for it with the same error', async (t) => {
  const { database, env } = await databasesOf(t);
  const { server, wire } = await serverOn(t, env);
  const calls = Array.from({ length: 30 }, (_, caller) =>
    outcomeOf(
      wire.call('query', { question: `who waits, ${caller}?`, sql: 'SELECT done FROM sleep' }),
    ),
  );
  await eventually('one runs for all', async () => {
    const gauges = await gaugesOf(server.origin);
    return gauges.get('askonce_coalesced_total') === calls.length - 1;
  });
  assert.equal(await runningWith(database.url, 'FROM sleep'), 1);
  await killConnections(database.url);
  const told = (await Promise.all(calls)).map((outcome) => {
    assert.ok(outcome.kind === 'refused');
    return `${outcome.code} ${outcome.message} ${outcome.retryAfterMs}`;
  });
  assert.equal(new Set(told).size, 1, told.join('\n'));
  assert.match(told[0]!, /^DATABASE_UNAVAILABLE .* \d+$/);
  await untilAtRest(server.origin);
});

const TOKENS = { ana: 'ana-secret-token-0001', bob: 'bob-secret-token-0002' };
const AUTH_TOKENS = `ana:${TOKENS.ana},bob:${TOKENS.bob}`;

test('whoever asks three hundred things at once makes nobody else wait for them', async (t) => {
  const { env } = await databasesOf(t);
  const pool = { DB_POOL_MIN: '4', DB_POOL_MAX: '4', AUTH_TOKENS };
  const server = await startAskonce(t, { ...env, ...pool });
  const ana = await wireTo(t, server.url, { token: TOKENS.ana });
  const bob = await wireTo(t, server.url, { token: TOKENS.bob });
  await untilAnswered(bob, 'SELECT done FROM nap');
  const noisy = burst(t, { wire: ana, callers: 300, sqlOf: napping });
  await eventually('her calls are under way', () => noisy.answered() >= 4);
  for (let call = 1; call <= 4; call += 1) {
    const since = noisy.answered();
    const args = { question: `and mine, ${call}?`, sql: `SELECT ${call} AS mine, done FROM nap` };
    assert.equal(codeOf(await outcomeOf(bob.call('query', args))), 'answered');
    const turns = noisy.answered() - since;
    assert.ok(turns <= 30, `${turns} of hers came before his`);
  }
  await noisy.stop();
  assertToldWell(noisy.outcomes);
});

test('where no session is left either, HTTP says so, and when to come again', async (t) => {
  const { env } = await databasesOf(t);
  const scarce = { SESSION_POOL_MIN: '1', SESSION_POOL_MAX: '2', MAX_QUEUE: '3' };
  const { server, wire } = await serverOn(t, { ...env, ...scarce });
  const calls = Array.from({ length: 20 }, (_, call) =>
    wire.call('query', { question: `which, ${call}?`, sql: `SELECT ${call} AS n, done FROM rest` }),
  );
  const replies = await Promise.all(calls.map(({ reply }) => reply()));
  const refused = replies.filter(({ status }) => status === 503);
  assert.ok(refused.length > 0 && refused.length <= 15, String(refused.length));
  for (const { headers, text } of refused) {
    const { error } = JSON.parse(text);
    assert.equal(error.data.code, 'OVERLOADED');
    assert.ok(Number(headers['retry-after']) >= 1);
    assert.ok(error.data.retry_after_ms > 0);
  }
  await untilAtRest(server.origin);
  await untilAnswered(wire, 'SELECT done FROM nap');
});

function codeOf(outcome: Outcome): string {
  return outcome.kind === 'answered' ? 'answered' : outcome.code;
}
