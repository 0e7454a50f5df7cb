// The lock of a data folder: who gets it, who is refused, and what the dead leave behind.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { acquireDataLock } from '../../../src/db/data-lock.ts';
import { isAppError } from '../../../src/errors.ts';

/** Above any pid that Linux, macOS or Windows gives out. */
const DEAD_PID = 2 ** 30;

async function scratchFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'data-lock-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function leaveLock(dir: string, content: string): Promise<void> {
  await mkdir(join(dir, 'lock.1'));
  await writeFile(join(dir, 'lock.1', 'holder.json'), content);
}

test('a folder that does not exist is created and locked', async (t) => {
  const dir = join(await scratchFolder(t), 'a', 'b');
  await acquireDataLock(dir, process.pid);
  assert.deepEqual(await readdir(dir), ['lock.1']);
});

test('a living holder keeps others out and is named by the process to stop', async (t) => {
  const dir = await scratchFolder(t);
  await acquireDataLock(dir, process.ppid);
  await assert.rejects(acquireDataLock(dir, process.pid), (error) => {
    assert.ok(isAppError(error, 'CONFIG_INVALID'));
    assert.match(error.message, new RegExp(`process ${process.ppid}\\b`));
    assert.match(error.hint ?? '', /ASKONCE_DATA_DIR/);
    return true;
  });
});

test('a released lock can be taken again', async (t) => {
  const dir = await scratchFolder(t);
  for (let round = 0; round < 3; round += 1) {
    const lock = await acquireDataLock(dir, process.pid);
    await lock.release();
  }
  assert.deepEqual(await readdir(dir), ['lock.3']);
});

test('the lock of a dead process is taken over', async (t) => {
  const dir = await scratchFolder(t);
  await leaveLock(dir, JSON.stringify({ pid: DEAD_PID, startedAt: 'x 1', serverPid: DEAD_PID }));
  await acquireDataLock(dir, process.pid);
  assert.deepEqual(await readdir(dir), ['lock.2']);
});

test('a process that was given the pid of a dead holder is not taken for it', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows does not tell when a process started');
  const dir = await scratchFolder(t);
  const holder = { pid: process.pid, startedAt: 'an earlier boot', serverPid: process.pid };
  await leaveLock(dir, JSON.stringify(holder));
  await acquireDataLock(dir, process.pid);
  assert.deepEqual(await readdir(dir), ['lock.2']);
});

test('a lock cut short by a power failure is nobody’s', async (t) => {
  const dir = await scratchFolder(t);
  await leaveLock(dir, '{"pid":');
  await acquireDataLock(dir, process.pid);
  assert.deepEqual(await readdir(dir), ['lock.2']);
});

test('of many at once exactly one gets a stale lock', async (t) => {
  const dir = await scratchFolder(t);
  await leaveLock(dir, JSON.stringify({ pid: DEAD_PID, startedAt: '', serverPid: DEAD_PID }));
  const attempts = Array.from({ length: 20 }, () => acquireDataLock(dir, process.pid));
  const outcomes = await Promise.allSettled(attempts);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.deepEqual(await readdir(dir), ['lock.2']);
});

test('a path that cannot be a folder is a fault of the configuration', async (t) => {
  const file = join(await scratchFolder(t), 'file');
  await writeFile(file, '');
  await assert.rejects(acquireDataLock(join(file, 'cache'), process.pid), (error) => {
    assert.ok(isAppError(error, 'CONFIG_INVALID'));
    assert.match(error.message, /ENOTDIR|ENOENT/);
    return true;
  });
});
