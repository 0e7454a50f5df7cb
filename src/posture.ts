// Owns looking at what the role in DATABASE_URL may do beside reading: what askonce would never do by it, but what is
// left to whoever finds a way past the guard. Told at the start, in /readyz and in server_status.
import { setTimeout as sleep } from 'node:timers/promises';

import { isAppError } from './errors.ts';
import type { Logger } from './logger.ts';

export interface Posture {
  /** What the role can do beside reading; null before the database was asked. */
  readonly findings: readonly Finding[] | null;
  close(): void;
}

export interface Finding {
  /** Completes "the role can". */
  readonly can: string;
  /** Not what a role that only reads can do; else worth knowing. */
  readonly isHarmful: boolean;
}

export interface PostureOptions {
  /** Runs one statement as the role. */
  readonly runQuery: (
    sql: string,
    params: readonly unknown[],
  ) => Promise<Record<string, unknown>[]>;
  readonly logger: Logger;
}

const RETRY_MS = 5000;
/** Of each kind so many are named. */
const NAMED = 3;

const IS_OURS = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;
/** What of a function's own can be reached without its name in the statement: the guard cannot see these. */
const BEHIND = `
  SELECT d.refobjid AS oid, d.classid FROM pg_catalog.pg_depend d
  WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.classid IN (
    'pg_catalog.pg_operator'::pg_catalog.regclass, 'pg_catalog.pg_cast'::pg_catalog.regclass,
    'pg_catalog.pg_rewrite'::pg_catalog.regclass, 'pg_catalog.pg_constraint'::pg_catalog.regclass,
    'pg_catalog.pg_policy'::pg_catalog.regclass)`;

/** Kind and name; the kinds are said in KINDS. */
const FINDINGS_SQL = `
  WITH me AS (SELECT * FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
  SELECT 'superuser' AS kind, NULL AS name FROM me WHERE rolsuper
  UNION ALL SELECT 'bypassrls', NULL FROM me WHERE rolbypassrls AND NOT rolsuper
  UNION ALL SELECT 'createrole', NULL FROM me WHERE rolcreaterole AND NOT rolsuper
  UNION ALL SELECT 'replication', NULL FROM me WHERE rolreplication AND NOT rolsuper
  UNION ALL SELECT 'power', r.rolname FROM pg_catalog.pg_roles r, me
    WHERE r.rolname IN ('pg_write_all_data', 'pg_execute_server_program', 'pg_read_server_files',
      'pg_write_server_files', 'pg_signal_backend', 'pg_maintain', 'pg_checkpoint', 'pg_create_subscription')
    AND NOT me.rolsuper AND pg_catalog.pg_has_role(r.oid, 'MEMBER')
  UNION ALL SELECT 'create', NULL FROM me
    WHERE NOT rolsuper AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
  UNION ALL SELECT 'temporary', NULL FROM me
    WHERE NOT rolsuper AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')
  UNION ALL SELECT 'schema', n.nspname FROM pg_catalog.pg_namespace n, me
    WHERE ${IS_OURS} AND NOT me.rolsuper AND pg_catalog.has_schema_privilege(n.oid, 'CREATE')
  UNION ALL SELECT 'table', format('%I.%I', n.nspname, c.relname)
    FROM me, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE ${IS_OURS} AND NOT me.rolsuper AND c.relkind IN ('r', 'p', 'v', 'f')
      AND (pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
  UNION ALL SELECT 'function', format('%I.%I', n.nspname, p.proname)
    FROM me, pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE ${IS_OURS} AND NOT me.rolsuper AND p.provolatile = 'v' AND p.prokind = 'f'
      AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') AND p.oid IN (SELECT oid FROM (${BEHIND}) b)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL SELECT 'owner', format('%I.%I', n.nspname, c.relname)
    FROM me, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relrowsecurity AND NOT c.relforcerowsecurity AND NOT me.rolsuper AND NOT me.rolbypassrls
      AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
  UNION ALL SELECT 'foreign', format('%I.%I', n.nspname, c.relname)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'f' AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
  UNION ALL SELECT 'temp files', NULL FROM me
    WHERE pg_catalog.current_setting('temp_file_limit', true) = '-1'
  ORDER BY 1, 2`;

type Kind =
  | 'superuser'
  | 'bypassrls'
  | 'createrole'
  | 'replication'
  | 'power'
  | 'create'
  | 'temporary'
  | 'schema'
  | 'table'
  | 'function'
  | 'owner'
  | 'foreign'
  | 'temp files';

const KINDS: Readonly<Record<Kind, string>> = {
  superuser: 'do everything: it is a superuser',
  bypassrls: 'pass row level security',
  createrole: 'make roles',
  replication: 'replicate: read every table, and keep the log of the server',
  power: 'act as',
  create: 'create schemas in the database',
  temporary: 'make temporary tables',
  schema: 'create in schema',
  table: 'write to',
  function: 'run volatile functions that stand behind operators, casts, views or policies:',
  owner: 'pass row level security as the owner of',
  foreign: 'reach other servers by foreign tables:',
  'temp files': 'fill the disk with temporary files: temp_file_limit is not set',
};

/** What PUBLIC has by default, other servers that are read, room on the disk: worth a word. */
const NOTED: ReadonlySet<Kind> = new Set<Kind>(['foreign', 'temp files', 'temporary']);

export function watchPosture({ runQuery, logger }: PostureOptions): Posture {
  const closing = new AbortController();
  let findings: readonly Finding[] | null = null;

  async function look(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        findings = told((await runQuery(FINDINGS_SQL, [])) as unknown as readonly FindingRow[]);
        for (const { can, isHarmful } of findings)
          logger[isHarmful ? 'warn' : 'info'](
            { can },
            isHarmful
              ? 'the database role can do more than read'
              : 'worth knowing of the database role',
          );
        if (findings.some(({ isHarmful }) => isHarmful))
          logger.warn('use a role that can only read: askonce reader-role prints how one is made');
        return;
      } catch (error) {
        if (isAppError(error, 'FORBIDDEN')) {
          logger.warn({ error: error.message }, 'nobody can be this role in the database');
          findings = [];
          return;
        }
        logger.debug({ error: String(error) }, 'rights of the database role not read');
      }
      await sleep(RETRY_MS, undefined, { signal: closing.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  void look();
  return {
    get findings() {
      return findings;
    },
    close: () => closing.abort(),
  };
}

interface FindingRow {
  readonly kind: Kind;
  readonly name: string | null;
}

/** One line for each kind, with a few names. */
function told(found: readonly FindingRow[]): Finding[] {
  return [...new Set(found.map(({ kind }) => kind))].map((kind) => {
    const names = found.flatMap((one) =>
      one.kind === kind && one.name !== null ? [one.name] : [],
    );
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    const can = [
      KINDS[kind],
      ...(names.length > 0 ? [names.slice(0, NAMED).join(', ') + more] : []),
    ];
    return { can: can.join(' '), isHarmful: !NOTED.has(kind) };
  });
}
