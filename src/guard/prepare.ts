// Owns the last look at a statement before it runs: by what the server says of itself now, whatever was known when it
// was let through.
import type { StatementGuard } from './guard.ts';
import type { ServerCatalogReader } from './server-catalog.ts';

export interface PreparedStatement {
  /** The text to run. */
  readonly sql: string;
  /** Whether PostgreSQL plans it: SHOW and EXPLAIN have no plan of their own. */
  readonly isPlanned: () => boolean;
}

/** @throws AppError QUERY_REJECTED for what may not run any more. */
export type Prepare = (sql: string) => Promise<PreparedStatement>;

export function createPrepare(
  guard: StatementGuard,
  catalog: Pick<ServerCatalogReader, 'fresh'>,
): Prepare {
  return async (sql) => {
    await catalog.fresh();
    guard.requirePermitted(sql);
    return { sql: guard.masked(sql), isPlanned: () => guard.isPlanned(sql) };
  };
}
