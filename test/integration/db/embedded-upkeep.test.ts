// Upkeep on a real backend: the log is cut, dead rows are cleared, and nobody's session notices.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { PGlite } from '@electric-sql/pglite';

import { createSwitch } from '../../../src/db/embedded-switch.ts';
import { startUpkeep } from '../../../src/db/embedded-upkeep.ts';
import type { Upkeep } from '../../../src/db/embedded-upkeep.ts';

const NEVER_MS = 2 ** 30;

let db: PGlite;
let upkeep: Upkeep;

before(async () => {
  db = await PGlite.create();
  const turns = createSwitch({
    backend: {
      execute: (messages, onOutput) => db.execProtocolRawStream(messages, { onRawData: onOutput }),
    },
    owner: 'postgres',
    maxSilenceMs: NEVER_MS,
    onBroken: (reason) => assert.fail(reason),
  });
  const query = async (sql: string) => (await db.query<Record<string, unknown>>(sql)).rows;
  upkeep = startUpkeep({ turns, query, intervalMs: NEVER_MS });
});
after(async () => {
  upkeep.stop();
  await db.close();
});

async function number(sql: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(sql);
  return rows[0]?.n ?? Number.NaN;
}

const logBytes = `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::integer AS n
  FROM pg_control_checkpoint()`;

test('rows that were replaced are cleared away, table by table', async () => {
  await db.exec(`CREATE TABLE entries AS SELECT n, 0 AS hits FROM generate_series(1, 1000) n;
    CREATE TABLE "Odd "" name" AS SELECT n FROM generate_series(1, 1000) n;
    UPDATE entries SET hits = 1; DELETE FROM "Odd "" name" WHERE n > 500`);
  await db.exec('SELECT pg_stat_force_next_flush()');
  const dead = `SELECT sum(n_dead_tup)::integer AS n FROM pg_stat_user_tables`;
  assert.equal(await number(dead), 1500);
  for (let look = 0; look < 2; look += 1) {
    await upkeep.run();
    await db.exec('SELECT pg_stat_force_next_flush()');
  }
  assert.equal(await number(dead), 0);
});

test('the write-ahead log is cut once it is long', async () => {
  await db.exec(`CREATE TABLE bulk AS SELECT repeat('x', 1000) FROM generate_series(1, 50000)`);
  assert.ok((await number(logBytes)) > 32 * 1024 * 1024);
  for (let look = 0; look < 3; look += 1) await upkeep.run();
  assert.ok((await number(logBytes)) < 1024 * 1024);
});
