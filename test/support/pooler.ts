// Owns a PgBouncer of one test, in transaction mode, in front of the databases that the test names.
import type { TestContext } from 'node:test';

import { startPgbouncer } from '../../dev/postgres/pgbouncer.ts';
import type { Pgbouncer } from '../../dev/postgres/pgbouncer.ts';
import { localSurroundings } from '../../dev/postgres/surroundings.ts';

/** Null, and the test is skipped, where there is none. */
export async function poolerOf(
  t: TestContext,
  urls: readonly string[],
  poolSize: number,
): Promise<Pick<Pgbouncer, 'through'> | null> {
  const surroundings = localSurroundings(process.env, t.signal);
  // On a server that somebody gave, nothing is fetched for its sake.
  const isOurs = process.env['TEST_POSTGRES_STRATEGY'] !== undefined;
  const pooler = isOurs ? await startPgbouncer({ surroundings, urls, poolSize }) : null;
  if (pooler === null) t.skip('no PgBouncer is installed beside the PostgreSQL of the tests');
  else t.after(() => pooler.stop());
  return pooler;
}
