// What an operator is shown: figures, lists, dry runs, replays, the queue; and what it is told while a part is away.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { call, connect, startAskonce, temporaryDataDir } from '../support/askonce.ts';
import { admin } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { noOwnCluster, ownCluster } from '../support/own-cluster.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { tenantDatabase } from '../support/tenants.ts';

const COUNT = 'how many customers are in Germany?';
const REPHRASED = 'number of customers located in Germany';
const COUNT_SQL = "SELECT count(*) FROM customers WHERE country = 'Germany'";
const OFFERED = 'list the grand customers of Spain';

type Document = Record<string, unknown>;
type List = readonly Document[];

test('figures say from where answers came, what that spared, and for whom', async (t) => {
  // One in so many answers would be picked for a check, and stand in the queue.
  const { client } = await startSmallShop(t, { SHADOW_CHECK_RATE: '0' });
  await call(client, 'query', { question: COUNT, sql: COUNT_SQL });
  await call(client, 'ask', { question: COUNT });
  await call(client, 'ask', { question: COUNT });
  await call(client, 'ask', { question: REPHRASED });
  const stats = await call(client, 'cache_stats', { hours: 1 });
  assert.deepEqual(stats['by_source'], { memory: 2, store: 0, semantic: 1, database: 1 });
  assert.deepEqual([stats['answers'], stats['hit_rate']], [4, 0.75]);
  const saved = stats['saved'] as { statements: number; tokens_estimated: number };
  assert.equal(saved.statements, 3);
  assert.ok(saved.tokens_estimated > 2700 && saved.tokens_estimated < 3000);
  const [scope, ...others] = stats['by_scope'] as List;
  assert.deepEqual([(scope!['scope'] as Document)['label'], others.length], ['local', 0]);
  assert.equal(
    (stats['by_time'] as List).reduce((sum, bar) => sum + Number(bar['memory']), 0),
    2,
  );
  assert.deepEqual(
    (({ hit, open }) => [hit, open])(stats['decisions'] as { hit: number; open: number }),
    [1, 0],
  );
  const { questions, plans, results } = stats['store'] as Record<string, number>;
  assert.deepEqual([questions, plans, results], [1, 1, 1]);
});

test('known questions are found by words, by the SQL, by meaning and by table, page by page', async (t) => {
  const { client } = await startSmallShop(t);
  const questions = Array.from({ length: 25 }, (_, n) => ({
    question: `customers with a number below ${n}`,
    sql: `SELECT count(*) FROM customers WHERE id < ${n}`,
  }));
  const orders = { question: '100 % of the orders', sql: 'SELECT count(*) FROM orders' };
  await call(client, 'cache_warm', { questions: [...questions, orders] });
  const find = async (args: Document) => {
    const found = await call(client, 'cache_search', args);
    const entries = found['entries'] as { question: string; similarity: number | null }[];
    return { ...found, total: found['total'], entries };
  };
  const first = await find({ limit: 20, sort: 'new' });
  const second = await find({ limit: 20, sort: 'new', cursor: first.next_cursor });
  const all = [...first.entries, ...second.entries].map(({ question }) => question);
  assert.deepEqual([first.total, new Set(all).size, second.next_cursor], [26, 26, null]);
  assert.equal((await find({ query: '%' })).entries[0]!.question, orders.question);
  assert.equal((await find({ query: 'id < 7' })).total, 1);
  assert.deepEqual(
    (await find({ table: 'orders' })).entries.map(({ question }) => question),
    [orders.question],
  );
  const meant = await find({ query: 'purchases altogether', limit: 5 });
  assert.equal(meant.total, 0);
  assert.ok(meant.entries.every(({ similarity }) => similarity !== null && similarity > 0.3));
  const hostile = await find({ query: `'; DROP TABLE askonce.plans; --\\` });
  assert.equal(hostile.total, 0);
  assert.equal((await find({})).total, 26);
});

test('a dry run says what would be done with a question and why, and leaves no trace', async (t) => {
  const { client, cacheUrl } = await startSmallShop(t);
  await call(client, 'query', { question: COUNT, sql: COUNT_SQL });
  const before = await admin(cacheUrl, 'SELECT count(*) FROM askonce.decisions');
  const one = await call(client, 'cache_decide', { question: REPHRASED });
  const [candidate] = one['candidates'] as unknown as List;
  assert.deepEqual([one['outcome'], candidate!['question']], ['hit', COUNT]);
  assert.match(String(candidate!['why']), /margin of [\d.]+ is not below [\d.]+/);
  const other = await call(client, 'cache_decide', {
    question: 'how many customers are in France?',
    earlier: COUNT,
  });
  const [against] = other['candidates'] as unknown as [
    { outcome: string; why: string; frames: Document },
  ];
  assert.equal(against.outcome, 'miss');
  assert.match(against.why, /contradict each other: .*Germany/);
  assert.deepEqual(Object.keys(against.frames), ['earlier', 'later']);
  const rebound = await call(client, 'cache_decide', {
    question: 'how many customers are in Spain?',
  });
  assert.deepEqual(rebound['rebound'], [{ from: 'Germany', to: 'Spain' }]);
  const unknown = await call(client, 'cache_decide', {
    question: 'total of all orders',
    earlier: 'the sum of all orders',
    sql: 'SELECT sum(total) FROM orders',
  });
  const [judged] = unknown['candidates'] as unknown as [{ id: string | null; similarity: number }];
  assert.deepEqual([judged.id, judged.similarity > 0.5], [null, true]);
  assert.deepEqual(await admin(cacheUrl, 'SELECT count(*) FROM askonce.decisions'), before);
});

test('the replay shows for each target what it serves and how much of that was wrong', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'query', { question: COUNT, sql: COUNT_SQL });
  const served = await call(client, 'ask', { question: REPHRASED });
  const point = async (target: number) => {
    const tuned = await call(client, 'cache_tune', { target_error_rate: target });
    const points = tuned['points'] as {
      target_error_rate: number;
      served: number;
      wrong: number;
    }[];
    return { tuned, point: points.find((one) => one.target_error_rate === target)! };
  };
  const before = await point(0.01);
  assert.deepEqual([before.point.served, before.point.wrong], [1, 0]);
  assert.equal((before.tuned['recommendation'] as Document)['target_error_rate'], 0.01);
  assert.equal((await point(0)).point.served, 0);
  const other = await call(client, 'ask', { question: 'the number of customers in Germany' });
  assert.equal(other.source, 'semantic');
  for (const { answer_id: id } of [served, other]) {
    await call(client, 'cache_review', { answer_id: id, verdict: 'different' });
  }
  const after = await point(0.01);
  assert.ok(after.point.served < 2, 'the cut has risen');
  assert.equal(after.tuned['labelled'], 2);
  const curves = after.tuned['curves'] as { figure: { served: number; wrong: number }[] };
  assert.deepEqual([curves.figure[0]!.served, curves.figure[0]!.wrong], [2, 2]);
});

test('offers, checks and reports wait to be reviewed, the urgent ones first', async (t) => {
  const { client } = await startSmallShop(t, { SHADOW_CHECK_RATE: '1' });
  await call(client, 'query', { question: COUNT, sql: COUNT_SQL });
  await call(client, 'query', {
    question: 'list the customers of Spain',
    sql: "SELECT name FROM customers WHERE country = 'Spain'",
  });
  await call(client, 'ask', { question: REPHRASED });
  assert.equal((await call(client, 'ask', { question: OFFERED })).status, 'confirm');
  const reported = await call(client, 'ask', { question: 'the customers of Spain, listed' });
  await call(client, 'report', {
    answer_id: reported.answer_id,
    verdict: 'wrong',
    note: 'wanted their mail addresses',
  });
  const queue = await call(client, 'cache_review', {});
  const items = queue['items'] as { id: string; kind: string; note: string | null }[];
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['report', 'check', 'confirm'],
  );
  assert.equal(items[0]!.note, 'wanted their mail addresses');
  for (const { id } of items) await call(client, 'cache_review', { decision: id, verdict: 'same' });
  assert.deepEqual((await call(client, 'cache_review', {}))['open'], 0);
  assert.equal((await call(client, 'ask', { question: OFFERED })).status, 'answered');
  const misused = await call(client, 'cache_review', { verdict: 'same' });
  assert.equal(misused.error?.code, 'INPUT_INVALID');
});

test('each identity is a scope of its own, and what is set or forgotten in one leaves the others', async (t) => {
  const tenants = await tenantDatabase(t);
  const tokens = ['ann', 'bob', 'root'].map((name) => `${name}:${name.padEnd(20, '-')}`);
  const { settings } = await startSmallShop(t);
  const server = await startAskonce(t, {
    ...settings,
    DATABASE_URL: tenants.readerUrl,
    AUTH_TOKENS: `${tokens.join(',')}:admin`,
    DATABASE_IDENTITY: 'role=role,app.tenant=tenant',
    TOKEN_CLAIMS: ['ann.tenant=a', 'bob.tenant=b', 'root.tenant=c']
      .concat(['ann', 'bob', 'root'].map((name) => `${name}.role=${tenants.red}`))
      .join(','),
  });
  const as = (name: string) => connect(t, server.url, { token: name.padEnd(20, '-') });
  const [ann, bob, root] = [await as('ann'), await as('bob'), await as('root')];
  const orders = { question: 'how many orders', sql: 'SELECT count(*) FROM orders' };
  await call(ann, 'query', orders);
  await call(bob, 'query', orders);
  const stats = await call(root, 'cache_stats', {});
  const scopes = (stats['by_scope'] as { scope: { id: string; label: string } }[]).map(
    ({ scope }) => scope,
  );
  const ofAnn = scopes.find(({ label }) => label.startsWith('ann'))!;
  assert.equal(ofAnn.label, `ann as ${tenants.red} · app.tenant=a`);
  const scope = ofAnn.id.slice(0, 8);
  const found = await call(root, 'cache_search', { query: 'orders' });
  assert.equal(found['total'], 2);
  await call(root, 'cache_policy', { scope, set: { ttl_seconds: 0 } });
  assert.equal((await call(ann, 'ask', { question: orders.question })).source, 'database');
  assert.equal((await call(bob, 'ask', { question: orders.question })).source, 'memory');
  const { confirm } = await call(root, 'cache_forget', { scope, all: true });
  await call(root, 'cache_forget', { scope, all: true, confirm });
  assert.equal((await call(ann, 'ask', { question: orders.question })).status, 'needs_sql');
  assert.equal((await call(bob, 'ask', { question: orders.question })).status, 'answered');
  const missing = await call(root, 'cache_search', { scope: 'ffffffff' });
  assert.equal(missing.error?.code, 'NOT_FOUND');
});

test('what is set on one replica holds on the other, and so does forgetting', async (t) => {
  const { client, settings } = await startSmallShop(t);
  const other = await startAskonce(t, settings);
  const there = await connect(t, other.url);
  await call(client, 'query', { question: COUNT, sql: COUNT_SQL });
  assert.equal((await call(there, 'ask', { question: COUNT })).status, 'answered');
  await call(client, 'cache_policy', { set: { ttl_seconds: 0 } });
  await eventually('the other replica follows', async () => {
    return (await call(there, 'ask', { question: COUNT })).source === 'database';
  });
  await call(client, 'cache_policy', { undo: true });
  const { confirm } = await call(client, 'cache_forget', { all: true });
  await call(client, 'cache_forget', { all: true, confirm });
  await eventually('the other replica has forgotten', async () => {
    return (await call(there, 'ask', { question: COUNT })).status === 'needs_sql';
  });
  const status = await call(client, 'server_status', {});
  assert.equal(status['replicas'], 2);
});

test('while the cache database is away each tool says so, and the status raises the alert', async (t) => {
  const { client, settings } = await startSmallShop(t);
  const nowhere = { ...settings, CACHE_DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/none' };
  const server = await startAskonce(t, nowhere);
  const there = await connect(t, server.url);
  const calls: [string, Document][] = [
    ['cache_stats', {}],
    ['cache_search', {}],
    ['cache_inspect', { id: 'a_x' }],
    ['cache_decide', { question: COUNT }],
    ['cache_policy', {}],
    ['cache_tune', {}],
    ['cache_review', {}],
    ['cache_forget', { all: true }],
    ['cache_export', {}],
  ];
  for (const [name, args] of calls) {
    assert.equal((await call(there, name, args)).error?.code, 'OVERLOADED', name);
  }
  const status = await call(there, 'server_status', {});
  const alerts = status['alerts'] as { name: string }[];
  assert.deepEqual(
    alerts.map(({ name }) => name),
    ['AskonceCacheStoreNotAnswering'],
  );
  assert.deepEqual((await call(client, 'server_status', {}))['alerts'], []);
});

test('what an admin changes stands in the audit log, without what was said in words', async (t) => {
  const file = join(await temporaryDataDir(t), 'audit.jsonl');
  const { client } = await startSmallShop(t, { AUDIT_LOG: file });
  await call(client, 'cache_policy', { set: { ttl_seconds: 5 }, note: 'because of Ann' });
  await call(client, 'cache_forget', { question: 'what Ann asked' });
  await call(client, 'cache_search', { query: 'what Ann asked' });
  const text = await readFile(file, 'utf8');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Document);
  assert.deepEqual(
    lines.map(({ what, change }) => [what, change]),
    [
      ['cache_policy', '{"set":{"ttl_seconds":5}}'],
      ['cache_forget', '{}'],
      ['cache_search', undefined],
    ],
  );
  assert.doesNotMatch(text, /Ann/);
});

test(
  'the costliest statements of the database are suggested to be warmed',
  { skip: noOwnCluster },
  async (t) => {
    const cluster = await ownCluster(t, ["shared_preload_libraries = 'pg_stat_statements'"]);
    const shop = await startSmallShop(t, {}, [], cluster.url);
    const { client, databaseUrl, settings } = shop;
    const reader = new URL(settings.DATABASE_URL).username;
    const missing = await call(client, 'cache_warm', { from: 'pg_stat_statements' });
    assert.deepEqual(missing.error?.code, 'NOT_FOUND');
    assert.match(missing.error?.hint ?? '', /CREATE EXTENSION pg_stat_statements/);
    await admin(
      databaseUrl,
      'CREATE EXTENSION pg_stat_statements; SELECT count(*) FROM orders;' +
        `SELECT count(*) FROM customers WHERE country = 'Spain'; GRANT pg_read_all_stats TO ${reader} WITH INHERIT TRUE`,
    );
    const found = await call(client, 'cache_warm', { from: 'pg_stat_statements', limit: 100 });
    const statements = found['statements'] as {
      sql: string;
      params: number;
      fault: string | null;
    }[];
    const whole = statements.find(({ sql }) => sql === 'SELECT count(*) FROM orders');
    assert.deepEqual([whole?.params, whole?.fault], [0, null]);
    const cut = statements.find(({ sql }) => /country = \$1/.test(sql));
    assert.deepEqual([cut?.params, cut?.fault], [1, null]);
    assert.ok(!statements.some(({ sql }) => /CREATE|GRANT/.test(sql)));
  },
);
