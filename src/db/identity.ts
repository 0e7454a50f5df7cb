// Owns as whom statements run in the data database: the role whose grants and policies count, and the settings that
// policies read. Both last for one transaction.
import { escapeIdentifier, escapeLiteral } from 'pg';

export interface DatabaseIdentity {
  /** Null for the role that DATABASE_URL logs in as. */
  readonly role: string | null;
  /** Names and values, in the order of the names. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** Of the program itself, and of everybody where no principal has an identity of its own. */
export const AS_LOGIN: DatabaseIdentity = { role: null, settings: [] };

/** Statements for the beginning of a transaction, behind the one that has the server read quotes as the standard has them. */
export function assume({ role, settings }: DatabaseIdentity): string[] {
  const values = settings.map(
    ([name, value]) =>
      `SELECT pg_catalog.set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, true)`,
  );
  return role === null ? values : [...values, `SET LOCAL ROLE ${escapeIdentifier(role)}`];
}

/** Equal for those whom the database takes for the same. */
export const identityText = ({ role, settings }: DatabaseIdentity): string =>
  JSON.stringify([role, settings]);
