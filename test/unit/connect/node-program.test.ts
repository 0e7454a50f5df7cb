// Which Node runs a server: this one, or, within another program, the first that is new enough.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { nodeProgram } from '../../../src/connect/node-program.ts';
import { isAppError } from '../../../src/errors.ts';

/** An old Node, something that is none, and the Node of this process, each in a folder of its own. */
async function folders(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'askonce-node-'));
  t.after(() => rm(root, { recursive: true }));
  const [old, none, good] = ['old', 'none', 'good'].map((name) => join(root, name));
  for (const folder of [old!, none!, good!]) await mkdir(folder);
  await writeFile(join(old!, 'node'), '#!/bin/sh\necho v18.20.8\n');
  await writeFile(join(none!, 'node'), '#!/bin/sh\nexit 1\n');
  for (const folder of [old!, none!]) await chmod(join(folder, 'node'), 0o755);
  await symlink(process.execPath, join(good!, 'node'));
  return { old: old!, none: none!, good: good!, missing: join(root, 'missing') };
}

const HELPER = { execPath: '/Applications/Desktop Helper', isNode: false };

test('Node itself is taken as it is', async () => {
  const own = { execPath: process.execPath, isNode: true, env: {}, usualFolders: [] };
  assert.equal(await nodeProgram(own), process.execPath);
});

test('within another program PATH is searched for one that is new enough, then the usual folders', async (t) => {
  const { old, none, good, missing } = await folders(t);
  const PATH = [missing, '', old, none].join(delimiter);
  const found = await nodeProgram({ ...HELPER, env: { PATH }, usualFolders: [missing, good] });
  assert.equal(found, join(good, 'node'));
  const first = { ...HELPER, env: { PATH: `${PATH}${delimiter}${good}` }, usualFolders: [] };
  assert.equal(await nodeProgram(first), join(good, 'node'));
});

test('where there is none it is said what to install', async (t) => {
  const { old, none } = await folders(t);
  await assert.rejects(
    nodeProgram({ ...HELPER, env: {}, usualFolders: [old, none] }),
    (error) => isAppError(error, 'CONFIG_INVALID') && /Node\.js 20 or newer/.test(error.hint ?? ''),
  );
});
