// Owns what `askonce install-triggers` makes in the data database: a trigger of the statement on each table that
// adds to a log, and the log. Writers never wait for one another there: each transaction adds rows of its own,
// and who merges them passes by what others hold. The sum of a table's rows is its version in any snapshot.
import type { Client } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import { changeTables, inTransaction } from './change-tables.ts';
import type { ChangeOptions, ChangeReport } from './change-tables.ts';
import { LOG_FUNCTION, LOG_TABLE, LOG_TRIGGER } from './relations-sql.ts';

export interface InstallOptions extends ChangeOptions {
  /**
   * Whether the log is written to the WAL too, so that standbys have it. Without it writes cost less, nothing of
   * it is in any publication, and after a crash every known row counts as written over, once.
   */
  readonly forStandbys: boolean;
}

/** It fires whatever session_replication_role is. */
const ALWAYS = 'A';
const SCHEMA = 'askonce_changes';
/** Of the transactions that write, one in so many merges what is there. */
const MERGE_EVERY = 50;

/** What a snapshot from long ago keeps from being cleared away only becomes more by merging. */
const MOST_DEAD = 100_000;

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
     here text := pg_current_xact_id()::text || ':';
     told text := coalesce(current_setting('${SCHEMA}.told', true), '');
     me text := ' ' || TG_RELID || ' ';
   BEGIN
     IF NOT starts_with(told, here) THEN
       told := here;
     END IF;
     IF position(me IN told) > 0 THEN
       RETURN NULL;
     END IF;
     INSERT INTO ${LOG_TABLE} VALUES (TG_RELID, at);
     PERFORM set_config('${SCHEMA}.told', told || me, true);
     IF at % ${MERGE_EVERY} = 0 AND current_setting('transaction_isolation') = 'read committed'
       AND pg_stat_get_dead_tuples('${LOG_TABLE}'::regclass) < ${MOST_DEAD} THEN
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

/**
 * What stands there under these names and could be another's trap: a function that every writer would run, a
 * table with triggers of its own. Whoever is a superuser needs none.
 */
const STRANGERS_SQL = `
  SELECT what FROM (
    SELECT 'schema ${SCHEMA}' AS what, n.nspowner AS owner
    FROM pg_catalog.pg_namespace n WHERE n.nspname = '${SCHEMA}'
    UNION ALL
    SELECT 'relation ' || c.relname, CASE WHEN c.relkind = 'r' AND NOT c.relhastriggers AND NOT c.relhasrules
      AND NOT c.relrowsecurity AND NOT c.relhassubclass THEN c.relowner END
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = '${SCHEMA}' AND c.relkind NOT IN ('i', 't')
    UNION ALL
    SELECT 'function ' || f.proname, f.proowner
    FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
    WHERE n.nspname = '${SCHEMA}') found
  WHERE owner IS NULL OR NOT EXISTS (SELECT FROM pg_catalog.pg_roles r
    WHERE r.oid = owner AND (r.rolname = current_user OR r.rolsuper))`;

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

/** May be run again, for tables that are new. @throws AppError where the log itself cannot be made, or is a stranger's. */
export async function installTriggers(options: InstallOptions): Promise<ChangeReport> {
  await inTransaction(options.pool, async (client) => {
    await requireOwn(client);
    for (const statement of LOG_SQL(options.forStandbys)) await client.query(statement);
    // Somebody may have come between.
    await requireOwn(client);
  });
  const tables = await options.pool.query<Table & Record<string, unknown>>(TABLES_SQL);
  return await changeTables(options, tables, ({ name, trigger }) =>
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
export async function uninstallTriggers(options: ChangeOptions): Promise<ChangeReport> {
  const tables = await options.pool.query<Table & Record<string, unknown>>(TABLES_SQL);
  const report = await changeTables(
    options,
    tables.filter(({ trigger }) => trigger !== null),
    ({ name }) => [`DROP TRIGGER ${LOG_TRIGGER} ON ${name}`],
  );
  if (report.failed.length === 0) {
    await options.pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  }
  return report;
}

async function requireOwn(client: Client): Promise<void> {
  const { rows: strangers } = await client.query<{ what: string }>(STRANGERS_SQL);
  if (strangers.length === 0) return;
  const named = strangers.map(({ what }) => what).join(', ');
  throw new AppError('CONFIG_INVALID', `Not made by this role, or changed since: ${named}.`, {
    hint: `Every writer would run it. Run the command as the role that installed it first, or drop schema ${SCHEMA}.`,
  });
}
