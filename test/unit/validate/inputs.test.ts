// What an operator brings, and what a server says: read, or refused with the place that is wrong.
import assert from 'node:assert/strict';
import test from 'node:test';

import { AGENT_MODEL, PROFILES } from '../../../src/validate/load/agent-model.ts';
import { ADAPTER, mannerOf } from '../../../src/validate/load/adapter.ts';
import { html } from '../../../src/validate/html/markup.ts';
import { toldBy } from '../../../src/validate/outcome.ts';
import { readAuditLog } from '../../../src/validate/questions/audit-log.ts';
import { readQuestions } from '../../../src/validate/questions/question.ts';
import { growthByLabel, parseSamples, total } from '../../../src/validate/samples.ts';

test('the profiles are models of agents', () => {
  for (const profile of Object.values(PROFILES))
    assert.deepEqual(AGENT_MODEL.parse(profile), profile);
});

test('a model whose shares are more than all, or whose least is above its most, is refused', () => {
  const model = PROFILES.analyst;
  assert.equal(
    AGENT_MODEL.safeParse({ ...model, shares: { rephrased: 0.8, new: 0.3 } }).success,
    false,
  );
  assert.equal(AGENT_MODEL.safeParse({ ...model, turns: { min: 9, max: 3 } }).success, false);
  assert.equal(AGENT_MODEL.safeParse({ ...model, colour: 'red' }).success, false);
});

test('questions are read line by line, and the first that is wrong is named', () => {
  const text = '{"question": "how many?", "sql": "SELECT 1"}\n\n{"question": "which?"}\n';
  assert.deepEqual(
    readQuestions(text, 'q').map(({ question, rephrasings }) => [question, rephrasings]),
    [
      ['how many?', []],
      ['which?', []],
    ],
  );
  assert.throws(
    () => readQuestions('{"question": "a"}\n{"frage": "b"}', 'q.jsonl'),
    /q\.jsonl, line 2/,
  );
  assert.throws(() => readQuestions('\n', 'q'), /holds no question/);
  assert.throws(() => readQuestions('not json', 'q'), /line 1/);
});

function line(more: object): string {
  return JSON.stringify({
    outcome: 'ok',
    what: 'ask',
    principal: 'ann',
    source: 'memory',
    ...more,
  });
}

test('an audit log tells what is asked in which words, and how its principals talk', () => {
  const begin = Date.parse('2026-11-01T09:00:00Z');
  const sql = 'SELECT count(*) FROM orders';
  const lines = Array.from({ length: 12 }, (_, at) =>
    line({
      // Three at once, every ten seconds.
      time: new Date(begin + Math.floor(at / 3) * 10_000 + (at % 3) * 10).toISOString(),
      question: at === 5 ? 'number of orders' : 'how many orders?',
      source: at === 5 ? 'semantic' : 'memory',
      sql,
    }),
  );
  const text = [...lines, 'torn {"wh', line({ what: 'refused', question: null })].join('\n');
  const { model, source } = readAuditLog(text, 'audit.log');
  assert.deepEqual(source.questions, [
    { question: 'how many orders?', sql, rephrasings: ['number of orders'], heavy: false },
  ]);
  assert.deepEqual(model.calls_per_turn, { min: 3, max: 3 });
  assert.deepEqual(model.think_ms, { min: 9980, max: 9980 });
  assert.deepEqual(model.turns, { min: 4, max: 4 });
  assert.equal(model.shares.rephrased, 0.083);
  assert.deepEqual(AGENT_MODEL.parse(model), model);
});

test('an audit log without questions says which setting it takes', () => {
  assert.throws(
    () => readAuditLog(line({ question: undefined }), 'audit.log'),
    (error: Error & { hint?: string }) => /AUDIT_TEXT=full/.test(error.hint ?? ''),
  );
});

test('an adapter puts what is asked wherever its arguments want it', () => {
  const adapter = ADAPTER.parse({
    name: 'x',
    tool: 'run',
    arguments: { sql: '{{sql}} -- {{question}}', more: [1, '{{sql}}'] },
  });
  const asked = { kind: 'repeated', question: 'how many $& ?', sql: 'SELECT $1' } as const;
  assert.deepEqual(mannerOf(adapter).first(asked), {
    tool: 'run',
    arguments: { sql: 'SELECT $1 -- how many $& ?', more: [1, 'SELECT $1'] },
  });
});

const raw = (text: string, status = 200, headers = {}) => ({ status, headers, text });
const result = (told: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, result: told });

test('what came of a call is told apart: answered, asked back, shed, refused, failed', () => {
  const kind = (told: ReturnType<typeof raw>): string => toldBy(told).outcome.kind;
  assert.equal(kind(raw(result({ structuredContent: { source: 'memory' } }))), 'answered');
  assert.equal(kind(raw(result({ structuredContent: { status: 'needs_sql' } }))), 'document');
  const coded = (code: string): string =>
    result({ isError: true, structuredContent: { error: { code } } });
  assert.equal(kind(raw(coded('OVERLOADED'))), 'shed');
  assert.equal(kind(raw(coded('QUERY_TIMEOUT'))), 'refused');
  assert.equal(kind(raw('', 503, { 'retry-after': '2' })), 'shed');
  assert.equal(kind(raw('<html>', 200)), 'failed');
  assert.equal(kind(raw('', 500)), 'failed');
  assert.equal(kind(raw(result({ isError: true, content: [{ text: 'boom' }] }))), 'failed');
});

test('an answer in events is that of the last one', () => {
  const text = `event: message\ndata: {"method":"notifications/progress"}\n\nevent: message\ndata: ${result({ structuredContent: { source: 'database' } })}\n\n`;
  const { outcome } = toldBy(raw(text, 200, { 'content-type': 'text/event-stream' }));
  assert.deepEqual(outcome, {
    kind: 'answered',
    source: 'database',
    answerId: null,
    nextCursor: null,
  });
});

test('samples are read with their labels, and what a histogram grew by is told for each', () => {
  const text = (count: number): string =>
    `# HELP x y\naskonce_stage_seconds_sum{stage="look up"} ${count * 2}\naskonce_stage_seconds_count{stage="look up"} ${count}\nup 1 # {a="b"} 3\n`;
  const [before, after] = [parseSamples(text(1)), parseSamples(text(4))];
  assert.equal(total(after, 'up'), 1);
  assert.equal(total(after, 'down'), null);
  const grown = growthByLabel(before, after, { name: 'askonce_stage_seconds', label: 'stage' });
  assert.deepEqual([...grown], [['look up', { count: 3, seconds: 6 }]]);
});

test('what a server says is text in the report, never markup', () => {
  const evil = `<img src=x onerror="alert('1')">`;
  assert.equal(
    html`<td title="${evil}">${[evil, html`<b>${1}</b>`]}</td>`.text,
    `<td title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;<b>1</b></td>`,
  );
});
