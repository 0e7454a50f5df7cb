// Owns telling whether anything was written: in a transaction at once, by its id, locks and settings; behind it by
// prints of tables, catalogs, sequences, files and whatever else outlives one.
import { Client as PgClient } from 'pg';
import type { TestContext } from 'node:test';

import type { Client } from '../../src/db/pool.ts';

export interface WriteDetector {
  /** What a reading transaction never has, of the one that is open. Null where there is nothing of it. */
  traceOf(client: Client): Promise<string | null>;
  /** What has changed since it was asked last: names of prints, of which [] is all there ought to be. */
  changes(): Promise<readonly string[]>;
}

/**
 * A transaction that has written has an id. Reading takes the weakest lock on tables alone (but the view pg_sequences
 * takes more on sequences); settings that differ were set by the statement, but for those of the transaction's own
 * beginning.
 */
const TRACE_SQL = `
  SELECT pg_current_xact_id_if_assigned()::text AS id,
    (SELECT string_agg(DISTINCT locktype || ' ' || mode, ', ') FROM pg_locks
      WHERE pid = pg_backend_pid() AND locktype <> 'virtualxid' AND mode <> 'AccessShareLock'
        AND (relation IS NULL OR relation NOT IN (SELECT oid FROM pg_class WHERE relkind = 'S'))) AS locks,
    (SELECT string_agg(name || '=' || setting, ', ' ORDER BY name) FROM pg_settings
      WHERE source = 'session' AND name <> ALL ($1::text[])) AS settings,
    (SELECT string_agg(name, ', ') FROM pg_prepared_statements WHERE statement ILIKE '%stolen%') AS prepared,
    (SELECT string_agg(channel, ', ') FROM pg_listening_channels() AS channel) AS channels`;

/** Those that src/db/transaction.ts sets, and the fuzzer's own. */
const SET_AT_BEGIN = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'DateStyle',
  'IntervalStyle',
  'bytea_output',
  'extra_float_digits',
  'standard_conforming_strings',
  'transaction_isolation',
  'transaction_read_only',
  'transaction_deferrable',
  'application_name',
  'client_encoding',
];

const CATALOGS = `
  pg_class pg_attribute pg_proc pg_type pg_namespace pg_operator pg_constraint pg_index pg_trigger pg_rewrite pg_policy
  pg_sequence pg_extension pg_description pg_default_acl pg_largeobject_metadata pg_publication pg_event_trigger
  pg_foreign_server pg_collation pg_cast pg_language pg_statistic_ext pg_ts_config pg_init_privs pg_seclabel`;
const SHARED_CATALOGS = `
  pg_authid pg_auth_members pg_database pg_db_role_setting pg_tablespace pg_shdescription pg_replication_origin
  pg_subscription pg_parameter_acl`;

/** Rows by their versions: one that was written, even to what it was, is another. */
const printOf = (table: string): string =>
  `SELECT '${table}' AS what, count(*) || ' ' || coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0) AS print FROM ${table}`;

const OF_DATABASE = `
  SELECT 'sequences', string_agg(sequencename || ' ' || coalesce(last_value::text, '-'), ',' ORDER BY sequencename) FROM pg_sequences
  UNION ALL SELECT 'advisory locks', count(*)::text FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'settings of the database', coalesce(string_agg(setconfig::text, ','), '') FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'statistics', stats_reset::text FROM pg_stat_database WHERE datname = current_database()`;

const OF_SERVER = `
  SELECT 'start', pg_postmaster_start_time()::text
  UNION ALL SELECT 'configuration', pg_conf_load_time()::text
  UNION ALL SELECT 'files', (SELECT string_agg(name, ',' ORDER BY name) FROM pg_ls_dir('.') AS name)
  UNION ALL SELECT 'settings of files', md5(pg_read_file('postgresql.auto.conf'))
  UNION ALL SELECT 'files of /tmp', (SELECT string_agg(name, ',') FROM pg_ls_dir('/tmp') AS name WHERE name IN ('x', 'y'))
  UNION ALL SELECT 'slots', count(*)::text FROM pg_replication_slots
  UNION ALL SELECT 'prepared transactions', count(*)::text FROM pg_prepared_xacts
  UNION ALL SELECT 'snapshots', (SELECT count(*)::text FROM pg_ls_dir('pg_snapshots'))
  UNION ALL SELECT 'backup', (SELECT count(*)::text FROM pg_stat_progress_basebackup)
  UNION ALL SELECT 'statistics of the server', (SELECT stats_reset::text FROM pg_stat_bgwriter)`;

/** Whoever is told on one of these was told by a statement. */
const CHANNELS = ['x', 'y', 's', 'orders', 'public'];

const namesIn = (text: string): string[] => text.trim().split(/\s+/);

export async function createWriteDetector(
  t: TestContext,
  url: string,
  { ownsServer }: { readonly ownsServer: boolean },
): Promise<WriteDetector> {
  const watcher = new PgClient({ connectionString: url });
  const told: string[] = [];
  let isLost = false;
  watcher.on('error', () => (isLost = true));
  watcher.on('notification', ({ channel }) => void told.push(channel));
  await watcher.connect();
  t.after(() => watcher.end());
  for (const channel of CHANNELS) await watcher.query(`LISTEN "${channel}"`);
  const { rows: tables } = await watcher.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'm')
       AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
  );
  const sql = [
    ...[...tables.map(({ name }) => name), ...namesIn(CATALOGS)].map(printOf),
    OF_DATABASE,
    ...(ownsServer ? [...namesIn(SHARED_CATALOGS).map(printOf), OF_SERVER] : []),
  ].join('\nUNION ALL ');

  async function prints(): Promise<Map<string, string>> {
    const { rows } = await watcher.query<{ what: string; print: string }>(sql);
    return new Map(rows.map(({ what, print }) => [what, print]));
  }

  let last = await prints();
  return {
    async traceOf(client) {
      const { rows } = await client.query(TRACE_SQL, [SET_AT_BEGIN]);
      const found = Object.entries(rows[0] as Record<string, string | null>)
        .filter(([, value]) => value !== null)
        .map(([what, value]) => `${what}: ${value}`);
      return found.length > 0 ? found.join('; ') : null;
    },
    async changes() {
      if (isLost) return ['a session that watches was ended'];
      const now = await prints();
      const changed = [...now].flatMap(([what, print]) => (last.get(what) === print ? [] : [what]));
      if (told.length > 0) changed.push(`notifications (${told.splice(0).join(', ')})`);
      last = now;
      return changed;
    },
  };
}
