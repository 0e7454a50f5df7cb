import assert from 'node:assert/strict';
import { test } from 'node:test';

import { othersShare, summaryOf } from '../../../bench/peers/figures.ts';
import type { PeersFigures, Sample } from '../../../bench/peers/figures.ts';
import { duration, figure, putBetween, table } from '../../../bench/peers/markdown.ts';
import { peersText } from '../../../bench/peers/tables.ts';

const sample = (more: Partial<Sample>): Sample => ({
  questions: 100,
  answered: 100,
  answered_per_second: 50,
  p50_ms: 10,
  p99_ms: 20,
  shed: 0,
  failed: 0,
  faults: {},
  hit_ratio: null,
  seconds: 2,
  bytes: 1e6,
  first_byte_ms: null,
  load_cpu_ms: 500,
  whole_cpu_ms: 600,
  started: null,
  peak_mib: 100,
  server_cpu_ms: 1000,
  database_cpu_ms: 2000,
  machine_cpu_ms: 4000,
  others_share: 0.01,
  ...more,
});

test('rounds come to their middle, counts to their sum, memory to its most', () => {
  const summary = summaryOf([
    sample({ answered_per_second: 40, peak_mib: 120, failed: 1, faults: { late: 1 } }),
    sample({ answered_per_second: 60, p50_ms: null }),
    sample({ answered_per_second: 50, failed: 2, faults: { late: 1, gone: 1 } }),
  ]);
  assert.equal(summary.answered_per_second, 50);
  assert.equal(summary.p50_ms, 10);
  assert.equal(summary.failed, 3);
  assert.deepEqual(summary.faults, { late: 2, gone: 1 });
  assert.equal(summary.peak_mib, 120);
  assert.equal(summary.server_cpu_ms_per_answer, 10);
  assert.equal(summary.database_cpu_ms_per_answer, 20);
  assert.equal(summary.load_busy, 0.25);
});

test('processes that the load has started count as the server', () => {
  const started = { processes: 20, peak_mib: 2000, cpu_ms: 900, whole_cpu_ms: 5000, start_ms: 1 };
  const summary = summaryOf([sample({ started, peak_mib: 0, server_cpu_ms: 0 })]);
  assert.equal(summary.peak_mib, 2000);
  assert.equal(summary.server_cpu_ms_per_answer, 9);
});

test('where PostgreSQL is elsewhere its processor time is unknown', () => {
  const summary = summaryOf([sample({ database_cpu_ms: null }), sample({})]);
  assert.equal(summary.database_cpu_ms_per_answer, null);
});

test('others have what is left of the machine', () => {
  const share = othersShare({ machineMs: 3000, oursMs: 2000, elapsedMs: 1000, cores: 4 });
  assert.equal(share, 0.25);
  assert.equal(othersShare({ machineMs: 1, oursMs: 2, elapsedMs: 1000, cores: 4 }), 0);
});

const FIGURES: PeersFigures = {
  at: '2026-01-02T03:04:05.000Z',
  node: 'v20.0.0',
  machine: { processor: 'a processor', cores: 2, memory_gib: 24, platform: 'linux x64' },
  load_average: { minute: 0.5, quarter_hour: 1 },
  servers: { one: { title: 'One 1.0', settings: 'well' } },
  postgres: '17.1',
  rounds: 3,
  seconds_each: 5,
  pool: 20,
  aggregate_ms: 30,
  large_rows: 10,
  agents: [{ server: 'one', workload: 'shop', agents: 200, ...summaryOf([sample({})]) }],
  burst: [],
  large: [],
  field: [],
};

test('the text tells the date, the machine, the versions and what others took', () => {
  const text = peersText(FIGURES);
  for (const words of ['2026-01-02', '2 cores (a processor)', 'PostgreSQL 17.1', 'One 1.0']) {
    assert.ok(text.includes(words), words);
  }
  assert.match(text, /\| 200 +\| One 1\.0 \| 50 /);
  assert.doesNotMatch(text, /undefined|NaN|null/);
});

test('a rate at which the load was at its limit is told as a bound', () => {
  const busy = summaryOf([sample({ load_cpu_ms: 1900 })]);
  const agents = [{ server: 'one', workload: 'shop', agents: 200, ...busy }] as const;
  assert.match(peersText({ ...FIGURES, agents }), /\| ≥ 50 /);
});

test('what a quote is of stands beside what is measured with as many users', () => {
  const summary = summaryOf([sample({ failed: 50, started: null })]);
  const field = [{ server: 'one', users: 150, processes: null, ...summary }];
  assert.match(
    peersText({ ...FIGURES, field }),
    /150 users at 340 ms \| 50\/s, 10 ms, 50 % failed/,
  );
});

test('tables are as wide as their widest cell', () => {
  assert.equal(
    table([
      ['a', 'long'],
      ['wider', 'b'],
    ]),
    '| a     | long |\n| ----- | ---- |\n| wider | b    |',
  );
});

test('figures have three digits, or all of a whole number', () => {
  assert.deepEqual([0.01234, 5.678, 99.94, 5123.4].map(figure), [
    '0.0123',
    '5.68',
    '99.9',
    '5,123',
  ]);
  assert.deepEqual([12.34, 1234, null].map(duration), ['12.3 ms', '1.23 s', '–']);
});

test('a text goes between its markers, and nowhere else', () => {
  const document = 'a\n\n<!-- peers:x -->\n\nold\n\n<!-- /peers:x -->\n\nb';
  assert.equal(
    putBetween(document, 'x', 'new'),
    'a\n\n<!-- peers:x -->\n\nnew\n\n<!-- /peers:x -->\n\nb',
  );
  assert.throws(() => putBetween('a', 'x', 'new'), /no <!-- peers:x -->/);
});
