import assert from 'node:assert/strict';
import { access, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { withLock } from '../../../dev/postgres/lock.ts';

const { signal } = new AbortController();

async function lockPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-lock-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'lock');
}

test('those who hold the lock come one after the other', async (t) => {
  const path = await lockPath(t);
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await turn();
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(path, { signal }, work)));
  assert.equal(most, 1);
});

test('the lock is given back when the work fails', async (t) => {
  const path = await lockPath(t);
  const failing = withLock(path, { signal }, () => Promise.reject(new Error('broken')));
  await assert.rejects(failing, { message: 'broken' });
  await assert.rejects(access(path));
});

test('a lock whose holder died is taken over by exactly one', async (t) => {
  const path = await lockPath(t);
  await writeFile(path, '');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  let inside = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    assert.equal(inside, 1);
    await turn();
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 4 }, () => withLock(path, { signal }, work)));
});

test('waiting for the lock ends with its signal', async (t) => {
  const path = await lockPath(t);
  await writeFile(path, '');
  const abort = new AbortController();
  const waiting = () => abort.abort();
  const work = () => Promise.reject(new Error('must not run'));
  await assert.rejects(withLock(path, { signal: abort.signal, waiting }, work), {
    name: 'AbortError',
  });
});
