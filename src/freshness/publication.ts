// Owns what `askonce install-publication` makes in the data database: the publication of which the stream of
// changes tells. Only tables whose rows can be told apart are in it: of any other PostgreSQL would refuse
// updates from then on. Those are watched by their statistics.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from '../db/pool.ts';
import { changeTables } from './change-tables.ts';
import type { ChangeOptions, ChangeReport } from './change-tables.ts';
import { PUBLICATION } from './relations-sql.ts';
import { dropSlot, ourSlots } from './replication-slots.ts';
import type { OurSlot } from './replication-slots.ts';

/** A server that reads one looks for its publication every second. */
const UNREAD_WITHIN_MS = 5000;
const LOOK_AGAIN_MS = 200;

export interface PublicationReport extends ChangeReport {
  /** Without a primary key or another replica identity, they or a partition of theirs. */
  readonly leftOut: readonly string[];
}

/** A key that is checked at the end of the transaction tells no rows apart before. */
const HAS_IDENTITY = `
  (t.relreplident = 'f' OR EXISTS (SELECT FROM pg_catalog.pg_index i
    WHERE i.indrelid = t.oid AND i.indisvalid AND i.indimmediate
      AND CASE t.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END))`;

/**
 * $1 publication. A partitioned table brings its partitions along, and those that it will have: these get a
 * primary key from it, and nothing else that tells rows apart.
 */
const TABLES_SQL = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name,
    CASE WHEN c.relkind = 'r' THEN (SELECT ${HAS_IDENTITY} FROM pg_catalog.pg_class t WHERE t.oid = c.oid)
    ELSE EXISTS (SELECT FROM pg_catalog.pg_index i
        WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) p JOIN pg_catalog.pg_class t ON t.oid = p.relid
        WHERE p.isleaf AND NOT (t.relkind = 'r' AND ${HAS_IDENTITY}))
    END AS has_identity,
    EXISTS (SELECT FROM pg_catalog.pg_publication_rel m JOIN pg_catalog.pg_publication p ON p.oid = m.prpubid
      WHERE m.prrelid = c.oid AND p.pubname = $1) AS is_member,
    c.relkind = 'r' AS is_plain
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition
    AND n.nspname NOT IN ('askonce', 'askonce_changes', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1`;

interface Table {
  readonly name: string;
  readonly has_identity: boolean;
  readonly is_member: boolean;
  /** Its children, if it has any, are tables with keys of their own. */
  readonly is_plain: boolean;
}

/** May be run again, for tables that are new. @throws AppError where there is another publication of that name. */
export async function installPublication(options: ChangeOptions): Promise<PublicationReport> {
  const { pool } = options;
  const [known] = await pool.query('SELECT FROM pg_publication WHERE pubname = $1', [PUBLICATION]);
  if (!known) await pool.query(`CREATE PUBLICATION ${PUBLICATION}`);
  await pool.query(
    `ALTER PUBLICATION ${PUBLICATION}
       SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = false)`,
  );
  const tables = await pool.query<Table & Record<string, unknown>>(TABLES_SQL, [PUBLICATION]);
  const gone = await changeTables(
    options,
    tables.filter((table) => table.is_member && !table.has_identity),
    (table) => [`ALTER PUBLICATION ${PUBLICATION} DROP TABLE ${named(table)}`],
  );
  const { done, failed } = await changeTables(
    options,
    tables.filter((table) => table.has_identity),
    additionOf,
  );
  const leftOut = tables.filter((table) => !table.has_identity).map(({ name }) => name);
  return { done, failed: [...gone.failed, ...failed], leftOut };
}

const named = ({ name, is_plain }: Table): string => (is_plain ? `ONLY ${name}` : name);

function additionOf(table: Table): string[] {
  if (table.is_member) return [];
  return [
    // Who writes right now would not be sent, and is not to commit behind this.
    `LOCK TABLE ${named(table)} IN SHARE MODE`,
    `ALTER PUBLICATION ${PUBLICATION} ADD TABLE ${named(table)}`,
  ];
}

export interface SlotLeft {
  readonly name: string;
  /** Why it is not dropped. */
  readonly reason: string;
}

/**
 * Takes the slots away too, which would keep the log. A server that reads one sees that its publication is gone,
 * and drops it itself. @returns How many are gone, and those that stay.
 */
export async function uninstallPublication(
  pool: Pool,
): Promise<{ readonly dropped: number; readonly left: readonly SlotLeft[] }> {
  const before = await ourSlots(pool);
  await pool.query(`DROP PUBLICATION IF EXISTS ${PUBLICATION}`);
  const until = performance.now() + UNREAD_WITHIN_MS;
  for (;;) {
    const left = await dropAll(pool, await ourSlots(pool));
    if (!left.some(({ isRead }) => isRead) || performance.now() > until)
      return { dropped: before.length - left.length, left };
    await sleep(LOOK_AGAIN_MS);
  }
}

async function dropAll(pool: Pool, slots: readonly OurSlot[]) {
  const left: (SlotLeft & { readonly isRead: boolean })[] = [];
  for (const { name, active } of slots) {
    if (active) {
      left.push({ name, isRead: true, reason: 'an askonce still reads it' });
      continue;
    }
    try {
      await dropSlot(pool, name);
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      left.push({ name, isRead: false, reason: String(cause) });
    }
  }
  return left;
}
