// `askonce validate conditions` over a database of one's own.
import assert from 'node:assert/strict';
import test from 'node:test';

import { runAskonce } from '../support/askonce.ts';
import { admin } from '../support/database.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { questionsFile, reportIn } from '../support/validate.ts';

test('a database of one’s own is tried over a bad network, restarted and gone silent, and nothing of it is kept', async (t) => {
  const { databaseUrl, server, settings } = await startSmallShop(t);
  const { folder, file } = await questionsFile(t);
  const env = { DATABASE_URL: settings.DATABASE_URL };
  const asked = ['--questions', file, '--quick', '--out', folder];
  const { code, stderr } = await runAskonce(['validate', 'conditions', ...asked], env);
  assert.equal(code, 0, stderr);
  const { faults, networks } = (await reportIn(folder)).conditions!;
  const toDatabase = networks.filter(({ between }) => between === 'server and database');
  assert.deepEqual(
    toDatabase.map(({ failed, name }) => [name, failed]),
    [
      ['cross-zone', 0],
      ['slow disk', 0],
    ],
  );
  assert.ok(toDatabase[1]!.runs_ms.p50! >= 4);
  assert.deepEqual(
    faults.map(({ after, name }) => [name, after.failed]),
    [
      ['the data database is restarted', 0],
      ['the network to the data database falls silent', 0],
      ['a replica is lost, and another takes over', 0],
    ],
  );
  for (const { dependency, during, recovered_after_s: back } of faults) {
    assert.notEqual(back, null);
    if (dependency === null) continue;
    assert.ok(during.hits > 0);
    assert.equal(during.failed, 0);
  }
  // The server that runs has learned nothing of it.
  const metrics = await (await fetch(`${server.origin}/metrics`)).text();
  assert.doesNotMatch(metrics, /^askonce_requests_total\{/m);
  const left = await admin(
    databaseUrl,
    "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname NOT LIKE 'pg_%' AND schemaname <> 'information_schema'",
  );
  assert.equal(left[0]?.['n'], 3);
});
