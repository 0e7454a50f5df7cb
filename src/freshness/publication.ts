// Owns what `askonce install-publication` makes in the data database: the publication of which the stream of
// changes tells. Only tables whose rows can be told apart are in it: of any other PostgreSQL would refuse
// updates from then on. Those are watched by their statistics.
import type { Pool } from '../db/pool.ts';
import { PUBLICATION } from './relations-sql.ts';

export interface PublicationReport {
  readonly published: readonly string[];
  /** Without a primary key or another replica identity. */
  readonly leftOut: readonly string[];
}

const TABLES_SQL = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name,
    c.relreplident = 'f' OR EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid
      AND (CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END)) AS has_identity
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition
    AND n.nspname NOT IN ('askonce', 'askonce_changes', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1`;

/** May be run again, for tables that are new. */
export async function installPublication(pool: Pool): Promise<PublicationReport> {
  const tables = await pool.query<{ name: string; has_identity: boolean }>(TABLES_SQL);
  const published = tables.filter((table) => table.has_identity).map(({ name }) => name);
  const leftOut = tables.filter((table) => !table.has_identity).map(({ name }) => name);
  const [known] = await pool.query('SELECT FROM pg_publication WHERE pubname = $1', [PUBLICATION]);
  const list = published.join(', ');
  if (!known) {
    const members = published.length > 0 ? ` FOR TABLE ${list}` : '';
    await pool.query(`CREATE PUBLICATION ${PUBLICATION}${members}`);
  } else if (published.length > 0) {
    await pool.query(`ALTER PUBLICATION ${PUBLICATION} SET TABLE ${list}`);
  }
  return { published, leftOut };
}

/** Drops the slots too, which would keep the log: end every askonce that reads them first. */
export async function uninstallPublication(pool: Pool): Promise<void> {
  await pool.query(
    `SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots
     WHERE slot_name LIKE 'askonce\\_%' AND database = current_database() AND NOT active`,
  );
  await pool.query(`DROP PUBLICATION IF EXISTS ${PUBLICATION}`);
}
