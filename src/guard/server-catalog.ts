// Owns what the connected server says of its functions, operators and tables: which of them may write, which belong
// to an extension, and which an unqualified name can reach. Judged in functions.ts and table-policy.ts.
import type { Logger } from '../logger.ts';
import type { Relation, ServerRelations } from './table-policy.ts';

/** Of one schema and name, the worst of all that bear it. */
export interface Routine {
  readonly schema: string;
  readonly name: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  /** All of them are parts of extensions. */
  readonly isExtension: boolean;
  /** Some are not to be called by name: what they take cannot be passed, or they stand behind something else. */
  readonly isInternal: boolean;
  /** Some can be called with one value alone, and so as if they were a field of it; some with a row. */
  readonly takesOne: boolean;
  readonly takesRow: boolean;
}

export interface ServerCatalog {
  /** Of pg_catalog. */
  readonly builtIn: ReadonlyMap<string, Routine>;
  /** Of all other schemas, by name. */
  readonly own: ReadonlyMap<string, readonly Routine[]>;
  /** Of all schemas but pg_catalog, by symbol. */
  readonly ownOperators: ReadonlyMap<string, readonly Routine[]>;
  /** Schemas in which a name without one is looked for, behind pg_catalog. */
  readonly path: readonly string[];
  /** Null where nobody wants to know. */
  readonly relations: ServerRelations | null;
}

export interface ServerCatalogReader {
  /** What was read last; null before the first time. */
  current(): ServerCatalog | null;
  /** Resolves when what is known is not old, or the server cannot be asked right now. Never rejects. */
  fresh(): Promise<void>;
}

export interface ServerCatalogOptions {
  /** Runs one statement in a READ ONLY transaction, as the role whose path counts. */
  readonly runQuery: (sql: string, params: readonly unknown[]) => Promise<unknown[]>;
  /** Whether tables are read, too; and their columns. */
  readonly wants?: { readonly relations: boolean; readonly columns: boolean };
  readonly logger: Logger;
  readonly now: () => number;
}

const MAX_AGE_MS = 60_000;
/** Where tables or columns are kept from agents, new ones are seen sooner. */
const RULED_AGE_MS = 5000;
/** Of a server that could not be asked. */
const RETRY_MS = 1000;

/**
 * An aggregate is as volatile as the functions that it is made of, whatever it says of itself. Functions that only
 * stand behind operators, casts, types, aggregates and indexes are nobody's to call.
 */
const ROUTINES_SQL = `
  WITH support AS (
    SELECT oprcode::oid AS oid FROM pg_catalog.pg_operator
    UNION SELECT castfunc FROM pg_catalog.pg_cast
    UNION SELECT amproc::oid FROM pg_catalog.pg_amproc
    UNION SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze, typsubscript]::oid[])
      FROM pg_catalog.pg_type
    UNION SELECT unnest(ARRAY[rngcanonical, rngsubdiff]::oid[]) FROM pg_catalog.pg_range),
  part AS (
    SELECT a.aggfnoid::oid AS aggregate, q.oid, q.provolatile
    FROM pg_catalog.pg_aggregate a,
      unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn,
        aggmfinalfn]::oid[]) AS f (oid) JOIN pg_catalog.pg_proc q USING (oid)),
  aggregate AS (
    SELECT aggregate AS oid, bool_or(provolatile = 'v') AS is_volatile, bool_or(provolatile = 's') AS is_stable
    FROM part GROUP BY 1),
  internal AS (
    SELECT array_agg(oid) AS types FROM pg_catalog.pg_type
    WHERE typname IN ('internal', 'cstring', 'trigger', 'event_trigger') OR typname LIKE '%\\_handler'),
  routine AS (
    SELECT n.nspname AS schema, p.proname AS name, p.oid,
      p.provolatile = 'v' OR coalesce(a.is_volatile, false) AS is_volatile,
      p.provolatile = 's' OR coalesce(a.is_stable, false) AS is_stable,
      d.objid IS NOT NULL AS is_extension,
      p.prorettype = ANY (i.types) OR p.proargtypes::oid[] && i.types OR p.oid IN (SELECT oid FROM support)
        OR p.oid IN (SELECT oid FROM part) AS is_internal,
      p.prokind IN ('f', 'a') AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1
        AND t.typname <> 'internal' AS takes_one,
      t.typtype IN ('c', 'd', 'p') AND t.oid <> ALL (i.types) AS takes_row
    FROM internal i, pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      LEFT JOIN aggregate a ON a.oid = p.oid
      LEFT JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]
      LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
        AND d.deptype = 'e'
    WHERE p.prokind IN ('f', 'a', 'w'))
  SELECT schema, name,
    CASE WHEN bool_or(is_volatile) THEN 'volatile' WHEN bool_or(is_stable) THEN 'stable' ELSE 'immutable' END
      AS volatility,
    bool_and(is_extension) AS "isExtension", coalesce(bool_or(is_internal), false) AS "isInternal",
    bool_or(takes_one) AS "takesOne", coalesce(bool_or(takes_one AND takes_row), false) AS "takesRow"
  FROM routine GROUP BY schema, name`;

const OPERATORS_SQL = `
  SELECT n.nspname AS schema, o.oprname AS name,
    CASE WHEN bool_or(p.provolatile = 'v') THEN 'volatile' WHEN bool_or(p.provolatile = 's') THEN 'stable'
      ELSE 'immutable' END AS volatility,
    bool_and(EXISTS (SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND d.objid = o.oid AND d.deptype = 'e'))
      AS "isExtension",
    false AS "isInternal", false AS "takesOne", false AS "takesRow"
  FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
    JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
  WHERE n.nspname <> 'pg_catalog' GROUP BY 1, 2`;

/** $1 whether columns are wanted. */
const RELATIONS_SQL = `
  WITH RECURSIVE heir AS (
    SELECT inhrelid AS child, inhparent AS parent FROM pg_catalog.pg_inherits
    UNION SELECT h.child, i.inhparent FROM heir h JOIN pg_catalog.pg_inherits i ON i.inhrelid = h.parent),
  base AS (
    SELECT oid, oid AS base, -1 AS typmod FROM pg_catalog.pg_type WHERE typtype <> 'd'
    UNION SELECT d.oid, b.base, CASE WHEN d.typtypmod <> -1 THEN d.typtypmod ELSE b.typmod END
      FROM base b JOIN pg_catalog.pg_type d ON d.typbasetype = b.oid WHERE d.typtype = 'd')
  SELECT n.nspname AS schema, c.relname AS name, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted,
    coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(pn.nspname, p.relname))
      FROM heir h JOIN pg_catalog.pg_class p ON p.oid = h.parent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
      WHERE h.child = c.oid), '[]') AS ancestors,
    coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(pn.nspname, p.relname))
      FROM heir h JOIN pg_catalog.pg_class p ON p.oid = h.child JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
      WHERE h.parent = c.oid), '[]') AS descendants,
    coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
          'name', a.attname, 'quoted', pg_catalog.quote_ident(a.attname),
          'type', pg_catalog.format_type(b.base, CASE WHEN a.atttypmod <> -1 THEN a.atttypmod ELSE b.typmod END),
          'isReadable', pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')) ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute a JOIN base b ON b.oid = a.atttypid
      WHERE $1 AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_temp%'`;

const PATH_SQL = 'SELECT pg_catalog.current_schemas(false)::text[] AS path';

const SYSTEM = 'pg_catalog';

export function createServerCatalog(options: ServerCatalogOptions): ServerCatalogReader {
  const { runQuery, wants, logger, now } = options;
  let known: ServerCatalog | null = null;
  const maxAgeMs = wants?.relations ? RULED_AGE_MS : MAX_AGE_MS;
  let triedAt = -Infinity;
  let readAt = -Infinity;
  let flight: Promise<void> | null = null;

  async function load(): Promise<void> {
    const begunAt = now();
    triedAt = begunAt;
    const routines = (await runQuery(ROUTINES_SQL, [])) as Routine[];
    const operators = (await runQuery(OPERATORS_SQL, [])) as Routine[];
    const [row] = (await runQuery(PATH_SQL, [])) as [{ readonly path: string[] }];
    const path = row.path.filter((schema) => schema !== SYSTEM);
    const found = wants?.relations
      ? ((await runQuery(RELATIONS_SQL, [wants.columns])) as Relation[])
      : null;
    known = {
      builtIn: new Map(
        routines
          .filter(({ schema }) => schema === SYSTEM)
          .map((routine) => [routine.name, routine]),
      ),
      own: byName(routines.filter(({ schema }) => schema !== SYSTEM)),
      ownOperators: byName(operators),
      path,
      relations: found && { byName: byName(found), path },
    };
    readAt = begunAt;
  }

  /** One reading for all who ask meanwhile. */
  function refresh(): Promise<void> {
    flight ??= load()
      .catch((error: unknown) => {
        logger.warn({ error: String(error) }, 'the catalog of the data database is not read');
      })
      .finally(() => {
        flight = null;
      });
    return flight;
  }

  return {
    async fresh() {
      if (known !== null && now() - readAt <= maxAgeMs) return;
      if (flight !== null || now() - triedAt > RETRY_MS) await refresh();
    },
    current: () => known,
  };
}

function byName<Named extends { readonly name: string }>(
  named: readonly Named[],
): Map<string, Named[]> {
  const found = new Map<string, Named[]>();
  for (const one of named) {
    const others = found.get(one.name);
    if (others) others.push(one);
    else found.set(one.name, [one]);
  }
  return found;
}
