import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { claimStart } from '../../../src/connect/claim.ts';

const MAX_AGE_MS = 60_000;

async function place(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'askonce-claim-'));
  t.after(() => rm(dir, { recursive: true }));
  return { dir, options: { path: join(dir, 'starting'), maxAgeMs: MAX_AGE_MS } };
}

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('a claim is held by one and free after its release', async (t) => {
  const { dir, options } = await place(t);
  const first = await claimStart(options);
  assert.equal(await claimStart(options), null);
  await first?.release();
  assert.deepEqual(await readdir(dir), []);
  assert.notEqual(await claimStart(options), null);
});

test('a claim goes on for as long as the process lives that it was handed to', async (t) => {
  const { options } = await place(t);
  await (await claimStart(options))?.handTo(process.ppid);
  assert.equal(await claimStart(options), null);
});

test('the claim of a dead process is taken over', async (t) => {
  const { options } = await place(t);
  await (await claimStart(options))?.handTo(deadPid());
  assert.notEqual(await claimStart(options), null);
});

test('an old claim is nobodys, whatever process has its number now', async (t) => {
  const { options } = await place(t);
  await claimStart(options);
  const longAgo = new Date(Date.now() - 2 * MAX_AGE_MS);
  await utimes(options.path, longAgo, longAgo);
  assert.notEqual(await claimStart(options), null);
});

test('a claim that was cut short by a power failure is taken over', async (t) => {
  const { options } = await place(t);
  await writeFile(options.path, '');
  assert.notEqual(await claimStart(options), null);
});
