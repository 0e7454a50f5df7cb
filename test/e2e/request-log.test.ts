// The log has one line of each request, by which it is found in traces, in the audit log and by its answer.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { call, temporaryDataDir } from '../support/askonce.ts';
import { startCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { startSmallShop } from '../support/small-shop.ts';

const SPANISH = {
  question: 'list the customers of Spain',
  sql: "SELECT id, name FROM customers WHERE country = 'Spain' ORDER BY id",
};
const WIDE = `CREATE VIEW wide AS SELECT i, repeat('x', 400) AS text FROM generate_series(1, 20000) i`;

type Line = Readonly<Record<string, unknown>>;

const linesIn = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

const requestsIn = (log: string): Line[] => linesIn(log).filter(({ msg }) => msg === 'request');

test('a line joins the trace, the audit log and the answer, and tells nothing of what was asked', async (t) => {
  const collector = await startCollector(t);
  const audit = join(await temporaryDataDir(t), 'audit.jsonl');
  const { server, client } = await startSmallShop(t, { ...collector.env, AUDIT_LOG: audit });
  const answer = await call(client, 'query', SPANISH);
  await call(client, 'ask', { question: SPANISH.question });
  await call(client, 'query', { question: 'all gone', sql: 'DELETE FROM customers' });
  await eventually('all are logged', () => requestsIn(server.log()).length === 3);
  const [queried, asked, refused] = requestsIn(server.log()) as [Line, Line, Line];
  const { level, ms, request_id: requestId, trace_id: traceId, bytes, ...rest } = queried;
  assert.deepEqual(rest, {
    time: queried['time'],
    msg: 'request',
    principal: 'local',
    tool: 'query',
    source: 'database',
    outcome: 'ok',
    answer_id: answer.answer_id,
    rows: 40,
  });
  assert.equal(level, 30);
  assert.ok(Number(ms) > 0 && Number(bytes) > 0);
  assert.equal(asked['tool'], 'ask');
  assert.deepEqual(
    [refused['outcome'], refused['answer_id'], refused['rows']],
    ['QUERY_REJECTED', undefined, undefined],
  );

  const audited = linesIn(await readFile(audit, 'utf8'));
  const keys = ['request_id', 'trace_id', 'answer_id'];
  for (const [at, line] of [queried, asked, refused].entries())
    for (const key of keys) assert.equal(audited[at]?.[key] ?? undefined, line[key], key);
  await eventually('its trace is there', () =>
    collector.spans.some(
      (span) => span.traceId === traceId && span.attributes['askonce.request_id'] === requestId,
    ),
  );
  assert.doesNotMatch(server.log(), /Spain|SELECT|DELETE|Customer 1/);
});

test('an answer that streams is logged behind its last row', async (t) => {
  const { server, client } = await startSmallShop(t, {}, [WIDE]);
  await call(client, 'query', {
    question: 'all of the wide ones',
    sql: 'SELECT * FROM wide',
    max_rows: 20_000,
    max_bytes: 10_000_000,
  });
  await eventually('it is logged', () => requestsIn(server.log()).length === 1);
  const [line] = requestsIn(server.log());
  assert.equal(line?.['rows'], 20_000);
  assert.ok(Number(line['bytes']) > 8_000_000);
});

test('an answer that is held at once is logged like any other', async (t) => {
  const { server, client } = await startSmallShop(t);
  const { answer_id: first } = await call(client, 'query', SPANISH);
  const ids = new Set([first]);
  for (let times = 0; times < 20; times += 1)
    ids.add((await call(client, 'ask', { question: SPANISH.question })).answer_id);
  await eventually('all are logged', () => requestsIn(server.log()).length === 21);
  const lines = requestsIn(server.log());
  assert.equal(new Set(lines.map(({ request_id: id }) => id)).size, 21);
  assert.deepEqual(new Set(lines.map(({ answer_id: id }) => id)), ids);
  assert.equal(lines.at(-1)?.['source'], 'memory');
});

test('less is logged where less is wanted', async (t) => {
  const { server, client } = await startSmallShop(t, { LOG_LEVEL: 'warn' });
  await call(client, 'query', SPANISH);
  assert.equal(await server.stop(), 0);
  assert.deepEqual(requestsIn(server.log()), []);
});
