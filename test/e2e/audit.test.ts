// The audit log: who asked what and what came of it, without what must not stand in it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { call, connect, runAskonce, startAskonce } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { wireTo } from '../support/wire.ts';

const TOKENS = { alice: 'a-token-for-alice-0', bob: 'a-token-for-bob-0000' };
type Line = Record<string, unknown>;

async function audited(t: TestContext, env: Record<string, string> = {}) {
  const database = await freshDatabase(t);
  await admin(
    database.url,
    `create table customers (id int, email text);
     insert into customers select i, 'zoe' || i || '@x.test' from generate_series(1, 20000) i`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'askonce-audit-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'audit.jsonl');
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
    AUTH_TOKENS: `alice:${TOKENS.alice},bob:${TOKENS.bob}:admin`,
    AUDIT_LOG: file,
    ...env,
  });
  const lines = async (): Promise<Line[]> =>
    (await readFile(file, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  const last = async (): Promise<Line> => (await lines()).at(-1) ?? {};
  const client = await connect(t, server.url, { token: TOKENS.alice });
  return { server, client, lines, last, file };
}

const QUESTION = 'which customer has the address zoe7@x.test?';
const SQL = "SELECT id FROM customers WHERE email = 'zoe7@x.test' AND id < 1000 /* zoe7 */";

test('each call is one line: who, what, from where, how much', async (t) => {
  const { server, client, lines, last, file } = await audited(t);
  const answer = await call(client, 'query', { question: QUESTION, sql: SQL });
  const line = await last();
  assert.deepEqual(
    [line['what'], line['principal'], line['role'], line['outcome'], line['source'], line['rows']],
    ['query', 'alice', 'user', 'ok', 'database', 1],
  );
  assert.equal(line['answer_id'], answer['answer_id']);
  assert.equal(line['sql'], 'SELECT id FROM customers WHERE email = ? AND id < ?');
  assert.ok(!Number.isNaN(Date.parse(String(line['time']))));
  assert.ok(Number(line['bytes']) > 0 && Number(line['ms']) > 0);

  await eventually('it is held', async () => {
    await call(client, 'ask', { question: QUESTION });
    return (await last())['source'] === 'memory';
  });
  const held = await last();
  assert.deepEqual([held['what'], held['rows'], held['outcome']], ['ask', 1, 'ok']);
  assert.equal(held['question_id'], line['question_id']);
  assert.equal(held['sql_id'], line['sql_id']);

  const before = (await lines()).length;
  await call(client, 'ask', { questions: [QUESTION, 'how many orders were there in May?'] });
  const several = (await lines()).slice(before);
  assert.deepEqual(
    several.map(({ what, rows, question_id: id }) => [what, rows, id === line['question_id']]),
    [
      ['ask', 1, true],
      ['ask', null, false],
    ],
  );
  await assert.rejects(client.callTool({ name: 'server_status', arguments: {} }));
  assert.deepEqual(
    [(await last())['what'], (await last())['outcome']],
    ['server_status', 'NOT_FOUND'],
  );

  const refused = await call(client, 'query', {
    question: 'delete all',
    sql: 'DELETE FROM customers',
  });
  assert.equal(refused.error?.code, 'QUERY_REJECTED');
  assert.deepEqual([(await last())['outcome'], (await last())['rows']], ['QUERY_REJECTED', null]);

  const download = await fetch(`${server.origin}/results/${answer.answer_id}?format=csv`, {
    headers: { authorization: `Bearer ${TOKENS.alice}` },
  });
  const text = await download.text();
  await eventually('it is told of', async () => (await last())['what'] === 'download');
  assert.equal((await last())['bytes'], Buffer.byteLength(text));

  const { contents } = await client.readResource({ uri: 'schema://table/customers' });
  const read = await last();
  assert.deepEqual(
    [read['what'], read['outcome'], read['bytes']],
    ['resource', 'ok', Buffer.byteLength((contents[0] as { text: string }).text)],
  );
  await assert.rejects(client.readResource({ uri: 'schema://table/nothing' }));
  assert.deepEqual([(await last())['what'], (await last())['outcome']], ['resource', 'NOT_FOUND']);

  await fetch(server.url, {
    method: 'POST',
    headers: { authorization: 'Bearer nobodys' },
    body: '{}',
  });
  const stranger = await last();
  assert.deepEqual(
    [stranger['what'], stranger['outcome'], stranger['principal']],
    ['refused', 'UNAUTHENTICATED', null],
  );
  assert.equal(stranger['address'], '127.0.0.1');

  assert.doesNotMatch(await readFile(file, 'utf8'), /zoe7|a-token-for|nobodys|delete all/);
  assert.ok((await lines()).length >= 5);
});

test('a large answer is told of behind its last row, and one that nobody read to its end as that', async (t) => {
  const { server, client, lines, last } = await audited(t);
  const large = {
    question: 'all customers, please',
    sql: 'SELECT id, email, email AS again FROM customers ORDER BY id',
    max_rows: 20_000,
    max_bytes: 5_000_000,
  };
  await call(client, 'query', large);
  await eventually('it is told of', async () => (await last())['rows'] === 20_000);
  assert.equal((await last())['outcome'], 'ok');

  const before = (await lines()).length;
  const wire = await wireTo(t, server.url, { era: '2026-07-28', token: TOKENS.alice });
  const sent = wire.call('query', {
    ...large,
    sql: "SELECT i, repeat('x', 2000) FROM generate_series(1, 20000) i",
    max_bytes: 10_000_000,
  });
  await once(await sent.head, 'readable');
  sent.vanish();
  await eventually('it is told of', async () => (await lines()).length > before);
  const line = await last();
  assert.deepEqual([line['what'], line['outcome']], ['query', 'QUERY_CANCELLED']);
});

test('where that is wanted it stands there as it was said', async (t) => {
  const { client, last } = await audited(t, { AUDIT_TEXT: 'full' });
  await call(client, 'query', {
    question: QUESTION,
    sql: 'SELECT id FROM customers WHERE email = $1',
    params: ['zoe7@x.test'],
  });
  const line = await last();
  assert.equal(line['question'], QUESTION);
  assert.equal(line['sql'], 'SELECT id FROM customers WHERE email = $1');
  assert.deepEqual(line['params'], ['zoe7@x.test']);
});

test('a disk that takes no line fails no call', async (t) => {
  const { client, server } = await audited(t, { AUDIT_LOG: '/dev/full' }).catch(() =>
    assert.fail(),
  );
  const answer = await call(client, 'query', { question: QUESTION, sql: SQL });
  assert.equal(answer.status, 'answered');
  await eventually('the log says so', () => /audit log cannot be written/.test(server.log()));
  assert.equal((await call(client, 'query', { question: QUESTION, sql: SQL })).status, 'answered');
});

test('an audit log that cannot be opened stops the start, and says what to do', async () => {
  const { code, stderr } = await runAskonce(['serve'], { AUDIT_LOG: '/nowhere/at/all.jsonl' });
  assert.equal(code, 1);
  assert.match(stderr, /^askonce: AUDIT_LOG: .*no such file or directory.*\nMake its folder/m);
  assert.doesNotMatch(stderr, /^ +at /m);
});
