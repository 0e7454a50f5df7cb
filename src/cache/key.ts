// Owns the exact keys (pure). Everything that may change the answer is inside the key, never a check
// afterwards: a scope that is missing here would serve one principal's rows to another.
import { createHash } from 'node:crypto';

import { ROWS_FORM } from './rows.ts';

/** SHA-256 in hexadecimal, 64 characters. */
export type Key = string;

export interface PlanScopeParts {
  /** Which database: everything of the connection but the password. */
  readonly databaseId: string;
  /** The database role whose rights decide what a statement means. */
  readonly role: string;
}

export function planScope(parts: PlanScopeParts): string {
  return digest(['plan-scope', parts.databaseId, parts.role]).slice(0, 32);
}

/**
 * Rows belong to the principal that ran the statement, within the plan scope; and to those who store them in the
 * same form: a replica of another version finds none of them, and none of its own are found.
 * @param shown What the operator lets agents see of the tables: what was read under other rules is not theirs.
 */
export function resultScope(scope: string, principalName: string, shown = ''): string {
  return digest(['result-scope', ROWS_FORM, scope, principalName, shown]).slice(0, 32);
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

/** Lengths stand before the parts, so that no two lists of parts run into the same text. */
function digest(parts: readonly string[]): Key {
  const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
  return createHash('sha256').update(text).digest('hex');
}
