// Owns what `askonce install-triggers` makes in the data database: a trigger of the statement on each table that
// adds to a log, and the log. Writers never wait for one another there: each transaction adds rows of its own,
// and who merges them passes by what others hold. The sum of a table's rows is its version in any snapshot.
import type { Pool } from '../db/pool.ts';
import { LOG_FUNCTION, LOG_TABLE, LOG_TRIGGER } from './relations-sql.ts';

export interface TriggerOptions {
  /** As the owner of the tables. */
  readonly pool: Pool;
  /** Told of each table. */
  readonly onProgress: (line: string) => void;
}

export interface TriggerReport {
  readonly done: number;
  /** Tables on which it could not be done, with why. */
  readonly failed: readonly string[];
}

export interface InstallOptions extends TriggerOptions {
  /**
   * Whether the log is written to the WAL too, so that standbys have it. Without it writes cost less, nothing of
   * it is in any publication, and after a crash every known row counts as written over, once.
   */
  readonly forStandbys: boolean;
}

/** It fires whatever session_replication_role is. */
const ALWAYS = 'A';
const SCHEMA = 'askonce_changes';
/** A table that is in use for so long is left for another run: nobody is to wait for this. */
const LOCK_TIMEOUT = '3s';
/** Of the transactions that write, one in so many merges what is there. */
const MERGE_EVERY = 50;

/**
 * A write adds the microseconds since 1970: after a crash, which empties an unlogged table, no sum comes again.
 * (Not random(): that would move the sequence which the application may have seeded.) Merging is left out where
 * isolation would make it fail its transaction for another that merges.
 */
const LOG_SQL = (forStandbys: boolean): readonly string[] => [
  `CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`,
  `CREATE ${forStandbys ? '' : 'UNLOGGED '}TABLE IF NOT EXISTS ${LOG_TABLE} (relid oid NOT NULL, writes numeric NOT NULL)
     WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0,
       autovacuum_vacuum_cost_delay = 0)`,
  `ALTER TABLE ${LOG_TABLE} SET ${forStandbys ? 'LOGGED' : 'UNLOGGED'}`,
  // A publication of all tables would refuse to delete from it otherwise.
  `ALTER TABLE ${LOG_TABLE} REPLICA IDENTITY FULL`,
  `CREATE OR REPLACE FUNCTION ${LOG_FUNCTION} RETURNS trigger
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
   DECLARE
     at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
     told text := coalesce(current_setting('${SCHEMA}.told', true), '');
     me text := ' ' || TG_RELID || ' ';
   BEGIN
     IF position(me IN told) > 0 THEN
       RETURN NULL;
     END IF;
     INSERT INTO ${LOG_TABLE} VALUES (TG_RELID, at);
     PERFORM set_config('${SCHEMA}.told', told || me, true);
     IF at % ${MERGE_EVERY} = 0 AND current_setting('transaction_isolation') = 'read committed' THEN
       WITH gone AS (
         DELETE FROM ${LOG_TABLE} WHERE ctid = ANY (ARRAY (
           SELECT ctid FROM ${LOG_TABLE} LIMIT 1000 FOR UPDATE SKIP LOCKED))
         RETURNING relid, writes)
       INSERT INTO ${LOG_TABLE} SELECT relid, sum(writes) FROM gone GROUP BY relid;
     END IF;
     RETURN NULL;
   END $body$`,
  `REVOKE ALL ON FUNCTION ${LOG_FUNCTION} FROM PUBLIC`,
  // Numbers of tables and of writes: nothing that would have to be hidden.
  `GRANT USAGE ON SCHEMA ${SCHEMA} TO PUBLIC`,
  `GRANT SELECT ON ${LOG_TABLE} TO PUBLIC`,
];

/** Tables of the database's own; a foreign table's writes and a view's are not seen here anyway. */
const TABLES_SQL = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name,
    (SELECT t.tgenabled::text FROM pg_catalog.pg_trigger t
     WHERE t.tgrelid = c.oid AND t.tgname = '${LOG_TRIGGER}') AS trigger
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('${SCHEMA}', 'askonce', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1`;

interface Table {
  readonly name: string;
  /** As in pg_trigger.tgenabled; null where there is none. */
  readonly trigger: string | null;
}

/** May be run again, for tables that are new. @throws AppError where the log itself cannot be made. */
export async function installTriggers(options: InstallOptions): Promise<TriggerReport> {
  await inTransaction(options.pool, LOG_SQL(options.forStandbys));
  const tables = await options.pool.query<Table & Record<string, unknown>>(TABLES_SQL);
  return await forEach(options, tables, ({ name, trigger }) =>
    trigger === ALWAYS
      ? []
      : [
          ...(trigger ? [`DROP TRIGGER ${LOG_TRIGGER} ON ${name}`] : []),
          `CREATE TRIGGER ${LOG_TRIGGER} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${name}
       FOR EACH STATEMENT EXECUTE FUNCTION ${LOG_FUNCTION}`,
          `ALTER TABLE ${name} ENABLE ALWAYS TRIGGER ${LOG_TRIGGER}`,
        ],
  );
}

/** Leaves nothing behind, unless a table stays locked: then the log stays with its trigger. */
export async function uninstallTriggers(options: TriggerOptions): Promise<TriggerReport> {
  const tables = await options.pool.query<Table & Record<string, unknown>>(TABLES_SQL);
  const report = await forEach(
    options,
    tables.filter(({ trigger }) => trigger !== null),
    ({ name }) => [`DROP TRIGGER ${LOG_TRIGGER} ON ${name}`],
  );
  if (report.failed.length === 0) {
    await inTransaction(options.pool, [`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`]);
  }
  return report;
}

async function forEach(
  { pool, onProgress }: TriggerOptions,
  tables: readonly Table[],
  statementsOf: (table: Table) => readonly string[],
): Promise<TriggerReport> {
  const failed: string[] = [];
  for (const [index, table] of tables.entries()) {
    const at = `${index + 1} of ${tables.length}: ${table.name}`;
    try {
      await inTransaction(pool, statementsOf(table));
      onProgress(at);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failed.push(`${table.name}: ${reason}`);
      onProgress(`${at}: left out: ${reason}`);
    }
  }
  return { done: tables.length - failed.length, failed };
}

async function inTransaction(pool: Pool, statements: readonly string[]): Promise<void> {
  await pool.withClient(async (client) => {
    await client.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    try {
      for (const statement of statements) await client.query(statement);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  });
}
