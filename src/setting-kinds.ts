// Owns the kinds of settings: how the text of one is checked, and what it becomes.
import { z } from 'zod';

import { HASHED } from './http/auth.ts';
import type { IdentityRule } from './identify.ts';

export function text(fallback: string) {
  return z
    .string()
    .optional()
    .transform((value) => value ?? fallback);
}

export function optionalUrl() {
  return z
    .string()
    .optional()
    .refine((value) => value === undefined || isPostgresUrl(value), {
      message:
        'must be a URL such as postgres://user:password@host:5432/database; ' +
        'write special characters in the password percent-encoded (@ is %40, # is %23, / is %2F)',
    });
}

function isPostgresUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hash, pathname, username, password } = new URL(value);
  // What stands behind an unescaped # ? or / in the password is taken for another part of the URL.
  const isWhole = hash === '' && !pathname.includes('@');
  const isPostgres = protocol === 'postgres:' || protocol === 'postgresql:';
  return isPostgres && isWhole && [username, password, pathname].every(isDecodable);
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

export function integer(fallback: number, min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .optional()
    .transform((value, context) => {
      if (value === undefined) return fallback;
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= min && number <= max) return number;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

export function fraction(fallback: number, min: number, max: number) {
  const message = `must be a number from ${min} to ${max}`;
  return z
    .string()
    .optional()
    .transform((value, context) => {
      const number = value === undefined ? fallback : Number(value.trim() || Number.NaN);
      if (number >= min && number <= max) return number;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

/** The first is the default. */
export function oneOf<const Choice extends string>(...choices: readonly [Choice, ...Choice[]]) {
  const [fallback] = choices;
  const known = choices.length > 2 ? choices.slice(0, -1).join(', ') : choices[0];
  return z
    .enum(choices, { error: `must be ${known} or ${choices.at(-1)}` })
    .optional()
    .transform((value) => value ?? fallback) as z.ZodType<Choice, string | undefined>;
}

export const onOff = (fallback: 'on' | 'off') =>
  fallback === 'on' ? oneOf('on', 'off') : oneOf('off', 'on');

export function webUrl() {
  return z
    .string()
    .optional()
    .refine((value) => value === undefined || isSafeWebUrl(value), {
      message: 'must be a URL that begins with https:// (http:// for this machine alone)',
    });
}

function isSafeWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}

export function list() {
  return z
    .string()
    .optional()
    .transform((value) => (value ?? '').split(',').map((item) => item.trim()))
    .transform((items): readonly string[] => items.filter((item) => item !== ''));
}

/** Of tables or columns, of so many parts. */
export function names(least: number, most: number) {
  const message = `must be names of ${least} or ${most} parts with dots between them, comma separated`;
  return list().refine(
    (items) =>
      items.every((item) => {
        const parts = item.split('.');
        return parts.length >= least && parts.length <= most && parts.every((part) => part !== '');
      }),
    { message },
  );
}

export interface TokenEntry {
  readonly name: string;
  readonly token: string;
  readonly role: 'user' | 'admin';
}

/** @param read Null for what is none. */
function listOf<Item>(read: (item: string) => Item | null, message: string) {
  return list().transform((items, context): readonly Item[] =>
    items.map((item) => {
      const found = read(item);
      if (found !== null) return found;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
  );
}

export const tokens = () =>
  listOf(
    readToken,
    'must be name:token or name:token:admin, comma separated, tokens of 16+ characters or ' +
      'sha256- and 64 hexadecimal digits',
  );

function readToken(entry: string): TokenEntry | null {
  const [name, token, role = 'user', ...rest] = entry.split(':');
  const isHash = HASHED.test(token ?? '');
  const isText = token !== undefined && token.length >= 16 && !token.startsWith('sha256-');
  const valid = name && token && (isHash || isText) && rest.length === 0;
  return valid && (role === 'user' || role === 'admin') ? { name, token, role } : null;
}

const CLAIM_NAME = /^[^\s;=]+$/;
const SETTING_NAME = /^[a-z_][\w$]*(\.[a-z_][\w$]*)+$/i;

export const identityRules = () =>
  listOf(
    readRule,
    'must be role=claim or app.setting=claim (role in small letters, a setting with a dot in its name), comma separated',
  ).refine((rules) => new Set(rules.map(({ setting }) => setting)).size === rules.length, {
    message: 'must name each setting once',
  });

function readRule(item: string): IdentityRule | null {
  const [setting, claim] = splitAt(item, item.indexOf('='));
  const isSetting = setting === 'role' ? claim !== '*' : SETTING_NAME.test(setting);
  return isSetting && CLAIM_NAME.test(claim) ? { setting, claim } : null;
}

export interface TokenClaim {
  readonly name: string;
  readonly claim: string;
  readonly value: string;
}

export const tokenClaims = () =>
  listOf(readClaim, 'must be name.claim=value, comma separated, names as AUTH_TOKENS has them');

function readClaim(item: string): TokenClaim | null {
  const [path, value] = splitAt(item, item.indexOf('='));
  const [name, claim] = splitAt(path, path.lastIndexOf('.'));
  return name !== '' && claim !== '' && value !== '' ? { name, claim, value } : null;
}

function splitAt(item: string, at: number): readonly [string, string] {
  return at < 0 ? ['', ''] : [item.slice(0, at), item.slice(at + 1)];
}

export function secret() {
  return z.string().min(16, { error: 'must have 16 characters or more' }).optional();
}
