// The judge of staleness has to find what is late.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createLedger } from '../../../bench/ledger.ts';

test('an answer is as late as the first write that it lacks', () => {
  let at = 0;
  const ledger = createLedger(() => at);
  for (const [value, time] of [
    [1, 100],
    [2, 200],
    [3, 900],
  ] as const) {
    at = time;
    ledger.committed(value);
  }
  assert.equal(ledger.lateness(0, 50), 0, 'nothing was written yet');
  assert.equal(ledger.lateness(0, 150), 50);
  assert.equal(ledger.lateness(1, 1000), 800);
  assert.equal(ledger.lateness(2, 1000), 100);
  assert.equal(ledger.lateness(3, 5000), 0);
  assert.equal(ledger.lateness(4, 5000), 0, 'committed, and not yet confirmed');
});
