// Cursors and result URIs that were edited, forged, or belong to somebody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cursorFuzzer } from '../../fuzz/cursor.ts';
import { fuzzShortly } from './fuzzers.ts';

test('no cursor or result URI gives anybody rows that are not his', async (t) => {
  const { outcomes } = await fuzzShortly(t, cursorFuzzer, 8000);
  for (const outcome of ['INPUT_INVALID', 'NOT_FOUND', 'rows of his own'])
    assert.ok((outcomes[outcome] ?? 0) > 200, outcome);
});
