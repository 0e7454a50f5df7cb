// Owns the look into a database server from beside askonce: who is connected, what runs, and their end.
import { admin } from './database.ts';

/** Backends of the database that run a statement which contains the mark, as an owner sees them. */
export async function runningWith(url: string, mark: string): Promise<number> {
  const [row] = await admin(
    url,
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and state = 'active' and query like '%' || $1 || '%'`,
    [mark],
  );
  return row?.['n'] as number;
}

/** Ends every backend of the database but the one that asks. */
export async function killConnections(url: string): Promise<void> {
  await admin(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
}

/**
 * Looks again and again while the work goes on. The last look has ended when this resolves: one under way
 * when the database is dropped would fail the test.
 */
export async function watchDuring<T>(work: Promise<T>, look: () => Promise<void>): Promise<T> {
  const over = new AbortController();
  const looks = (async () => {
    while (!over.signal.aborted) await look();
  })();
  try {
    return await work;
  } finally {
    over.abort();
    await looks;
  }
}
