import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createFlights } from '../../../src/query/flights.ts';
import type { FlightRequest } from '../../../src/query/flights.ts';

test('a run whose first caller has left ends when the last who waits has lost patience', async (t) => {
  // Patience alone keeps no process alive.
  const alive = setInterval(() => undefined, 1000);
  t.after(() => clearInterval(alive));
  let stopped: AbortSignal | undefined;
  const flights = createFlights({
    results: { byId: async () => null },
    shared: {
      run(_request, signal) {
        stopped = signal;
        return new Promise(() => undefined);
      },
    },
    maxWaitMs: 30,
    now: Date.now,
    onJoined: () => undefined,
  });
  const requestOf = (signal: AbortSignal): FlightRequest => ({
    resultScope: 'scope',
    statementKey: 'statement',
    oldest: 0,
    recent: 0,
    holds: async () => true,
    signal,
    start: () => assert.fail('shared runs start it'),
    onWait: () => undefined,
  });
  const first = new AbortController();
  void flights.join(requestOf(first.signal));
  const follower = flights.join(requestOf(new AbortController().signal));
  first.abort();
  assert.equal(stopped?.aborted, false);
  await assert.rejects(follower, (error) => isAppError(error, 'QUERY_TIMEOUT'));
  assert.equal(stopped?.aborted, true);
});
