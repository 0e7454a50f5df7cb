import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gauge } from '../../../bench/burst-gauges.ts';
import { outcomeOf } from '../../../bench/burst-outcome.ts';
import { createTally } from '../../../bench/burst-tally.ts';

const response = (result: unknown, status = 200, head = '') => ({
  status,
  head: `HTTP/1.1 ${status}\r\n${head}`,
  body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result })),
});
const answered = (source: string, sql: string) => ({
  content: [],
  structuredContent: { status: 'answered', source, sql },
});
const fault = (error: object) => ({ isError: true, content: [], structuredContent: { error } });

test('an answer is one only with the rows that were asked for', () => {
  const right = response(answered('memory', "SELECT 'a'"));
  assert.deepEqual(outcomeOf(right, "SELECT 'a'"), { kind: 'answered', source: 'memory' });
  assert.equal(outcomeOf(right, "SELECT 'b'").kind, 'failed');
  assert.equal(outcomeOf(right).kind, 'answered');
});

test('what asks for SQL or for a confirmation is a document', () => {
  for (const status of ['needs_sql', 'confirm']) {
    const outcome = outcomeOf(response({ content: [], structuredContent: { status } }));
    assert.deepEqual(outcome, { kind: 'document', status });
  }
});

test('only a refusal that says when to come back is shed', () => {
  const coded = fault({ code: 'OVERLOADED', retry_after_ms: 250 });
  assert.deepEqual(outcomeOf(response(coded)), { kind: 'shed', how: 'OVERLOADED' });
  assert.equal(outcomeOf(response({}, 503, 'Retry-After: 1\r\n')).kind, 'shed');
  assert.equal(outcomeOf(response(fault({ code: 'OVERLOADED' }))).kind, 'failed');
  assert.equal(outcomeOf(response({}, 503)).kind, 'failed');
});

test('everything else has failed', () => {
  for (const other of [
    response(fault({ code: 'INTERNAL' })),
    response(undefined),
    response({}, 404),
    { status: 200, head: '', body: Buffer.from('<html>') },
  ]) {
    assert.equal(outcomeOf(other, undefined).kind, 'failed');
  }
});

test('a tally counts what came of each request, and times hits apart', () => {
  const tally = createTally();
  tally.add('known', { kind: 'answered', source: 'memory' }, 1);
  tally.add('rephrased', { kind: 'answered', source: 'semantic' }, 5);
  tally.add('cold', { kind: 'document', status: 'needs_sql' }, 7);
  tally.add('cold', { kind: 'shed', how: 'OVERLOADED' }, 1);
  tally.add('cold', { kind: 'answered', source: 'database' }, 9);
  tally.add('known', { kind: 'failed', why: 'first' }, 1);
  tally.add('known', { kind: 'failed', why: 'second' }, 1);
  const figures = tally.figures({ conversations: 2, elapsedMs: 500, cpuMs: 50, mostAtOnce: 3 });
  const { requests, answered: count, shed, failed, first_failure } = figures;
  assert.deepEqual([requests, count, shed, failed, first_failure], [7, 4, 1, 2, 'first']);
  assert.deepEqual([figures.hits.count, figures.semantic_hits.count, figures.all.count], [1, 1, 4]);
  assert.equal(figures.answered_per_second, 8);
  assert.deepEqual(figures.by_source, { memory: 1, semantic: 1, needs_sql: 1, database: 1 });
});

test('a sample of the metrics is found by its whole name', () => {
  const text = '# HELP a b\nlag_seconds 0.5\nlag{state="busy"} 3\n';
  assert.equal(gauge(text, 'lag{state="busy"}'), 3);
  assert.equal(gauge(text, 'lag'), null);
});
