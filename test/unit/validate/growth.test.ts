import assert from 'node:assert/strict';
import test from 'node:test';

import { createRandom } from '../../../src/lib/random.ts';
import { risesIn } from '../../../src/validate/baseline/growth.ts';
import type { GrowthPoint } from '../../../src/validate/baseline/growth.ts';

const MB = 1e6;

function points(of: (turns: number) => Partial<GrowthPoint>): GrowthPoint[] {
  return Array.from({ length: 40 }, (_, at) => {
    const turns = (at + 1) * 25;
    return { turns, heap_bytes: 80 * MB, rss_bytes: 400 * MB, p50_ms: 1, p95_ms: 9, ...of(turns) };
  });
}

test('what stays is no rise, however much it goes up and down', () => {
  const random = createRandom(1);
  const saw = points((turns) => ({
    heap_bytes: 80 * MB + ((turns % 200) / 200) * 60 * MB,
    p50_ms: 1 + random(),
  }));
  assert.deepEqual(risesIn(saw), []);
});

test('a heap that keeps something of each turn is named with what it keeps', () => {
  const [rise, ...more] = risesIn(points((turns) => ({ heap_bytes: 80 * MB + turns * 20_000 })));
  assert.deepEqual(more, []);
  assert.equal(rise?.what, 'heap');
  assert.equal(rise?.per_thousand_turns, 20 * MB);
});

test('answers that come later with each turn are named', () => {
  const [rise] = risesIn(points((turns) => ({ p50_ms: 1 + turns / 500 })));
  assert.deepEqual(rise, { what: 'latency', per_thousand_turns: 2 });
});

test('what fills at first and then stays is no rise', () => {
  const filling = points((turns) => ({ heap_bytes: 80 * MB + Math.min(turns, 200) * 100_000 }));
  assert.deepEqual(risesIn(filling), []);
});

test('a server that tells nothing of its memory is asked no more of', () => {
  assert.deepEqual(
    risesIn(points(() => ({ heap_bytes: null, rss_bytes: null, p50_ms: null }))),
    [],
  );
});
