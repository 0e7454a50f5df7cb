// Owns which tables and columns the operator lets agents see, beside what the database role may read. Judged by the
// tables that names lead to: partitions and children count as their parents, and parents as their children.
import { AppError } from '../errors.ts';

export interface PolicyRules {
  /** Patterns of tables: name or schema.name, with * for any run of characters. Empty: all of them. */
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  /** Patterns of columns: table.column or schema.table.column. They read as NULL. */
  readonly masked: readonly string[];
}

export interface Column {
  readonly name: string;
  /** As SQL has it. */
  readonly quoted: string;
  /** Of a domain the type behind it, which takes NULL. */
  readonly type: string;
  /** Whether the role may read it. */
  readonly isReadable: boolean;
}

type Path = readonly string[];

export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly quoted: string;
  /** Schema and name of those whose rows hold these, and of those whose rows these hold. */
  readonly ancestors: readonly Path[];
  readonly descendants: readonly Path[];
  readonly columns: readonly Column[];
}

/** A table as a statement names it. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
  readonly isOnly: boolean;
}

export interface ServerRelations {
  /** By name, of all schemas. */
  readonly byName: ReadonlyMap<string, readonly Relation[]>;
  /** Schemas in which a name without one is looked for, behind pg_catalog. */
  readonly path: readonly string[];
}

export interface TablePolicy {
  readonly hasMasks: boolean;
  /** @throws AppError QUERY_REJECTED */
  require(table: TableName): void;
  /**
   * What stands for the table where columns of it are masked, without an alias; null where none is.
   * @throws AppError QUERY_REJECTED for a table of which nothing is known: it may have such columns.
   */
  maskOf(table: TableName): string | null;
  /** For what is told of the schema. */
  isShown(schema: string, table: string): boolean;
  isMasked(schema: string, table: string, column: string): boolean;
}

/** They show values of every table. */
const STATISTICS = /^pg_(stats|statistic)/;
const SYSTEM = 'pg_catalog';

export const hasTableRules = ({ allowed, denied, masked }: PolicyRules): boolean =>
  allowed.length + denied.length + masked.length > 0;

/** @param relations Null where no server has been asked: where there are rules no table is read then. */
export function createTablePolicy(
  rules: PolicyRules,
  relations: () => ServerRelations | null,
): TablePolicy {
  const allowed = rules.allowed.map(toPattern);
  const denied = rules.denied.map(toPattern);
  const masked = rules.masked.map(toPattern);
  const hasMasks = masked.length > 0;
  const isInForce = hasTableRules(rules);

  const matches = (patterns: readonly Pattern[], path: readonly string[]): boolean =>
    patterns.some((pattern) => pattern(path));

  function resolve({ schema, name }: Pick<TableName, 'schema' | 'name'>): Relation | null {
    const known = relations();
    const candidates = known?.byName.get(name) ?? [];
    const schemas = schema === '' ? [SYSTEM, ...(known?.path ?? [])] : [schema];
    for (const wanted of schemas) {
      const found = candidates.find((relation) => relation.schema === wanted);
      if (found) return found;
    }
    return null;
  }

  function isDenied(table: TableName, relation: Relation | null): boolean {
    // Of what is no table, or of a table of which nothing is known, nobody can tell what it shows.
    if (relation === null) return true;
    const { schema, name, ancestors, descendants } = relation;
    const family = [[schema, name], ...ancestors];
    if (schema === SYSTEM && STATISTICS.test(name)) return true;
    if (family.some((path) => matches(denied, path))) return true;
    if (!table.isOnly && descendants.some((path) => matches(denied, path))) return true;
    return allowed.length > 0 && !family.some((path) => matches(allowed, path));
  }

  const isMaskedIn = (
    { schema, name, ancestors, descendants }: Relation,
    column: string,
  ): boolean =>
    [[schema, name], ...ancestors, ...descendants].some((path) =>
      matches(masked, [...path, column]),
    );

  return {
    hasMasks,

    require(table) {
      if (!isInForce || !isDenied(table, resolve(table))) return;
      throw refused(table);
    },

    maskOf(table) {
      if (!hasMasks) return null;
      const relation = resolve(table);
      if (relation === null) throw refused(table);
      if (!relation.columns.some(({ name }) => isMaskedIn(relation, name))) return null;
      const columns = relation.columns.flatMap(({ name, quoted, type, isReadable }) => {
        if (isMaskedIn(relation, name)) return [`NULL::${type} AS ${quoted}`];
        return isReadable ? [quoted] : [];
      });
      return `(SELECT ${columns.join(', ')} FROM ${relation.quoted})`;
    },

    isShown: (schema, table) =>
      !isInForce ||
      !isDenied({ schema, name: table, isOnly: false }, resolve({ schema, name: table })),

    isMasked(schema, table, column) {
      if (!hasMasks) return false;
      const relation = resolve({ schema, name: table });
      return relation === null
        ? matches(masked, [schema, table, column])
        : isMaskedIn(relation, column);
    },
  };
}

function refused({ schema, name }: TableName): AppError {
  const written = schema === '' ? name : `${schema}.${name}`;
  return new AppError('QUERY_REJECTED', `The table "${written}" may not be read here`, {
    hint: 'search_schema lists the tables that may be.',
  });
}

type Pattern = (path: readonly string[]) => boolean;

/** What the pattern says of the last parts of a path must hold; of those before it says nothing. */
function toPattern(text: string): Pattern {
  const parts = text.split('.').map((part) => {
    const literal = part.replace(/[\\^$+?.()|[\]{}]/g, '\\$&').replaceAll('*', '.*');
    return new RegExp(`^${literal}$`, 'su');
  });
  return (path) => {
    const tail = path.slice(-parts.length);
    return tail.length === parts.length && tail.every((part, at) => parts[at]!.test(part));
  };
}
