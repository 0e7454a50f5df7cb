import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { startOwnServer } from '../../src/validate/own-server.ts';
import { ROOT, temporaryDataDir } from '../support/askonce.ts';
import { gaugesOf } from '../support/gauges.ts';

test('a server to be tried leaves the cache that ./.env names alone', async (t) => {
  const cwd = await temporaryDataDir(t);
  // Nothing listens there: who asked it would be without a store.
  await writeFile(join(cwd, '.env'), 'CACHE_DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing\n');
  const { env } = process;
  const server = await startOwnServer({ root: ROOT, env, cwd, onLine: () => undefined });
  t.after(() => server.stop());
  const gauges = await gaugesOf(server.url.origin);
  assert.equal(gauges.get('askonce_cache_store_up'), 1);
});
