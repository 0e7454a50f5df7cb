// Owns what a PostgreSQL server does for itself and a single backend does not: checkpoints, without
// which the write-ahead log grows for ever, and vacuum, without which replaced rows stay on disk.
import type { Switch } from './embedded-switch.ts';

export interface UpkeepOptions {
  readonly turns: Switch;
  /** Runs one statement as the owner; only ever called during an exclusive turn. */
  readonly query: (sql: string) => Promise<ReadonlyArray<Record<string, unknown>>>;
  readonly intervalMs: number;
}

export interface Upkeep {
  /** Looks once, as it does at each interval. */
  run(): Promise<void>;
  stop(): void;
}

const CHECKPOINT_AFTER_BYTES = 32 * 1024 * 1024;

/** PostgreSQL's own measure for autovacuum: 50 rows and a fifth of the table. One table a time. */
const NEXT_TABLE = `
  SELECT format('%I.%I', schemaname, relname) AS name
  FROM pg_stat_user_tables
  WHERE greatest(n_dead_tup, n_mod_since_analyze) > 50 + 0.2 * greatest(n_live_tup, 0)
    AND schemaname NOT LIKE 'pg\\_%'
  ORDER BY n_dead_tup DESC, relname LIMIT 1`;

const LOG_BYTES = `
  SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 AS bytes
  FROM pg_control_checkpoint()`;

export function startUpkeep(options: UpkeepOptions): Upkeep {
  const { query, turns } = options;
  let servedBefore = 0;

  async function look(): Promise<void> {
    const [table] = await query(NEXT_TABLE);
    if (table) await query(`VACUUM (ANALYZE) ${String(table['name'])}`);
    const [log] = await query(LOG_BYTES);
    if (Number(log?.['bytes']) > CHECKPOINT_AFTER_BYTES) await query('CHECKPOINT');
  }

  const run = (): Promise<void> => turns.exclusively(look);
  const timer = setInterval(() => {
    if (turns.served === servedBefore) return;
    servedBefore = turns.served;
    // A failed look (a table dropped meanwhile, a full disk) is made up for by the next.
    void run().catch(() => undefined);
  }, options.intervalMs);
  timer.unref();
  return { run, stop: () => clearInterval(timer) };
}
