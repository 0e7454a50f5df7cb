// Figures are short, have a unit, and say what they are where they are rounded.
import assert from 'node:assert/strict';
import test from 'node:test';

import { ago, bytes, count, duration, percent, some } from '../../../src/cli/figures.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

test('counts and sizes step to the next unit where they would be rounded to it', () => {
  assert.deepEqual(
    [0, 7, 999, 1000, 1234, 99_949, 99_950, 999_499, 999_600, 3_400_000_000].map(count),
    ['0', '7', '999', '1 k', '1.2 k', '99.9 k', '100 k', '999 k', '1 M', '3.4 G'],
  );
  assert.deepEqual([0, 512, 3_400_000, 4_294_967_296].map(bytes), [
    '0 B',
    '512 B',
    '3.4 MB',
    '4.3 GB',
  ]);
});

test('shares have as many digits as tell something, and a dash where there is none', () => {
  assert.deepEqual([0, 0.00123, 0.0123, 1 / 3, 1, null].map(percent), [
    '0 %',
    '0.12 %',
    '1.23 %',
    '33.3 %',
    '100 %',
    '–',
  ]);
});

test('durations are told in the unit that has at least two of them', () => {
  assert.deepEqual([0, 12.4, 1999, 2500, 90_000, 150_000, 26 * 3_600_000, 5e8].map(duration), [
    '0 ms',
    '12 ms',
    '1999 ms',
    '2.5 s',
    '90 s',
    '2.5 min',
    '26 h',
    '5.8 d',
  ]);
});

test('times are told from now, and a clock that is a little off says just now', () => {
  const at = (ms: number): string => ago(new Date(NOW + ms).toISOString(), NOW);
  assert.deepEqual([-120_000, -1000, 900, 300_000].map(at), [
    '2 min ago',
    'just now',
    'just now',
    'in 5 min',
  ]);
  assert.equal(ago('no time', NOW), '–');
  assert.deepEqual([some(1, 'row'), some(2, 'row')], ['1 row', '2 rows']);
});
