// The engine process: ended by force at any moment, alone or with its parent, it is there again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { after, before } from 'node:test';

import { spawnEngine } from '../../../src/db/embedded-child.ts';
import { isAppError } from '../../../src/errors.ts';
import { answers, createScratch, eventually, isRunning } from './embedded-scratch.ts';
import type { Scratch } from './embedded-scratch.ts';

/** By then the engine is at work on what it was sent. */
const UNDER_WAY_MS = 150;
const RUNAWAY = 'SELECT count(*) FROM generate_series(1, 1e12)';

let scratch: Scratch;
before(async () => {
  scratch = await createScratch();
});
after(() => scratch.close());

test('a runaway statement is ended, and the same pool works on', async () => {
  const database = await scratch.start();
  const pool = scratch.pool(database.url, 2);
  await pool.query('CREATE TABLE facts AS SELECT 1 AS n');
  const { url, pid } = database;
  const runaway = assert.rejects(pool.query(RUNAWAY));
  await sleep(UNDER_WAY_MS);
  await Promise.all([database.endRunaway(), database.endRunaway()]);
  await runaway;
  assert.deepEqual((await pool.query('SELECT n FROM facts')).rows, [{ n: 1 }]);
  assert.equal(database.url, url);
  assert.notEqual(database.pid, pid);
  await pool.end();
  await database.close();
});

test('an engine that is killed while it writes comes back by itself and consistent', async () => {
  const database = await scratch.start();
  const pool = scratch.pool(database.url, 2);
  await pool.query('CREATE TABLE written (n integer)');
  await pool.query('INSERT INTO written VALUES (1)');
  const writing = assert.rejects(
    pool.query(`INSERT INTO written SELECT n FROM generate_series(2, 20000000) n`),
  );
  await sleep(UNDER_WAY_MS);
  process.kill(database.pid!, 'SIGKILL');
  await writing;
  await eventually(() => answers(pool));
  assert.deepEqual((await pool.query('SELECT n FROM written')).rows, [{ n: 1 }]);
  await pool.end();
  await database.close();
});

test('data outlives a restart, and a closed database leaves no socket behind', async () => {
  const first = await scratch.start();
  const socketDir = new URL(first.url).searchParams.get('host')!;
  await first.close();
  await first.close();
  await first.endRunaway();
  assert.ok(!(await readdir(dirname(socketDir))).includes(socketDir.split('/').at(-1)!));
  const second = await scratch.start();
  const pool = scratch.pool(second.url, 1);
  assert.deepEqual((await pool.query('SELECT n FROM facts')).rows, [{ n: 1 }]);
  await pool.end();
  await second.close();
});

test('a folder in use is refused with the process that uses it', async () => {
  const first = await scratch.start();
  await assert.rejects(scratch.start(), (error) => {
    assert.ok(isAppError(error, 'CONFIG_INVALID'));
    assert.match(error.message, new RegExp(`process ${process.pid}\\b`));
    return true;
  });
  const pool = scratch.pool(first.url, 1);
  assert.ok(await answers(pool));
  await pool.end();
  await first.close();
});

test('signals to the whole group leave the engine to its parent', async () => {
  const database = await scratch.start();
  const pid = database.pid!;
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGTERM');
  const pool = scratch.pool(database.url, 1);
  assert.ok(await answers(pool));
  assert.equal(database.pid, pid);
  await pool.end();
  await database.close();
});

test('the engine of a killed parent ends even in the midst of a runaway', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, scratch.dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: dirname(import.meta.filename),
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const engine = Number(line.toString());
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  // Starts at once, while the orphan may still be there: it waits for it.
  const database = await scratch.start();
  assert.ok(!isRunning(engine));
  const pool = scratch.pool(database.url, 1);
  assert.deepEqual((await pool.query('SELECT n FROM facts')).rows, [{ n: 1 }]);
  await pool.end();
  await database.close();
});

test('leftovers of a PostgreSQL that was killed do not keep it from starting', async () => {
  const pidFile = join(scratch.dataDir, 'cache', 'pgdata', 'postmaster.pid');
  await writeFile(pidFile, `${process.pid}\n/pglite/data\n1\n5432\n`);
  const database = await scratch.start();
  await database.close();
});

test('where the address is a port, a password guards it', async () => {
  const password = 'correct horse';
  const dir = join(scratch.dataDir, 'cache');
  const engine = spawnEngine({ dir, address: { port: 0, password } });
  const ready = await engine.ready;
  assert.ok(ready !== 'created' && ready.port !== null);
  const connect = (secret: string): Promise<boolean> =>
    answers(scratch.pool(`postgres://postgres:${secret}@127.0.0.1:${ready.port}/postgres`, 1));
  assert.ok(await connect(encodeURIComponent(password)));
  assert.ok(!(await connect('wrong')));
  assert.ok(!(await connect('')));
  await engine.stop();
  assert.equal((await engine.exited).reason, 'it was stopped');
});

test('a database that cannot be opened says what to do', async () => {
  await writeFile(join(scratch.dataDir, 'cache', 'pgdata', 'PG_VERSION'), '9\n');
  await assert.rejects(scratch.start(), (error) => {
    assert.ok(isAppError(error, 'DATABASE_UNAVAILABLE'));
    assert.match(error.hint ?? '', /'cache' in ASKONCE_DATA_DIR/);
    assert.ok(!error.message.includes(tmpdir()));
    return true;
  });
});

/** A parent that starts the database, a runaway in it, and tells the engine's pid. */
const PARENT = `
  import pg from 'pg';
  import { startEmbeddedDatabase } from '../../../src/db/embedded.js';
  import { createLogger } from '../../../src/logger.js';
  const logger = createLogger('silent');
  const dataDir = process.argv.at(-1);
  const database = await startEmbeddedDatabase({ dataDir, name: 'cache', logger });
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('SELECT 1');
  void client.query('${RUNAWAY}');
  setTimeout(() => console.log(database.pid), 200);`;
