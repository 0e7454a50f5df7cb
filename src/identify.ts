// Owns what becomes of a principal's claims in the database: which role its statements run as, and what the settings
// that policies read are set to. Who lacks a claim is nobody there: it fails closed.
import { AS_LOGIN } from './db/identity.ts';
import type { DatabaseIdentity } from './db/identity.ts';
import { AppError } from './errors.ts';

/** What is known of a principal, as tokens say it. */
export type Claims = Readonly<Record<string, unknown>>;

export interface IdentityRule {
  /** `role`, or a setting with a dot in its name. */
  readonly setting: string;
  /** Name of the claim that has the value; '*' for all of them as JSON. */
  readonly claim: string;
}

/** @throws AppError FORBIDDEN naming the claim that is missing or cannot be used. */
export type Identify = (claims: Claims) => DatabaseIdentity;

const ROLE = 'role';
/** A longer name is cut by PostgreSQL, and is then another one. */
const MAX_ROLE_BYTES = 63;
const MAX_VALUE_BYTES = 8192;
const MAX_FRACTION_CHARS = 15;
/** Of a token, not of whom it was given to: with these each token would be somebody else. */
const OF_TOKEN = new Set(['iat', 'exp', 'nbf', 'jti', 'auth_time', 'at_hash', 'nonce', 'sid']);

export function createIdentify(rules: readonly IdentityRule[]): Identify {
  if (rules.length === 0) return () => AS_LOGIN;
  const ordered = rules.toSorted((one, other) => (one.setting < other.setting ? -1 : 1));
  return (claims) => {
    const values = ordered.map(({ setting, claim }) => [setting, valueOf(claims, claim)] as const);
    const role = values.find(([setting]) => setting === ROLE)?.[1] ?? null;
    if (role !== null) requireRole(role);
    return { role, settings: values.filter(([setting]) => setting !== ROLE) };
  };
}

function valueOf(claims: Claims, claim: string): string {
  const value = claim === '*' ? ofPerson(claims) : ownOf(claims, claim);
  if (!isExact(value)) {
    throw unknownToDatabase(`the claim "${claim}" has a number that is not exact: send it as text`);
  }
  const text = textOf(value);
  if (text === '') throw unknownToDatabase(`the claim "${claim}" is missing`);
  if (text.includes('\0') || !text.isWellFormed() || Buffer.byteLength(text) > MAX_VALUE_BYTES) {
    throw unknownToDatabase(`the claim "${claim}" is no text that PostgreSQL can hold`);
  }
  return text;
}

const ownOf = (claims: Claims, claim: string): unknown =>
  Object.hasOwn(claims, claim) ? claims[claim] : undefined;

/** What JSON could not hold exactly was rounded, and may be the number of somebody else. */
function isExact(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) || isShortFraction(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isExact);
}

const isShortFraction = (value: number): boolean =>
  Math.abs(value) < 2 ** 31 && String(value).length <= MAX_FRACTION_CHARS;

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** In the order of their names: the same claims are the same text. */
const ofPerson = (claims: Claims): Claims =>
  Object.fromEntries(
    Object.entries(claims)
      .filter(([name]) => !OF_TOKEN.has(name))
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );

function requireRole(role: string): void {
  // To PostgreSQL, quoted or not, this is the role that logged in.
  if (role !== 'none' && Buffer.byteLength(role) <= MAX_ROLE_BYTES) return;
  throw unknownToDatabase('the claim for its role names none');
}

function unknownToDatabase(why: string): AppError {
  return new AppError('FORBIDDEN', `The database does not know who you are: ${why}.`, {
    hint: 'Whoever runs askonce maps claims to the database with DATABASE_IDENTITY and TOKEN_CLAIMS.',
  });
}
