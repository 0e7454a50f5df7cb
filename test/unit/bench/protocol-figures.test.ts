import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ticksOf } from '../../../bench/child-process.ts';
import { loadFigures, quantile } from '../../../bench/load-figures.ts';
import { compare, median, serverFigures } from '../../../bench/protocol-figures.ts';
import type { Round } from '../../../bench/protocol-figures.ts';
import { toolsFile } from '../../../bench/protocol-toolbox.ts';

const round = (perSecond: number, answered = 100, cpuMicroseconds = 1000): Round => ({
  answered,
  failed: 0,
  failure: null,
  per_second: perSecond,
  median_ms: 1,
  p99_ms: 2,
  generator_busy: 0.1,
  cpuMicroseconds,
});

test('a load is told by its rate and its latencies, with what failed beside it', () => {
  const figures = loadFigures({
    latencies: [3, 1, 2, 4],
    failed: 1,
    failure: 'HTTP 500',
    elapsedMs: 2000,
    cpuMs: 500,
  });
  assert.deepEqual(
    [figures.answered, figures.failed, figures.per_second, figures.median_ms],
    [4, 1, 2, 3],
  );
  assert.equal(figures.generator_busy, 0.25);
});

test('a quantile of nothing is no number', () => {
  assert.ok(Number.isNaN(quantile(new Float64Array(), 0.5)));
  assert.equal(quantile(Float64Array.of(1, 2), 1), 2);
});

test('the median lies between the two in the middle', () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('processor time is divided by all requests of all rounds', () => {
  const figures = serverFigures([round(10, 100, 10_000), round(30, 300, 10_000)]);
  assert.deepEqual([figures.cpu_us_per_request, figures.per_second], [50, 20]);
});

test('a ratio is the middle one of the rounds, and of servers that were both measured', () => {
  const rounds = new Map([
    [
      1,
      new Map([
        ['mine', [round(20), round(30), round(90)]],
        ['theirs', [round(10), round(10), round(10)]],
      ]),
    ],
    [16, new Map([['mine', [round(20)]]])],
  ]);
  const compared = compare(rounds, [
    { of: 'mine', to: 'theirs', atLeast: 4 },
    { of: 'mine', to: 'theirs', atLeast: 1, callers: 16 },
  ]);
  assert.deepEqual(
    compared.map(({ callers, ratio, met }) => [callers, ratio, met]),
    [[1, 3, false]],
  );
});

test('processor time is read behind a name that looks like more fields', () => {
  const stat = `1 (a) b) S ${Array.from({ length: 10 }, () => 0).join(' ')} 40 2 0 0`;
  assert.equal(ticksOf(stat), 42);
});

test('the file of a peer holds the parts of the URL, decoded and quoted', () => {
  const file = toolsFile('postgres://me:p%40%22s@db.example.com/shop');
  assert.match(file, /host: "db\.example\.com"\n {4}port: 5432\n {4}database: "shop"/);
  assert.match(file, /password: "p@\\"s"/);
});
