// Starts that go wrong where nobody looks: a parent that is gone, a database that refuses, a port that is
// taken, a folder that cannot be. None of them needs a PostgreSQL.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import {
  ROOT,
  call,
  connect,
  runAskonce,
  startAskonce,
  temporaryDataDir,
} from '../support/askonce.ts';

/** Nothing listens at port 1. */
const DOWN = {
  DATABASE_URL: 'postgres://alice:s3cret@127.0.0.1:1/shop',
  CACHE_DATABASE_URL: 'postgres://alice:s3cret@127.0.0.1:1/cache',
};

test('a server that npm has started ends gracefully when the process above it is gone', async (t) => {
  const program = join(ROOT, 'dist/src/main.js');
  const script = `require('node:child_process').spawn(process.execPath, ['${program}', 'serve'],
    { stdio: ['ignore', 'ignore', 'inherit'] })`;
  const shell = spawn(process.execPath, ['-e', script], {
    env: {
      PATH: process.env['PATH'],
      HOME: tmpdir(),
      PORT: '0',
      npm_lifecycle_event: 'start',
      ...DOWN,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => shell.kill('SIGKILL'));
  let log = '';
  await new Promise<void>((resolve) => {
    shell.stderr.on('data', (data: Buffer) => {
      log += data.toString();
      if (log.includes('askonce is ready')) resolve();
    });
  });
  shell.kill('SIGTERM');
  // Its stderr is the server's too: it ends when both have.
  await once(shell.stderr, 'close');
  assert.match(log, /draining/);
});

test('the operator is told once why a database cannot be reached, the agent the class alone', async (t) => {
  const server = await startAskonce(t, DOWN);
  const client = await connect(t, server.url);
  for (let round = 0; round < 3; round += 1) {
    const { error } = await call(client, 'query', { question: 'one?', sql: 'SELECT 1' });
    assert.equal(error?.code, 'DATABASE_UNAVAILABLE');
    assert.match(error.message, /refused/);
    assert.doesNotMatch(JSON.stringify(error), /127\.|alice|s3cret/);
  }
  for (const setting of ['DATABASE_URL', 'CACHE_DATABASE_URL']) {
    const told = server.log().split(`the database of ${setting} cannot be reached`).length - 1;
    assert.equal(told, 1, server.log());
  }
  assert.match(server.log(), /"cause":"refused"/);
  assert.doesNotMatch(server.log(), /s3cret/);
});

test('a taken port is told before anything is built', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const dataDir = await temporaryDataDir(t);
  const port = String((taken.address() as AddressInfo).port);
  const { code, stderr } = await runAskonce(['serve'], { PORT: port, ASKONCE_DATA_DIR: dataDir });
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`Port ${port} is taken`));
  assert.deepEqual(await readdir(dataDir), []);
});

test('a data folder that cannot be made is told at once', async (t) => {
  if (process.platform !== 'linux') return t.skip('/proc is of Linux');
  const { code, stderr } = await runAskonce(['serve'], { ASKONCE_DATA_DIR: '/proc/nope' });
  assert.equal(code, 1);
  assert.match(stderr, /data folder cannot be written[^]*Set ASKONCE_DATA_DIR/);
});
