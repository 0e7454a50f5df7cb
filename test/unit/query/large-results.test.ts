import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createLargeResults } from '../../../src/query/large-results.ts';
import type { LargeResultsOptions } from '../../../src/query/large-results.ts';

const ANA = { principal: 'ana' };

function largeOf(given: Partial<LargeResultsOptions> = {}) {
  const memory = { use: 0.1, collected: 0 };
  const large = createLargeResults({
    connections: 16,
    watermark: 0.8,
    memoryUse: () => memory.use,
    maxWaiting: 10,
    now: () => performance.now(),
    ...given,
  });
  return { large, memory };
}

test('a quarter of the connections read large results at once, and one at least', async () => {
  const { large } = largeOf();
  for (let count = 0; count < 4; count += 1) await large.enter(ANA);
  const gone = new AbortController();
  const fifth = large.enter({ ...ANA, signal: gone.signal });
  assert.deepEqual(large.stats(), { places: 4, inside: 4, waiting: 1 });
  gone.abort();
  await assert.rejects(fifth, (error) => isAppError(error, 'QUERY_CANCELLED'));
  const { large: small } = largeOf({ connections: 1 });
  await small.enter(ANA);
  assert.equal(small.stats().inside, 1);
});

test('above the watermark they are read one at a time, and none that is under way is ended', async () => {
  const { large, memory } = largeOf();
  const leaves = [await large.enter(ANA), await large.enter(ANA)];
  memory.use = 0.9;
  let entered = 0;
  const later = [1, 2].map(() =>
    large.enter(ANA).then((leave) => {
      entered += 1;
      return leave;
    }),
  );
  assert.deepEqual(large.stats(), { places: 1, inside: 2, waiting: 2 });
  leaves[0]!();
  await Promise.resolve();
  assert.equal(entered, 0);
  leaves[1]!();
  const leave = await later[0]!;
  assert.deepEqual(large.stats(), { places: 1, inside: 1, waiting: 1 });
  memory.use = 0.5;
  leave();
  await later[1];
  assert.deepEqual(large.stats(), { places: 4, inside: 1, waiting: 0 });
});

test('garbage is collected between two large results only where memory is short', async () => {
  let collected = 0;
  const { large, memory } = largeOf({
    collectGarbage() {
      collected += 1;
      memory.use = 0.4;
    },
  });
  (await large.enter(ANA))();
  assert.equal(collected, 0);
  const leave = await large.enter(ANA);
  memory.use = 0.95;
  leave();
  assert.equal(collected, 1);
  assert.equal(large.stats().places, 4);
});
