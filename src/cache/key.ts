// Owns the exact keys (pure). Everything that may change the answer is inside the key, never a check
// afterwards: a scope that is missing here would serve one principal's rows to another.
import { createHash, createHmac } from 'node:crypto';

import { ROWS_FORM } from './rows.ts';

/** SHA-256 in hexadecimal, 64 characters. */
export type Key = string;

/** Whose a question and its rows are. */
export interface ScopeParts {
  /** Which database: everything of the connection but the password. */
  readonly databaseId: string;
  /** The database role that logs in. */
  readonly role: string;
  /** As whom the principal's statements run: equal for those whom the database takes for the same. */
  readonly identity: string;
  readonly principal: string;
}

/** Who learns from whom: those whom the database takes for the same, nobody, or all of the database. */
export type PlanSharing = 'identity' | 'principal' | 'database';

export interface ScopeKeys {
  planScope(parts: ScopeParts, sharing: PlanSharing): string;
  /**
   * Rows belong to the principal that ran the statement, as the database knew it; and to those who store them in the
   * same form: a replica of another version finds none of them, and none of its own are found.
   * @param shown What the operator lets agents see of the tables: what was read under other rules is not theirs.
   */
  resultScope(parts: ScopeParts, shown?: string): string;
  /** Of the servers that make the same scopes over this database. */
  deployment(databaseId: string): string;
}

/** @param secret Without it nobody can tell, or make, the name of a scope. */
export function createScopeKeys(secret: Buffer): ScopeKeys {
  const keyed = (parts: readonly string[]): string =>
    createHmac('sha256', secret).update(joined(parts)).digest('hex').slice(0, 32);
  return {
    planScope({ databaseId, role, identity, principal }, sharing) {
      const whose = { identity: [identity], principal: [identity, principal], database: [] };
      return keyed(['plan-scope', databaseId, role, ...whose[sharing]]);
    },
    resultScope: ({ databaseId, role, identity, principal }, shown = '') =>
      keyed(['result-scope', ROWS_FORM, databaseId, role, identity, principal, shown]),
    deployment: (databaseId) => keyed(['deployment', databaseId]),
  };
}

export interface QuestionKeyParts {
  readonly canonicalQuestion: string;
  readonly planScope: string;
  readonly schemaVersion: string;
  readonly modelId: string;
}

export function questionKey(parts: QuestionKeyParts): Key {
  return digest([
    'question',
    parts.canonicalQuestion,
    parts.planScope,
    parts.schemaVersion,
    parts.modelId,
  ]);
}

export interface StatementKeyParts {
  readonly canonicalSql: string;
  readonly params: readonly unknown[];
  readonly planScope: string;
  readonly schemaVersion: string;
}

export function statementKey(parts: StatementKeyParts): Key {
  return digest([
    'statement',
    parts.canonicalSql,
    JSON.stringify(parts.params),
    parts.planScope,
    parts.schemaVersion,
  ]);
}

/** The id of what a key names, as a UUID: the same on every replica without asking the store. */
export function idOf(key: Key): string {
  const hex = key.slice(0, 32);
  const version = `8${hex.slice(13, 16)}`;
  const variant = `${((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)}${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20)}`;
}

function digest(parts: readonly string[]): Key {
  return createHash('sha256').update(joined(parts)).digest('hex');
}

/** Lengths stand before the parts, so that no two lists of parts run into the same text. */
export const joined = (parts: readonly string[]): string =>
  parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
