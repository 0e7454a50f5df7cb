// Owns what is known of relations at one moment: the catalog's account of each, and what tells its writes apart.
import type { Client } from '../db/pool.ts';
import { DEFINITIONS_SQL } from './relations-sql.ts';

/** A relation as the catalog describes it. */
export interface Relation {
  /** Its oid. */
  readonly id: string;
  /** As in pg_class.relkind. */
  readonly kind: string;
  /** As in pg_class.relpersistence. */
  readonly persistence: string;
  readonly hasPolicies: boolean;
  /** Oids of what it is a partition or a child of, at any height. */
  readonly ancestors: readonly string[];
  /** Whether a trigger writes into the log what statements change in it. */
  readonly isLogged: boolean;
  /** Whether the stream of changes tells of what is written to it. */
  readonly isPublished: boolean;
  /** Another whenever its definition, its rights, its policies or its file change. */
  readonly mark: string;
}

/** Marks by oid: another whenever something was written. */
export type Marks = ReadonlyMap<string, string>;

export interface Definition {
  readonly id: string;
  /** Statements to be read for what they depend on. */
  readonly texts: readonly string[];
  /** Functions of the database's own that they call, all of them immutable; null where one is not. */
  readonly pureFunctions: readonly string[] | null;
}

interface RelationRow {
  readonly id: string;
  readonly kind: string;
  readonly persistence: string;
  readonly has_policies: boolean;
  readonly ancestors: readonly string[];
  readonly is_logged: boolean;
  readonly is_published: boolean;
  readonly mark: string;
}

interface DefinitionRow {
  readonly id: string;
  readonly view: string | null;
  readonly policies: readonly string[];
  readonly pure: readonly string[] | null;
}

export function toRelation(row: RelationRow): Relation {
  const { id, kind, persistence, mark, ancestors } = row;
  return {
    id,
    kind,
    persistence,
    mark,
    ancestors,
    hasPolicies: row.has_policies,
    isLogged: row.is_logged,
    isPublished: row.is_published,
  };
}

export const toRelations = (rows: readonly unknown[]): Relation[] =>
  (rows as readonly RelationRow[]).map(toRelation);

/** Whether what it shows follows from more than its rows. */
export const hasDefinition = ({ kind, hasPolicies }: Relation): boolean =>
  kind === 'v' || hasPolicies;

export async function readDefinitions(
  client: Client,
  ids: readonly string[],
): Promise<Definition[]> {
  const { rows } = await client.query<DefinitionRow>(DEFINITIONS_SQL, [ids]);
  return rows.map(({ id, view, policies, pure }) => ({
    id,
    texts: [
      ...(view === null ? [] : [view.replace(/;\s*$/, '')]),
      ...policies.map((condition) => `SELECT ${condition}`),
    ],
    pureFunctions: pure,
  }));
}
