// The mark of what a server was started with: the same for the same settings and version, and worth no guess.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { startedWith } from '../../../src/connect/started-with.ts';

test('other settings, or another version, leave another mark; none is no other', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-mark-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'started-with-3000');
  const base = { path, version: '1', settings: { DATABASE_URL: 'postgres://u:secret@h/d' } };
  const others = [
    { ...base, version: '2' },
    { ...base, settings: { ...base.settings, MAX_ROWS: '5' } },
    { ...base, settings: {} },
  ];
  for (const one of [base, ...others]) assert.equal(await startedWith(one).isOther(), false);
  await startedWith(base).mark();
  assert.equal(await startedWith(base).isOther(), false);
  for (const other of others) assert.equal(await startedWith(other).isOther(), true);
  assert.match(await readFile(path, 'utf8'), /^[0-9a-f]{64}$/);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});
