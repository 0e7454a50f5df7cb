// What the rules of Prometheus look at is really there, and moves when it should.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { call, connect, startAskonce } from '../support/askonce.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf } from '../support/gauges.ts';
import { DEPLOY, findPromtool } from '../support/promtool.ts';
import { relayTo } from '../support/relay.ts';
import { createSmallShop, startSmallShop } from '../support/small-shop.ts';
import { wireTo } from '../support/wire.ts';

const promtool = await findPromtool();
const withPromtool = typeof promtool === 'function' ? {} : promtool;

const SPANISH = {
  question: 'list the customers of Spain',
  sql: "SELECT id, name FROM customers WHERE country = 'Spain' ORDER BY id",
};
const COUNT = 'SELECT count(*)::int AS n FROM customers';
const SLOW = `SELECT count(*) FROM customers a, customers b, customers c, orders d WHERE a.id + b.id + c.id > d.id`;

/** Metrics by name, as PromQL and /metrics have them. */
const NAMES = /\b(?:askonce|process|nodejs)_[a-z_]+/g;
const PART = /_(?:bucket|sum|count)$/;

test('every metric that the rules and the dashboard name is exposed, and some alone by name', async (t) => {
  const { server } = await startSmallShop(t);
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  const exposed = new Set(text.match(/(?<=^# TYPE )\S+/gm));
  const named = new Set(
    ['prometheus/alerts.yml', 'grafana/dashboards/askonce.json'].flatMap(
      (file) => readFileSync(join(DEPLOY, file), 'utf8').match(NAMES) ?? [],
    ),
  );
  assert.ok(named.size >= 25);
  const isThere = (name: string): boolean =>
    exposed.has(name) || exposed.has(name.replace(PART, ''));
  assert.deepEqual(
    [...named].filter((name) => !isThere(name)),
    [],
  );

  const wanted = 'name[]=askonce_conversations&name[]=askonce_heap_bytes&name[]=nobody_knows';
  const few = await (await fetch(`${server.origin}/metrics?${wanted}`)).text();
  assert.deepEqual(few.match(/(?<=^# TYPE )\S+/gm), [
    'askonce_conversations',
    'askonce_heap_bytes',
  ]);
});

test('promtool finds nothing to say of the metrics of askonce', withPromtool, async (t) => {
  assert.ok(typeof promtool === 'function');
  const { server, client } = await startSmallShop(t);
  await call(client, 'query', SPANISH);
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  const own = text.split('\n').filter((line) => /^(# \w+ )?askonce_/.test(line));
  const { code, said } = await promtool(['check', 'metrics'], `${own.join('\n')}\n`);
  assert.deepEqual([code, said], [0, '']);
});

test('answers by similarity are counted however often they are served, and the wrong ones beside them', async (t) => {
  const { server, client } = await startSmallShop(t);
  await call(client, 'query', SPANISH);
  assert.equal((await call(client, 'ask', { question: SPANISH.question })).matched, null);
  const question = 'show the customers of Spain';
  const first = await call(client, 'ask', { question });
  assert.equal(first.matched?.question, SPANISH.question);
  for (let times = 0; times < 3; times += 1) await call(client, 'ask', { question });
  await call(client, 'ask', { questions: [question, SPANISH.question] });
  await call(client, 'report', { answer_id: first.answer_id, verdict: 'wrong' });
  const gauges = await gaugesOf(server.origin);
  assert.equal(gauges.get('askonce_cache_similarity_served_total'), 5);
  assert.equal(gauges.get('askonce_cache_false_hits_total'), 1);
  assert.equal(gauges.get('askonce_cache_target_error_ratio'), 0.01);
});

test('the breaker shows while the database is away, and so do the faults that it spares', async (t) => {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await createSmallShop(database.url);
  const relay = await relayTo(t, database.readerUrl);
  const server = await startAskonce(t, { DATABASE_URL: relay.url, CACHE_DATABASE_URL: cache.url });
  const client = await connect(t, server.url);
  const ask = () =>
    call(client, 'query', { question: 'how many?', sql: COUNT, max_age_seconds: 0 });
  assert.equal((await ask()).status, 'answered');
  const before = await gaugesOf(server.origin);
  assert.equal(before.get('askonce_breaker_state'), 0);
  assert.equal(before.get('askonce_freshness_source{source="statistics"}'), 1);
  assert.equal(before.get('askonce_freshness_bound_seconds'), 61);
  assert.equal(before.get('askonce_replication_lag_seconds'), undefined);
  relay.cut();
  await eventually('it is open', async () => {
    await ask();
    return (await gaugesOf(server.origin)).get('askonce_breaker_state') === 2;
  });
  const counted = [...(await gaugesOf(server.origin))].filter(([name]) =>
    /requests_total\{.*"DATABASE_UNAVAILABLE"/.test(name),
  );
  assert.ok(counted.some(([, calls]) => calls > 0));
});

test('a cache database that is away shows, while questions are answered without it', async (t) => {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await createSmallShop(database.url);
  const relay = await relayTo(t, cache.url);
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: relay.url,
  });
  const client = await connect(t, server.url);
  await eventually('it is up', async () => {
    return (await gaugesOf(server.origin)).get('askonce_cache_store_up') === 1;
  });
  relay.cut();
  let asked = 0;
  await eventually('it is not asked', async () => {
    asked += 1;
    const sql = `${COUNT} WHERE id < ${asked}`;
    const answer = await call(client, 'query', { question: `how many below ${asked}?`, sql });
    assert.equal(answer.status, 'answered');
    return (await gaugesOf(server.origin)).get('askonce_cache_store_up') === 0;
  });
  const failures = [...(await gaugesOf(server.origin))].filter(
    ([name, value]) => name.startsWith('askonce_cache_failures_total') && value > 0,
  );
  assert.notDeepEqual(failures, []);
});

test('sessions that are all leased show, and callers that are turned away for it', async (t) => {
  const { server } = await startSmallShop(t, {
    SESSION_POOL_MIN: '2',
    SESSION_POOL_MAX: '2',
    MAX_QUEUE: '1',
  });
  const wire = await wireTo(t, server.url);
  const calls = Array.from({ length: 6 }, (_, at) =>
    wire.call('query', { question: `slow ${at}`, sql: `${SLOW} AND a.id <> ${at}` }),
  );
  const gauge = async (name: string) => (await gaugesOf(server.origin)).get(name);
  await eventually('all are leased', async () => {
    return (await gauge('askonce_session_pool_utilization_ratio')) === 1;
  });
  assert.equal(await gauge('askonce_session_pool_sessions{state="free"}'), 0);
  await eventually('somebody is turned away', async () => {
    return Number(await gauge('askonce_shed_total{for="session"}')) > 0;
  });
  for (const sent of calls) sent.vanish();
});
