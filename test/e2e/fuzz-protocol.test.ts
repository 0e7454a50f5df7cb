// Requests that are wrong in every way, to a server that runs as users run it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { protocolFuzzer } from '../fuzz/protocol.ts';
import { fuzzShortly } from '../integration/fuzz/fuzzers.ts';

test('whatever is sent is answered in time, by a code, without a secret, and the server lives on', async (t) => {
  const { outcomes } = await fuzzShortly(t, protocolFuzzer, 3000);
  for (const status of [200, 400, 401, 403, 404])
    assert.ok((outcomes[status] ?? 0) > 10, `${status}`);
});
