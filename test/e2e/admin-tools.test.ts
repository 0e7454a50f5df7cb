// What whoever runs a server asks it and tells it: its status, what it knows, and what it shall know.
import assert from 'node:assert/strict';
import test from 'node:test';

import type { Client } from '@modelcontextprotocol/client';

import { call, connect, runAskonce, startAskonce } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startSmallShop } from '../support/small-shop.ts';

const ADMIN_TOOLS = [
  'cache_decide',
  'cache_export',
  'cache_forget',
  'cache_inspect',
  'cache_policy',
  'cache_review',
  'cache_search',
  'cache_stats',
  'cache_tune',
  'cache_warm',
  'server_status',
];
const USER = 'u'.repeat(20);
const ADMIN = 'a'.repeat(20);

interface Entry {
  readonly question: string;
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly made_by?: string;
  readonly made_at?: string;
  readonly origin?: string;
}

async function toolsOf(client: Client): Promise<string[]> {
  const { tools } = await client.listTools();
  return tools.map(({ name }) => name);
}

const entryOf = (n: number): Entry => ({
  question: `customers with a number below ${n}`,
  sql: `SELECT count(*) FROM customers WHERE id < ${n}`,
  params: [],
});

const command = (args: readonly string[], input = '') => runAskonce(args, {}, input);

test('the tools of admins are there for them alone', async (t) => {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    AUTH_TOKENS: `ann:${USER},bob:${ADMIN}:admin`,
  });
  const [user, boss] = [
    await connect(t, server.url, { token: USER }),
    await connect(t, server.url, { token: ADMIN, era: '2026-07-28' }),
  ];
  const common = await toolsOf(user);
  assert.deepEqual(
    common.filter((name) => ADMIN_TOOLS.includes(name)),
    [],
  );
  assert.deepEqual((await toolsOf(boss)).sort(), [...common, ...ADMIN_TOOLS].sort());
  const allowed = await runAskonce(['cache-export', server.url], { MCP_AUTH_TOKEN: ADMIN });
  assert.deepEqual([allowed.code, allowed.stdout], [0, '[]\n']);
  const denied = await runAskonce(['cache-export', server.url], { MCP_AUTH_TOKEN: USER });
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /^askonce: The token is not that of an admin\.\n/);
  const stranger = await runAskonce(['cache-export', server.url], {
    MCP_AUTH_TOKEN: 'x'.repeat(20),
  });
  assert.match(stranger.stderr, /refuses the token/);
  for (const name of ADMIN_TOOLS) {
    await assert.rejects(user.callTool({ name, arguments: {} }), /Unknown tool/);
  }
});

test('what a model reads of the list of tools is at most 2,000 tokens, for an admin too', async (t) => {
  const { client } = await startSmallShop(t);
  const { tools } = await client.listTools();
  const read = tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    inputSchema,
  }));
  assert.equal(tools.length, 17);
  // 4.25 characters a token, as OpenAI's o200k counts this list.
  assert.ok(JSON.stringify(read).length <= 4.25 * 2000);
});

test('the status says where changes are learned from, and how busy the server is', async (t) => {
  const { client } = await startSmallShop(t);
  await call(client, 'query', {
    question: 'how many customers',
    sql: 'select count(*) from customers',
  });
  const status = await call(client, 'server_status', {});
  assert.equal(status.status, 'ready');
  assert.deepEqual(status['changes'], {
    source: 'statistics',
    bound_seconds: 61,
    tables_not_covered: 0,
    stale_while_revalidate_seconds: 0,
    replication_fault: null,
  });
  const connections = status['data_connections'] as { total: number; max: number };
  assert.ok(connections.total >= 1 && connections.max >= connections.total);
});

test('what one server knows another learns from a file, and answers it without a statement', async (t) => {
  const one = await startSmallShop(t);
  const entries = Array.from({ length: 230 }, (_, n) => entryOf(n));
  const first = await call(one.client, 'cache_warm', { questions: entries.slice(0, 200) });
  assert.deepEqual([first.status, first['learned'], first['refused']], ['warmed', 200, 0]);
  await call(one.client, 'cache_warm', { questions: entries.slice(190) });
  const exported = await command(['cache-export', one.server.url]);
  assert.equal(exported.code, 0, exported.stderr);
  const file = JSON.parse(exported.stdout) as Entry[];
  const byQuestion = (a: Entry, b: Entry): number => (a.question < b.question ? -1 : 1);
  const known = file.map(({ question, sql, params }) => ({ question, sql, params }));
  assert.deepEqual(known.sort(byQuestion), [...entries].sort(byQuestion));
  const { made_by: by, made_at: at, origin } = file[0]!;
  assert.deepEqual([by, origin], ['local', 'asked']);
  assert.ok(Math.abs(Date.now() - Date.parse(at ?? '')) < 600_000, at);

  const other = await startSmallShop(t);
  const warmed = await command(['cache-warm', other.server.url, '--run'], exported.stdout);
  assert.equal(warmed.code, 0, warmed.stderr);
  assert.match(warmed.stderr, /done: 230 learned, 0 known already, 230 run, 0 refused/);
  const answer = await call(other.client, 'ask', { question: entryOf(7).question });
  assert.deepEqual([answer.source, answer.rows], ['memory', [[6]]]);
  const again = await command(['cache-warm', other.server.url], exported.stdout);
  assert.match(again.stderr, /done: 0 learned, 230 known already, 0 run, 0 refused/);
});

test('what cannot be learned is refused alone, and nothing that was reported wrong comes back', async (t) => {
  const { client, server } = await startSmallShop(t);
  const wrong = entryOf(1);
  const served = await call(client, 'query', { ...wrong });
  await call(client, 'report', { answer_id: served.answer_id, verdict: 'wrong' });
  const questions = [
    wrong,
    { question: 'drop it', sql: 'DROP TABLE customers' },
    { question: 'nonsense', sql: 'SELEC 1' },
    { question: '', sql: 'SELECT 1' },
    { question: 'and for that?', sql: 'SELECT 1' },
    {
      question: 'customers of a country',
      sql: 'SELECT 1 FROM customers WHERE country = $1',
      params: ['Spain'],
    },
    { question: 'rows of nowhere', sql: 'SELECT * FROM nowhere' },
    entryOf(2),
  ];
  const report = await command(['cache-warm', server.url, '--run'], JSON.stringify(questions));
  assert.equal(report.code, 1);
  assert.match(report.stderr, /done: 1 learned, 0 known already, 1 run, 7 refused/);
  assert.match(report.stderr, /refused: number 2: drop it: .*\n/);
  assert.match(report.stderr, /refused: number 6: .* does not name every value/);
  const asked = await call(client, 'ask', { question: wrong.question });
  assert.equal(asked.status, 'needs_sql');
});

test('a file that is none, and a server that is none, are told with what to do', async (t) => {
  const { server } = await startSmallShop(t, {}, []);
  for (const input of [
    '',
    '{"question": "x"}',
    '[{"question": "x", "sql": "select 1"}, oops',
    'null',
  ]) {
    const { code, stderr } = await command(['cache-warm', server.url], input);
    assert.equal(code, 1, input);
    assert.match(stderr, /no JSON array of questions/, input);
  }
  const good = { question: 'customers of number 1', sql: 'SELECT 1 FROM customers WHERE id = 1' };
  const odd = await command(
    ['cache-warm', server.url],
    JSON.stringify([1, good, { question: 'x' }, { ...good, parms: [] }]),
  );
  assert.equal(odd.code, 1);
  assert.match(odd.stderr, /refused: number 1: [^]*number 3: sql: [^]*number 4: .*parms/);
  assert.match(odd.stderr, /done: 1 learned, 0 known already, 0 run, 3 refused/);
  const nobody = await command(['cache-export', 'http://127.0.0.1:9/mcp']);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /No server answers/);
  const help = await command(['cache-export', '--help']);
  assert.match(help.stdout, /askonce cache export \[URL\]/);
  const bogus = await command(['serve', '--bogus']);
  assert.equal(bogus.code, 2);
  assert.match(bogus.stderr, /serve takes no --bogus/);
  const many = await command(['cache-export', 'a', 'b']);
  assert.equal(many.code, 2);
  assert.match(many.stderr, /too many arguments/);
});

test('an export whose store is away says so, and begins where it was', async (t) => {
  const { client, cacheUrl } = await startSmallShop(t);
  await call(client, 'cache_warm', { questions: [1, 2, 3].map(entryOf) });
  const page = await call(client, 'cache_export', { limit: 2 });
  assert.equal((page['questions'] as unknown[]).length, 2);
  await admin(cacheUrl, 'ALTER TABLE askonce.phrasings RENAME TO gone');
  const cursor = page.next_cursor!;
  const away = await call(client, 'cache_export', { cursor });
  assert.equal(away.error?.code, 'OVERLOADED');
  await admin(cacheUrl, 'ALTER TABLE askonce.gone RENAME TO phrasings');
  let rest = away;
  await eventually('it is there again', async () => {
    rest = await call(client, 'cache_export', { cursor });
    return rest.error === undefined;
  });
  assert.equal((rest['questions'] as unknown[]).length, 1);
  assert.equal(rest.next_cursor, null);
});

test('what cannot be stored is not said to be learned', async (t) => {
  const { client, cacheUrl } = await startSmallShop(t);
  await call(client, 'cache_warm', { questions: [entryOf(1)] });
  await admin(cacheUrl, 'ALTER SCHEMA askonce RENAME TO gone');
  await eventually('it is noticed', async () => {
    const document = await call(client, 'cache_warm', { questions: [entryOf(2)] });
    return document.error?.code === 'OVERLOADED';
  });
});

test('a known statement whose table is gone is asked for anew', async (t) => {
  const { client, databaseUrl } = await startSmallShop(t);
  await admin(databaseUrl, 'CREATE TABLE brief AS SELECT 1 AS n');
  const question = 'what is in the brief table';
  await call(client, 'query', { question, sql: 'SELECT n FROM brief' });
  await admin(databaseUrl, 'DROP TABLE brief');
  await eventually('it is seen', async () => {
    const { status } = await call(client, 'ask', { question });
    return status === 'needs_sql';
  });
});
