import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';

import { createServed } from '../../../src/cache/served.ts';
import type { ServedAnswer } from '../../../src/cache/served.ts';
import { cacheDatabase } from './stores.ts';

const answer = (given: Partial<ServedAnswer>): ServedAnswer => ({
  planScope: 'scope',
  source: 'memory',
  resultScope: 'rows',
  resultId: randomUUID(),
  sparedTokens: 100,
  ...given,
});

test('what was served is added up by source, with the time that each later answer spared', async (t) => {
  const { pool } = await cacheDatabase(t);
  const served = createServed(pool);
  const resultId = randomUUID();
  await pool.query(
    `INSERT INTO askonce.results (id, result_scope, statement_key, status, columns, as_of, expires_at, run_ms)
     VALUES ($1, 'rows', '\\x00', 'complete', '[]', now(), now() + interval '1 hour', 40)`,
    [resultId],
  );
  served.count(answer({ source: 'database', resultId, sparedTokens: 0 }));
  for (let n = 0; n < 3; n += 1) served.count(answer({ resultId }));
  await served.flush();
  served.count(answer({ resultId }));
  served.count(answer({ source: 'semantic' }));
  await served.flush();
  const rows = await pool.query(
    `SELECT source, sum(answers)::int AS answers, sum(spared_ms) AS ms, sum(spared_tokens)::int AS tokens
     FROM askonce.served GROUP BY source ORDER BY source`,
  );
  assert.deepEqual(rows, [
    { source: 'database', answers: 1, ms: 0, tokens: 0 },
    { source: 'memory', answers: 4, ms: 160, tokens: 400 },
    { source: 'semantic', answers: 1, ms: 0, tokens: 100 },
  ]);
});

test('figures older than two months go', async (t) => {
  const { pool } = await cacheDatabase(t);
  const served = createServed(pool);
  served.count(answer({}));
  await served.flush();
  assert.equal(await served.sweep(), 0);
  await pool.query(`UPDATE askonce.served SET at = now() - interval '61 days'`);
  assert.equal(await served.sweep(), 1);
});
