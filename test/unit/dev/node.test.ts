// A Node for tools that the running one is too old for: fetched only where there is none that will do.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { provideNode } from '../../../dev/node.ts';

/** No Node is so new. */
const FUTURE = 999;

async function wantedIn(t: TestContext, npm: string) {
  const home = await mkdtemp(join(tmpdir(), 'askonce-node-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const script = join(home, 'npm.cjs');
  await writeFile(script, npm);
  const env = { XDG_CACHE_HOME: home, npm_execpath: script };
  const told: string[] = [];
  const progress = (line: string): void => void told.push(line);
  return { home, told, wanted: { major: FUTURE, env, signal: t.signal, progress } };
}

test('the running Node is taken where it is new enough', async (t) => {
  const { wanted } = await wantedIn(t, 'process.exit(1)');
  assert.equal(await provideNode({ ...wanted, major: 20 }), process.execPath);
});

test('a Node that was fetched before is not fetched again', async (t) => {
  const fetching = `
    const { mkdirSync, symlinkSync } = require('node:fs');
    const { dirname, join } = require('node:path');
    const [, , , , folder] = process.argv;
    const name = process.argv.at(-1).replace(/@.*/, '');
    const program = join(folder, 'node_modules', name, 'bin', 'node');
    mkdirSync(dirname(program), { recursive: true });
    symlinkSync(process.execPath, program);`;
  const { home, told, wanted } = await wantedIn(t, fetching);
  const program = await provideNode(wanted);
  assert.ok(program.startsWith(join(home, 'askonce', 'node')), program);
  assert.equal(told.length, 1);
  assert.equal(await provideNode(wanted), program);
  assert.equal(told.length, 1);
});

test('where none can be fetched, npm’s own words say why', async (t) => {
  const { wanted } = await wantedIn(t, `console.error('no such registry'); process.exit(1)`);
  await assert.rejects(provideNode(wanted), /no such registry/);
});
