// The embedded default under kill -9: the server and its engines end in the same moment, while one of
// them writes, and what was kept before is there again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@modelcontextprotocol/client';
import { Client as PgClient } from 'pg';

import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { createLogger } from '../../src/logger.ts';
import { call, connect, startAskonce, temporaryDataDir } from '../support/askonce.ts';

const ROWS = 40_000;
const SMALL = {
  question: 'how many orders are there?',
  sql: 'SELECT count(*) AS orders FROM orders',
};
const wide = (round: number) => ({
  question: `forty thousand wide rows, number ${round}`,
  sql: `SELECT i, repeat('x', ${300 + round}) AS pad FROM generate_series(1, ${ROWS}) i ORDER BY i`,
});

/** After the first page is out, while the rest is still on its way into the cache. */
const MOMENTS_MS = [0, 120, 500];

test('killed with its engines while it stores, the embedded default starts again consistent and answers', async (t) => {
  const dataDir = await temporaryDataDir(t);
  const start = async () => {
    const env = { ASKONCE_DATA_DIR: dataDir, CACHE_TTL_SECONDS: '3600' };
    const server = await startAskonce(t, env, { ownGroup: true });
    return { server, client: await connect(t, server.url) };
  };
  const first = await start();
  const { rows } = await call(first.client, 'query', SMALL);
  assert.equal(await first.server.stop(), 0);

  for (const [round, waitMs] of MOMENTS_MS.entries()) {
    const { server, client } = await start();
    assert.equal((await call(client, 'query', wide(round))).status, 'answered');
    await sleep(waitMs);
    assert.equal(await server.stop('SIGKILL'), 'SIGKILL');
  }

  const last = await start();
  const known = await call(last.client, 'ask', { question: SMALL.question });
  assert.ok(['store', 'memory'].includes(known.source), 'what was kept before is kept');
  assert.deepEqual(known.rows, rows);
  for (const round of MOMENTS_MS.keys()) await readWhole(last.client, wide(round));
  assert.equal(await last.server.stop(), 0);
  assert.deepEqual(await tornResults(dataDir), []);
});

/** Whatever is served from the store must be whole: every row of it, in order. */
async function readWhole(client: Client, query: ReturnType<typeof wide>): Promise<void> {
  let page = await call(client, 'query', { ...query, max_rows: ROWS, max_bytes: 8_000_000 });
  let next = 1;
  for (;;) {
    assert.equal(page.status, 'answered', JSON.stringify(page).slice(0, 300));
    for (const row of page.rows) assert.equal(row[0], next++);
    if (page.next_cursor === null) break;
    page = await call(client, 'fetch_rows', { cursor: page.next_cursor });
  }
  assert.equal(next - 1, ROWS);
}

/** Results that would be served although rows of them are missing; looked up behind the server's back. */
async function tornResults(dataDir: string): Promise<unknown[]> {
  const logger = createLogger('silent');
  const database = await startEmbeddedDatabase({ dataDir, name: 'cache', logger });
  const client = new PgClient(database.url);
  try {
    await client.connect();
    const { rows } = await client.query(
      `SELECT r.id FROM askonce.results r LEFT JOIN askonce.result_chunks c ON c.result_id = r.id
       WHERE r.is_current GROUP BY r.result_scope, r.id HAVING coalesce(sum(c.row_count), 0) <> r.row_count
         OR r.status = 'filling'`,
    );
    return rows;
  } finally {
    await client.end();
    await database.close();
  }
}
