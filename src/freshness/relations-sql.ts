// Owns the statements that ask PostgreSQL's catalog what a relation is and whether it is still the same. No rights
// are needed but those to connect; functions are named with their schema, so that nothing stands in for them.

/** What `askonce install-triggers` makes in the data database (triggers.ts). */
export const LOG_TABLE = 'askonce_changes.log';
export const LOG_FUNCTION = 'askonce_changes.record()';
export const LOG_TRIGGER = 'askonce_changes';
/** What `askonce install-publication` makes (publication.ts). */
export const PUBLICATION = 'askonce';

/** What role may do by itself, by those it is a member of, and past policies. */
const powersOf = (role: string): string => `
  (SELECT pg_catalog.concat_ws(' ', o.rolsuper, o.rolbypassrls, CASE WHEN NOT o.rolsuper THEN
     (SELECT pg_catalog.string_agg(r.oid::text, ',' ORDER BY r.oid) FROM pg_catalog.pg_roles r
      WHERE pg_catalog.pg_has_role(o.oid, r.oid, 'USAGE')) END)
   FROM pg_catalog.pg_roles o WHERE ${role})`;

/** Objects of the database's own of that catalog on which the view or the policies of relation c depend. */
const dependenciesIn = (catalog: string): string => `
  SELECT d.refobjid FROM pg_catalog.pg_depend d
  WHERE d.refclassid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND (
    (d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid IN
      (SELECT r.oid FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND c.relkind = 'v'))
    OR (d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid IN
      (SELECT p.oid FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid)))`;

/**
 * Changes with the relation's definition, its columns, its file (TRUNCATE, REFRESH), its children, who may read
 * it, whether its name alone still means it, its policies, the functions that its view or its policies call, and
 * what tells of its changes: triggers, publications. In-place updates, as by ANALYZE and VACUUM, leave xmin as it is.
 */
const MARK = `
  pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', c.xmin, c.relfilenode, n.xmin,
    pg_catalog.has_table_privilege(c.oid, 'SELECT'), pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
    pg_catalog.pg_table_is_visible(c.oid),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', a.attnum, a.xmin), ',' ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', i.inhrelid, i.xmin), ',' ORDER BY i.inhrelid)
     FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', p.oid, p.xmin), ',' ORDER BY p.oid)
     FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', r.oid, r.xmin), ',' ORDER BY r.oid)
     FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', f.oid, f.xmin), ',' ORDER BY f.oid)
     FROM pg_catalog.pg_proc f WHERE f.oid IN (${dependenciesIn('pg_proc')})),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', t.oid, t.xmin), ',' ORDER BY t.oid)
     FROM pg_catalog.pg_trigger t WHERE t.tgname = '${LOG_TRIGGER}' AND t.tgrelid = ANY (tree.ids)),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', p.oid, p.xmin), ',' ORDER BY p.oid)
     FROM pg_catalog.pg_publication p WHERE p.pubname = '${PUBLICATION}'),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', m.oid, m.xmin), ',' ORDER BY m.oid)
     FROM pg_catalog.pg_publication_rel m JOIN pg_catalog.pg_publication p ON p.oid = m.prpubid
     WHERE p.pubname = '${PUBLICATION}' AND m.prrelid = ANY (tree.ids)),
    CASE WHEN c.relkind = 'v' THEN ${powersOf('o.oid = c.relowner')} END
  ), 0)::text`;

/** The relation c and those above it: a write through one of these fires the triggers of that one alone. */
const TREE = `
  LATERAL (WITH RECURSIVE above AS (
     SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid
     UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN above ON i.inhrelid = above.inhparent)
   SELECT c.oid || coalesce(pg_catalog.array_agg(inhparent ORDER BY inhparent), '{}') AS ids FROM above) tree`;

/**
 * ALWAYS: it fires in replicas' sessions too. What a subscription applies fires no trigger of a statement.
 */
const IS_LOGGED = `
  NOT EXISTS (SELECT FROM pg_catalog.unnest(tree.ids) AS member (id)
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
        WHERE t.tgrelid = member.id AND t.tgname = '${LOG_TRIGGER}' AND t.tgenabled = 'A'
          AND t.tgfoid = pg_catalog.to_regprocedure('${LOG_FUNCTION}'))
      OR EXISTS (SELECT FROM pg_catalog.pg_subscription_rel s WHERE s.srrelid = member.id))`;

/**
 * Its writes, all of them, are sent to whoever reads the slot: those of a partition under its own name. Not by
 * the view pg_publication_tables, which waits for whoever alters one of its tables.
 */
const IS_PUBLISHED = `
  c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND EXISTS (
    SELECT FROM pg_catalog.pg_publication p
    WHERE p.pubname = '${PUBLICATION}' AND NOT p.pubviaroot
      AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
      AND (p.puballtables OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel m
        WHERE m.prpubid = p.oid AND pg_catalog.to_jsonb(m) ->> 'prqual' IS NULL
          AND (m.prrelid = c.oid OR c.relispartition AND m.prrelid = ANY (tree.ids)))))`;

const RELATION = `
  SELECT c.oid::text AS id, c.relkind::text AS kind, c.relpersistence::text AS persistence,
    c.relrowsecurity AS has_policies, tree.ids[2:]::text[] AS ancestors, ${IS_LOGGED} AS is_logged,
    ${IS_PUBLISHED} AS is_published, ${MARK} AS mark
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, ${TREE}`;

/** @param ids oids: digits, and nothing else. */
export function relationsSql(ids: readonly string[]): string {
  if (!ids.every((id) => /^\d{1,10}$/.test(id))) throw new TypeError('an oid is a number');
  return `${RELATION} WHERE c.oid = ANY ('{${ids.join(',')}}'::pg_catalog.oid[])`;
}

/**
 * What this transaction has read: PostgreSQL keeps a lock on each until its end, whatever way led there (a view, a
 * function, a partition, a policy). Those below 16384 are the catalog, which this statement reads itself.
 */
export const READ_SQL = `${RELATION} WHERE c.relkind NOT IN ('i', 'I', 't') AND c.oid IN (
  SELECT l.relation FROM pg_catalog.pg_locks l
  WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384)`;

/**
 * $1 oids: what is to be read of views and policies to know what they depend on, and which functions of the
 * database's own they call; null where one of these is not known to be immutable.
 */
export const DEFINITIONS_SQL = `
  SELECT c.oid::text AS id,
    CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) END AS view,
    ARRAY (SELECT pg_catalog.pg_get_expr(p.polqual, p.polrelid) FROM pg_catalog.pg_policy p
      WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL) AS policies,
    (SELECT CASE WHEN coalesce(pg_catalog.bool_and(f.provolatile = 'i' AND f.prokind = 'f'), true)
       THEN coalesce(pg_catalog.array_agg(f.proname::text), '{}') END
     FROM pg_catalog.pg_proc f
     WHERE f.oid IN (${dependenciesIn('pg_proc')}) OR f.oid IN (SELECT o.oprcode
       FROM pg_catalog.pg_operator o WHERE o.oid IN (${dependenciesIn('pg_operator')}))) AS pure
  FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::pg_catalog.oid[])`;

/** Functions of the database's own that can be written as if they were columns of a row: order.total. */
export const COMPUTED_SQL = `
  SELECT DISTINCT f.proname::text AS name FROM pg_catalog.pg_proc f
  WHERE f.oid >= 16384 AND f.pronargs - f.pronargdefaults <= 1 AND f.pronargs >= 1
    AND (SELECT y.typtype FROM pg_catalog.pg_type y WHERE y.oid = f.proargtypes[0]) IN ('c', 'd', 'p')`;

const SETTINGS = [
  'TimeZone',
  'search_path',
  'row_security',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'default_text_search_config',
  'xmloption',
  'xmlbinary',
];

const fingerprint = (catalog: string, columns: string, condition = 'true'): string => `
  (SELECT pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', ${columns}, x.xmin), 0))
   FROM pg_catalog.${catalog} x WHERE ${condition})`;

const OF_SESSION = `
  (x.setdatabase = 0 OR x.setdatabase =
    (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
  AND (x.setrole = 0 OR x.setrole = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = session_user))`;

/** By which values become text, and text is searched. */
const TYPES = [
  fingerprint('pg_enum', 'x.oid'),
  fingerprint('pg_type', 'x.oid', `x.oid >= 16384 AND x.typtype IN ('e', 'd', 'r')`),
  fingerprint(
    'pg_attribute',
    'x.attrelid, x.attnum',
    `x.attrelid IN (SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'c')`,
  ),
  fingerprint('pg_ts_config_map', 'x.mapcfg, x.maptokentype, x.mapseqno'),
  fingerprint('pg_ts_dict', 'x.oid'),
];

/** Another behind every crash, which empties what is not logged and forgets what was counted. */
const CRASH = 'pg_catalog.pg_stat_get_bgwriter_stat_reset_time()';

const SYSTEM = '(SELECT s.system_identifier::text FROM pg_catalog.pg_control_system() s)';
const TIMELINE = `
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_postmaster_start_time()::text
    ELSE pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8) END`;
const DATABASE = `
  (SELECT d.oid::text FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`;
/** The database that a stream tells of, on its server: another one behind a promotion. */
const STREAM_ID = `pg_catalog.concat_ws(' ', ${SYSTEM}, ${TIMELINE}, ${DATABASE})`;
export const STREAM_ID_SQL = `SELECT ${STREAM_ID} AS id`;
/** Which one it is, and whether it has what is read of it. $1 publication. */
export const STREAM_PLACE = `${STREAM_ID} AS id,
  EXISTS (SELECT FROM pg_catalog.pg_publication p WHERE p.pubname = $1) AS has_publication`;

export interface StreamPlace {
  readonly id: string;
  readonly has_publication: boolean;
}

/**
 * What else rows depend on of a session: which server this is and since when, its settings, and what its role
 * may do.
 */
export const SESSION_SQL = `
  SELECT ${STREAM_ID} AS id,
    pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', current_user, session_user,
      ${SETTINGS.map((name) => `pg_catalog.current_setting('${name}')`).join(', ')},
      ${fingerprint('pg_db_role_setting', 'x.setdatabase, x.setrole', OF_SESSION)},
      ${powersOf('o.rolname = current_user')}), 0)::text AS settings`;

/**
 * And what is the same for all sessions: types, crashes, the log, and transactions prepared before a crash, whose
 * traces it has taken. None of it is ever again as it was: read earlier than rows it ends them too soon at worst.
 */
export const SERVER_SQL = `
  SELECT pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', ${TYPES.join(', ')},
      pg_catalog.date_part('epoch', ${CRASH}),
      (SELECT pg_catalog.string_agg(x.transaction::text, ',' ORDER BY x.transaction::text)
       FROM pg_catalog.pg_prepared_xacts x
       WHERE x.database = pg_catalog.current_database() AND x.prepared < ${CRASH}),
      (SELECT pg_catalog.concat_ws(':', l.oid, l.relfilenode) FROM pg_catalog.pg_class l
       WHERE l.oid = pg_catalog.to_regclass('${LOG_TABLE}'))
    ), 0)::text AS mark,
    pg_catalog.pg_is_in_recovery() AS is_standby,
    NOT pg_catalog.pg_is_in_recovery() AND pg_catalog.current_setting('track_counts') = 'on' AS has_counts,
    coalesce((SELECT pg_catalog.has_schema_privilege(l.relnamespace, 'USAGE')
        AND pg_catalog.has_table_privilege(l.oid, 'SELECT')
        AND NOT (l.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery())
      FROM pg_catalog.pg_class l WHERE l.oid = pg_catalog.to_regclass('${LOG_TABLE}')), false) AS has_log`;

/**
 * Milliseconds to the end of the session's day. Of the transaction's day, so that it is below zero where
 * the statement began yesterday.
 */
export const DAY_LEFT_SQL = `
  SELECT pg_catalog.date_part('epoch', (current_date + 1)::timestamptz - pg_catalog.clock_timestamp()) * 1000 AS day_left`;

export const LOG_SQL = `SELECT relid::text AS id, sum(writes)::text AS mark FROM ${LOG_TABLE} GROUP BY relid`;

/**
 * $1 most relations. The counters of committed writes: what a session did is added up to a minute later; they
 * begin anew when they are reset, and after a crash.
 */
export const STATISTICS_SQL = `
  SELECT c.oid::text AS id, pg_catalog.concat_ws(',', pg_catalog.pg_stat_get_tuples_inserted(c.oid),
    pg_catalog.pg_stat_get_tuples_updated(c.oid), pg_catalog.pg_stat_get_tuples_deleted(c.oid),
    (SELECT pg_catalog.date_part('epoch', pg_catalog.pg_stat_get_db_stat_reset_time(d.oid))
     FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) AS mark
  FROM pg_catalog.pg_class c
  WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384 AND c.relpersistence <> 't'
  ORDER BY c.oid LIMIT $1`;
