// Who ends the one engine is told not to try again; who merely waited for it is served by the next.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { linesOf } from '../../../src/cache/rows.ts';
import { openCursor } from '../../../src/db/cursor.ts';
import { LineWriter } from '../../../src/query/line-writer.ts';
import type { EmbeddedDatabase } from '../../../src/db/embedded.ts';
import { createPool } from '../../../src/db/pool.ts';
import type { Pool } from '../../../src/db/pool.ts';
import { withReadOnlyTransaction } from '../../../src/db/transaction.ts';
import { isAppError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { createScratch } from './embedded-scratch.ts';
import type { Scratch } from './embedded-scratch.ts';

/** Of the test itself: a machine that is busy with other things starts an engine slowly. */
const PATIENCE_MS = 60_000;
const RUNAWAY = 'select count(*) from generate_series(1, 1e12)';

let scratch: Scratch;
let database: EmbeddedDatabase;
let pool: Pool;

before(async () => {
  scratch = await createScratch();
  database = await scratch.start('shop');
  pool = openPool();
  const owner = scratch.pool(database.url, 1);
  await owner.query(`
    CREATE FUNCTION endless(n integer) RETURNS integer
    LANGUAGE plpgsql AS 'BEGIN RETURN endless(n + 1); END'`);
  await owner.end();
});
after(async () => {
  await pool.close();
  await scratch.close();
});

function openPool(acquireTimeoutMs = PATIENCE_MS): Pool {
  return createPool({
    url: database.readerUrl,
    min: 1,
    max: 1,
    acquireTimeoutMs,
    engine: database,
    logger: createLogger('silent'),
  });
}

interface Given {
  readonly timeoutMs?: number;
  readonly pool?: Pool;
  readonly interrupt?: () => Promise<void>;
}

async function read(sql: string, given: Given = {}): Promise<unknown[]> {
  const limits = {
    statementTimeoutMs: given.timeoutMs ?? PATIENCE_MS,
    signal: new AbortController().signal,
    interrupt: given.interrupt ?? (() => database.endRunaway()),
  };
  return await withReadOnlyTransaction(given.pool ?? pool, limits, async (client) => {
    const lines = new LineWriter();
    const cursor = openCursor(client, sql, [], lines);
    while ((await cursor.next()) > 0);
    return lines.take().flatMap((chunk) => linesOf(chunk).map((line) => JSON.parse(line)));
  });
}

/** Ends the engine, one way or the other, while others wait; all but the culprit are answered. */
async function whileOthersWait(culprit: Promise<unknown>, code: string): Promise<void> {
  const refused = assert.rejects(culprit, (error) => {
    assert.ok(isAppError(error), String(error));
    assert.deepEqual([error.code, error.retryAfterMs], [code, undefined]);
    assert.ok(error.hint);
    return true;
  });
  const waiting = [1, 2, 3, 4, 5].map((n) => read(`select ${n}`));
  await refused;
  assert.deepEqual(await Promise.all(waiting), [[[1]], [[2]], [[3]], [[4]], [[5]]]);
}

const BREAKING = {
  'that recurses without end': 'select endless(1)',
  'whose text nests without end': `select to_tsquery(repeat('a&', 50000) || 'a')`,
  'that breaks behind its first rows':
    'select case when i = 7 then endless(1) else i end from generate_series(1, 100) i',
};
for (const [what, sql] of Object.entries(BREAKING)) {
  test(`a statement ${what} is not to be repeated, and whoever waits is answered`, async () => {
    const engine = database.pid;
    await whileOthersWait(read(sql), 'QUERY_INVALID');
    assert.notEqual(database.pid, engine);
  });
}

test('a runaway ended at its time limit is not to be repeated, and whoever waits is answered', async () => {
  await whileOthersWait(read(RUNAWAY, { timeoutMs: 300 }), 'QUERY_TIMEOUT');
});

test('whoever has waited too long for a connection waits on while the engine is started again', async () => {
  const impatient = openPool(100);
  let waiting: Promise<unknown[]> | undefined;
  const interrupt = (): Promise<void> => {
    waiting = read('select 4', { pool: impatient });
    return database.endRunaway();
  };
  await assert.rejects(read(RUNAWAY, { timeoutMs: 300, pool: impatient, interrupt }), (error) =>
    isAppError(error, 'QUERY_TIMEOUT'),
  );
  assert.deepEqual(await waiting, [[4]]);
  await impatient.close();
});

test('a statement whose transaction had not begun when another one broke the engine runs once more', async () => {
  const other = openPool();
  assert.deepEqual(await read('select 1', { pool: other }), [[1]]);
  const culprit = read('select endless(1)');
  // On a connection of its own it waits inside of the engine, and goes down with it.
  const bystander = read('select 2', { pool: other });
  await assert.rejects(culprit, (error) => isAppError(error, 'QUERY_INVALID'));
  assert.deepEqual(await bystander, [[2]]);
  await other.close();
});

test('an engine that is ended from outside while nobody uses it is not noticed', async () => {
  // What the test before it broke is up again.
  assert.deepEqual(await read('select 1'), [[1]]);
  process.kill(database.pid!, 'SIGKILL');
  assert.deepEqual(await read('select 3'), [[3]]);
});
