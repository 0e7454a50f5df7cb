import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { makeFolder } from '../../../src/lib/make-folder.ts';

test('a folder is made with all above it, for this user alone, and a second time nothing happens', async (t) => {
  const base = await mkdtemp(join(tmpdir(), 'make-folder-'));
  t.after(() => rm(base, { recursive: true }));
  const path = join(base, 'a', 'b', 'c');
  await makeFolder(path);
  await makeFolder(path);
  const { mode } = await stat(path);
  if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o700);
});

test('a folder below a file or below /proc is an error at once', async (t) => {
  const base = await mkdtemp(join(tmpdir(), 'make-folder-'));
  t.after(() => rm(base, { recursive: true }));
  await writeFile(join(base, 'file'), '');
  const impossible = [join(base, 'file', 'below'), join(base, 'file', 'a', 'b')];
  if (process.platform === 'linux') impossible.push('/proc/nope', '/proc/nope/below');
  for (const path of impossible) {
    await assert.rejects(makeFolder(path), (error) => error instanceof Error && 'code' in error);
  }
});
