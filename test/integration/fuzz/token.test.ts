// Bearer tokens and JWTs that were edited, forged, or signed over what makes no sense.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tokenFuzzer } from '../../fuzz/token.ts';
import { fuzzShortly } from './fuzzers.ts';

test('no token lets anybody in but one that its issuer has given out', async (t) => {
  const { outcomes } = await fuzzShortly(t, tokenFuzzer, 15_000);
  for (const outcome of ['UNAUTHENTICATED', 'let in as user', 'let in as admin'])
    assert.ok((outcomes[outcome] ?? 0) > 100, outcome);
});
