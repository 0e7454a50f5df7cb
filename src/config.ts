// Owns the reading of settings: environment and .env file in, one frozen object out. All faults are
// reported together, and a name that looks like ours but is not is a fault: a typo never goes unseen.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

import type { DatabaseIdentity } from './db/identity.ts';
import { AppError } from './errors.ts';
import { createIdentify } from './identify.ts';
import type { Claims } from './identify.ts';
import { isLoopback } from './lib/loopback.ts';
import { SETTINGS } from './settings.ts';
import type { SettingName, Settings } from './settings.ts';

export interface Config extends Settings {
  /** Folder with the numbered SQL migrations of the cache database. */
  readonly migrationsDir: string;
  /** Where the console's files are. */
  readonly consoleDir: string;
}

export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder whose .env is read, if there is one. */
  readonly cwd: string;
  /** Root of the installed package: migrations/ and models/ stand there. */
  readonly root: string;
}

const NAMES = Object.keys(SETTINGS) as SettingName[];
const OWN_PREFIXES = ['ASKONCE_', 'DB_POOL_', 'SESSION_POOL_', 'BREAKER_'];
/** Shorter names (HOST, PORT) are too near to other programs' variables to guess at. */
const SHORTEST_GUESSED_NAME = 8;

/** @throws AppError CONFIG_INVALID listing every fault, one a line. */
export function readConfig(source: ConfigSource): Config {
  const file = readEnvFile(join(source.cwd, '.env'));
  const values: Record<string, string | undefined> = { ...file, ...source.env };
  const stray = strayLines(join(source.cwd, '.env'));
  const faults = [
    ...stray,
    // Of a file that cannot be taken apart the names may be values.
    ...(stray.length > 0 ? [] : Object.keys(file).filter((name) => !isSetting(name))).map(
      unknownSetting,
    ),
    ...Object.keys(source.env).filter(looksMistyped).map(unknownSetting),
  ];
  const settings: Record<string, unknown> = {};
  for (const name of NAMES) {
    const value = values[name];
    const parsed = SETTINGS[name].schema.safeParse(value === '' ? undefined : value);
    if (parsed.success) settings[name] = parsed.data;
    else faults.push(...parsed.error.issues.map((issue) => `${name} ${issue.message}`));
  }
  if (faults.length === 0) faults.push(...crossChecks(settings as Settings));
  if (faults.length > 0) {
    throw new AppError('CONFIG_INVALID', faults.join('\n'), {
      hint: 'Run `askonce config` to see every setting, its meaning and its default.',
    });
  }
  return Object.freeze(located(settings as Settings, source));
}

/** Every setting with its value and where it came from; secrets masked. */
export function describeConfig(source: ConfigSource): string {
  const file = readEnvFile(join(source.cwd, '.env'));
  return NAMES.map((name) => {
    const setting: { about: string; secret?: boolean } = SETTINGS[name];
    const isInEnv = source.env[name] !== undefined;
    const value = isInEnv ? source.env[name] : file[name];
    const origin = !value ? 'default' : isInEnv ? 'environment' : '.env';
    const fallback = SETTINGS[name].schema.safeParse(undefined).data;
    const shown = value ? (setting.secret ? '(set, hidden)' : value) : String(fallback ?? '');
    return `# ${setting.about}\n${name}=${shown}${origin === 'default' ? '' : `   # from ${origin}`}`;
  }).join('\n\n');
}

/** Names in the environment that may be meant for us or for another program: a warning for each. */
export function doubtfulNames(env: ConfigSource['env']): string[] {
  return Object.keys(env).flatMap((name) => {
    if (!env[name] || isSetting(name) || looksMistyped(name)) return [];
    const meant = NAMES.find((known) => isSwapped(name, known) || hasItsWords(name, known));
    return meant ? [`${name} is not a setting of askonce; did you mean ${meant}?`] : [];
  });
}

/** Two words or more, all of them words of the setting, in its order: CACHE_TTL, POOL_MAX, DB_URL. */
function hasItsWords(name: string, known: string): boolean {
  const given = wordsOf(name);
  if (given.length < 2) return false;
  let next = 0;
  for (const word of wordsOf(known)) if (word === given[next]) next += 1;
  return next === given.length;
}

function wordsOf(name: string): string[] {
  return name.split('_').map((word) => (word === 'DB' ? 'DATABASE' : word));
}

function readEnvFile(path: string): Record<string, string | undefined> {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

/** A line that sets nothing is passed over in silence by the parser: what it was to set would not hold. */
function strayLines(path: string): string[] {
  if (!existsSync(path)) return [];
  // A value in quotes may go on over lines: each of these is a comment then.
  const text = readFileSync(path, 'utf8').replace(QUOTED, (set) => set.replaceAll('\n', '\n#'));
  return text.split(/\r?\n/).flatMap((line, at) => {
    if (/^\s*(?:#|$)/.test(line) || SETS.test(line)) return [];
    // Of what may be a value nothing is shown.
    const [, name] = /^\s*([A-Z_]{1,40})\b/.exec(line) ?? [];
    const told = name === undefined ? 'it' : name;
    return [`.env, line ${at + 1}: ${told} sets nothing; write NAME=value`];
  });
}

const SETS = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=/;
const QUOTED = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)/gm;

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

function looksMistyped(name: string): boolean {
  if (isSetting(name)) return false;
  const upper = name.toUpperCase();
  if (upper !== name && upper.length >= SHORTEST_GUESSED_NAME && isSetting(upper)) return true;
  if (OWN_PREFIXES.some((prefix) => name.startsWith(prefix))) return true;
  return NAMES.some((known) => known.length >= SHORTEST_GUESSED_NAME && isOneSlipAway(name, known));
}

function unknownSetting(name: string): string {
  const upper = name.toUpperCase();
  const meant =
    NAMES.find((known) => upper === known || isOneSlipAway(upper, known)) ??
    NAMES.find((known) => hasItsWords(upper, known));
  return `${name} is not a setting${meant ? `; did you mean ${meant}?` : ''}`;
}

/** One letter more, less, other or swapped. */
function isOneSlipAway(name: string, known: string): boolean {
  if (Math.abs(name.length - known.length) > 1 || name === known) return false;
  const [left, right] = differenceOf(name, known);
  return Math.max(left.length, right.length) <= 1 || isSwapped(name, known);
}

function isSwapped(name: string, known: string): boolean {
  if (name.length !== known.length) return false;
  const [left, right] = differenceOf(name, known);
  return left.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** What stands in each between the beginning and the end that they share. */
function differenceOf(name: string, known: string): readonly [string, string] {
  let start = 0;
  while (start < name.length && name[start] === known[start]) start += 1;
  let end = 0;
  const shorter = Math.min(name.length, known.length) - start;
  while (end < shorter && name.at(-1 - end) === known.at(-1 - end)) end += 1;
  return [name.slice(start, name.length - end), known.slice(start, known.length - end)];
}

function crossChecks(settings: Settings): string[] {
  const faults: string[] = [];
  if (settings.DB_POOL_MIN > settings.DB_POOL_MAX) {
    faults.push('DB_POOL_MIN must not be larger than DB_POOL_MAX');
  }
  if (settings.SESSION_POOL_MIN > settings.SESSION_POOL_MAX) {
    faults.push('SESSION_POOL_MIN must not be larger than SESSION_POOL_MAX');
  }
  if (!isLoopback(settings.HOST) && principalsOf(settings) === 0) {
    faults.push(
      `HOST=${settings.HOST} is reachable by others: set AUTH_TOKENS=name:token (askonce token makes one) ` +
        'or OAUTH_ISSUER first',
    );
  }
  const { OAUTH_ISSUER: issuer, OAUTH_JWKS_URL: jwks, PUBLIC_URL: publicUrl } = settings;
  if (issuer !== undefined && (jwks === undefined || publicUrl === undefined)) {
    faults.push('OAUTH_ISSUER needs OAUTH_JWKS_URL and PUBLIC_URL: set them too');
  }
  // Slots outlive the embedded store that knows them, and then keep the log of the server for nobody.
  if (settings.REPLICATION_URL && !(settings.DATABASE_URL && settings.CACHE_DATABASE_URL)) {
    faults.push('REPLICATION_URL needs DATABASE_URL and CACHE_DATABASE_URL: set them too');
  }
  const names = settings.AUTH_TOKENS.map((entry) => entry.name);
  if (new Set(names).size < names.length) faults.push('AUTH_TOKENS names must differ');
  const tokens = settings.AUTH_TOKENS.map((entry) => entry.token);
  if (new Set(tokens).size < tokens.length) faults.push('AUTH_TOKENS tokens must differ');
  faults.push(...identityFaults(settings));
  return faults;
}

/** Whoever reaches a server that only loopback reaches: the owner of the machine. */
export const LOCAL = { name: 'local', role: 'admin' } as const;

/** What is known of one of AUTH_TOKENS, or of whoever needs none. */
const claimsOf = (
  { TOKEN_CLAIMS: claims }: Pick<Settings, 'TOKEN_CLAIMS'>,
  name: string,
): Claims => ({
  ...Object.fromEntries(
    claims.filter((entry) => entry.name === name).map(({ claim, value }) => [claim, value]),
  ),
  sub: name,
});

const NOBODY_SAYS_WHO =
  ' Without AUTH_TOKENS or OAUTH_ISSUER everybody is "local": set one of these, or TOKEN_CLAIMS=local.claim=value.';

const namesOf = (settings: Settings): readonly string[] =>
  principalsOf(settings) === 0 ? [LOCAL.name] : settings.AUTH_TOKENS.map(({ name }) => name);

/** @throws AppError FORBIDDEN where a claim is missing. */
export const identityOf = (settings: Settings, name: string): DatabaseIdentity =>
  createIdentify(settings.DATABASE_IDENTITY)(claimsOf(settings, name));

/** Of everybody who needs no token of an authorization server. */
export const identitiesOf = (settings: Settings): readonly DatabaseIdentity[] =>
  namesOf(settings).map((name) => identityOf(settings, name));

/** Everybody who is known by now has a place in the database, or the server does not start. */
function identityFaults(settings: Settings): string[] {
  const names = namesOf(settings);
  const strangers = settings.TOKEN_CLAIMS.filter(({ name }) => !names.includes(name));
  return [
    ...strangers.map(({ name }) => `TOKEN_CLAIMS names "${name}", who has no token in AUTH_TOKENS`),
    ...names.flatMap((name) => {
      try {
        identityOf(settings, name);
        return [];
      } catch (error) {
        const why = (error as Error).message;
        const who = name === LOCAL.name ? NOBODY_SAYS_WHO : '';
        return [`DATABASE_IDENTITY does not fit "${name}": ${why}${who}`];
      }
    }),
  ];
}

/** How many may be asking, as far as it matters for how much one of them may take: one, or several. */
export const principalsOf = ({
  AUTH_TOKENS: tokens,
  OAUTH_ISSUER: issuer,
}: Pick<Settings, 'AUTH_TOKENS' | 'OAUTH_ISSUER'>): number =>
  issuer === undefined ? tokens.length : Infinity;

function located(settings: Settings, source: ConfigSource): Config {
  return {
    ...settings,
    ASKONCE_DATA_DIR: expandHome(settings.ASKONCE_DATA_DIR, source.cwd),
    MODELS_DIR: settings.MODELS_DIR
      ? expandHome(settings.MODELS_DIR, source.cwd)
      : join(source.root, 'models'),
    migrationsDir: join(source.root, 'migrations'),
    consoleDir: join(source.root, 'dist/console'),
  };
}

function expandHome(path: string, cwd: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(cwd, path);
}
