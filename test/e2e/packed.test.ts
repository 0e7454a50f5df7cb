// The package as npm ships it: from its tarball, in an empty folder, without the sources beside it and without what it
// is developed with.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { installPackages, packPackage } from '../../dev/npm.ts';
import { SETTINGS } from '../../src/settings.ts';
import { ROOT, call, connect } from '../support/askonce.ts';
import { fromRegistry, scratchFolder } from '../support/packages.ts';

const READY = /askonce is ready at (\S+)/;

async function installed(t: TestContext): Promise<string | null> {
  const folder = await scratchFolder(t);
  return await fromRegistry(t, async () => {
    const tarball = await packPackage(ROOT, folder);
    const wants = { private: true, dependencies: { askonce: `file:${tarball}` } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(wants));
    await installPackages(folder);
    return folder;
  });
}

function npx(folder: string, ...args: readonly string[]) {
  return spawn('npx', ['--no-install', 'askonce', ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      PORT: '0',
      ASKONCE_DATA_DIR: join(folder, 'data'),
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function said(folder: string, ...args: readonly string[]): Promise<string> {
  const child = npx(folder, ...args);
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.deepEqual(await closed, [0, null], stderr);
  return stdout;
}

/** @returns the URL of a server that ends with the test. */
async function serve(t: TestContext, folder: string): Promise<string> {
  const child = npx(folder, 'serve');
  const closed = once(child, 'close');
  t.after(async () => {
    // npx, the shell that it starts, and what that runs.
    process.kill(-child.pid!, 'SIGTERM');
    await closed;
  });
  let log = '';
  return await new Promise((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => {
      log += data.toString();
      const [, url] = READY.exec(log) ?? [];
      if (url !== undefined) resolve(url);
    });
    void closed.then(() => reject(new Error(log)));
  });
}

test('npx askonce works from the packed tarball', async (t) => {
  const folder = await installed(t);
  if (folder === null) return;
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal(await said(folder, '--version'), `${version}\n`);
  const config = await said(folder, 'config');
  for (const name of Object.keys(SETTINGS)) assert.match(config, new RegExp(`^${name}=`, 'm'));
  assert.match(await said(folder, 'reader-role'), /default_transaction_read_only|GRANT SELECT/i);

  const client = await connect(t, await serve(t, folder));
  const asked = await call(client, 'ask', { question: 'how many customers are there?' });
  assert.equal(asked.status, 'needs_sql');
  assert.ok(asked.schema.some(({ table }) => table === 'customers'));
  const known = await call(client, 'query', {
    question: 'how many customers are there?',
    sql: 'SELECT count(*) FROM customers',
  });
  assert.equal(known.row_count, 1);
  // The model that ships has found it, so the model was there.
  const rephrased = await call(client, 'ask', { question: 'what is the number of customers?' });
  assert.ok(['answered', 'confirm'].includes(rephrased.status), rephrased.status);
});
