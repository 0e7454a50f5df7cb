// Owns what the connected server says of its functions and operators: which of them may write, which belong to an
// extension, and which an unqualified name can reach. Read from its catalog; judged in functions.ts.
import type { Logger } from '../logger.ts';

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

export interface ServerRoutines {
  /** Of pg_catalog. */
  readonly builtIn: ReadonlyMap<string, Routine>;
  /** Of all other schemas, by name. */
  readonly own: ReadonlyMap<string, readonly Routine[]>;
  /** Of all schemas but pg_catalog, by symbol. */
  readonly ownOperators: ReadonlyMap<string, readonly Routine[]>;
  /** Schemas in which a name without one is looked for, behind pg_catalog. */
  readonly path: readonly string[];
}

export interface RoutineCatalog {
  /** What was read last, read again behind the call where that is old; null before the first time. */
  current(): ServerRoutines | null;
  /** Resolves when there is something, or the server cannot be asked right now. Never rejects. */
  first(): Promise<void>;
}

export interface RoutineCatalogOptions {
  /** Runs one statement in a READ ONLY transaction, as the role whose path counts. */
  readonly runQuery: (sql: string, params: readonly unknown[]) => Promise<unknown[]>;
  readonly logger: Logger;
  readonly now: () => number;
}

const MAX_AGE_MS = 60_000;
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
      p.prokind = 'f' AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1 AS takes_one,
      t.typtype IN ('c', 'd', 'p') AS takes_row
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

const PATH_SQL = 'SELECT pg_catalog.current_schemas(false)::text[] AS path';

const SYSTEM = 'pg_catalog';

export function createRoutineCatalog(options: RoutineCatalogOptions): RoutineCatalog {
  const { runQuery, logger, now } = options;
  let known: ServerRoutines | null = null;
  let triedAt = -Infinity;
  let flight: Promise<void> | null = null;

  async function load(): Promise<void> {
    triedAt = now();
    const routines = (await runQuery(ROUTINES_SQL, [])) as Routine[];
    const operators = (await runQuery(OPERATORS_SQL, [])) as Routine[];
    const [row] = (await runQuery(PATH_SQL, [])) as [{ readonly path: string[] }];
    known = {
      builtIn: new Map(
        routines
          .filter(({ schema }) => schema === SYSTEM)
          .map((routine) => [routine.name, routine]),
      ),
      own: byName(routines.filter(({ schema }) => schema !== SYSTEM)),
      ownOperators: byName(operators),
      path: row.path.filter((schema) => schema !== SYSTEM),
    };
  }

  /** One reading for all who ask meanwhile. */
  function refresh(): Promise<void> {
    flight ??= load()
      .catch((error: unknown) => {
        logger.warn({ error: String(error) }, 'functions of the data database not read');
      })
      .finally(() => {
        flight = null;
      });
    return flight;
  }

  return {
    async first() {
      if (known !== null) return;
      if (flight !== null || now() - triedAt > RETRY_MS) await refresh();
    },
    current() {
      if (known !== null && now() - triedAt > MAX_AGE_MS) void refresh();
      return known;
    },
  };
}

function byName(routines: readonly Routine[]): Map<string, Routine[]> {
  const found = new Map<string, Routine[]>();
  for (const routine of routines) {
    const others = found.get(routine.name);
    if (others) others.push(routine);
    else found.set(routine.name, [routine]);
  }
  return found;
}
