// Owns the list of settings: name, meaning, default, check. README and `askonce config` are made from it.
import { z } from 'zod';

import {
  fraction,
  identityRules,
  integer,
  list,
  names,
  onOff,
  oneOf,
  optionalUrl,
  secret,
  text,
  tokenClaims,
  tokens,
  webUrl,
} from './setting-kinds.ts';

export interface Setting {
  readonly about: string;
  readonly schema: z.ZodType<unknown, string | undefined>;
  /** Masked wherever settings are printed. */
  readonly secret?: boolean;
}

const MEBIBYTE = 1024 * 1024;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const SETTINGS = {
  DATABASE_URL: {
    about: 'The PostgreSQL database that agents query. Default: the embedded demo shop.',
    schema: optionalUrl(),
    secret: true,
  },
  CACHE_DATABASE_URL: {
    about:
      'A PostgreSQL with pgvector for a cache that replicas share. Default: embedded, on disk.',
    schema: optionalUrl(),
    secret: true,
  },
  REPLICATION_URL: {
    about:
      'The database of DATABASE_URL as a role with the REPLICATION attribute: writes are seen by its stream of changes.',
    schema: optionalUrl(),
    secret: true,
  },
  ASKONCE_DATA_DIR: {
    about: 'Where the embedded databases live.',
    schema: text('~/.askonce'),
  },
  HOST: {
    about: 'Address to listen on. Anything but loopback requires AUTH_TOKENS or OAUTH_ISSUER.',
    schema: text('127.0.0.1'),
  },
  PORT: { about: 'Port to listen on; 0 takes a free one.', schema: integer(3000, 0, 65_535) },
  DRAIN_DELAY_MS: {
    about:
      'How long all is answered as before behind SIGTERM, while /readyz says 503: load balancers send elsewhere by then.',
    schema: integer(0, 0, 300_000),
  },
  ALLOWED_HOSTS: {
    about: 'Host names accepted in the Host header, beside loopback and HOST (comma separated).',
    schema: list(),
  },
  ALLOWED_ORIGINS: {
    about: 'Origins accepted from browsers, beside loopback ones (comma separated).',
    schema: list(),
  },
  AUTH_TOKENS: {
    about:
      'Bearer tokens: name:token[:role], comma separated; tokens of 16+ characters, or hashed (askonce token makes one); role is user or admin.',
    schema: tokens(),
    secret: true,
  },
  TOKEN_CLAIMS: {
    about:
      'What is known of the principals of AUTH_TOKENS beside sub, their name: name.claim=value, comma separated.',
    schema: tokenClaims(),
  },
  DATABASE_IDENTITY: {
    about:
      'As whom statements run, for row level security: role=claim, app.setting=claim; * for all claims as JSON (comma separated). Default: as the role in DATABASE_URL.',
    schema: identityRules(),
  },
  PLAN_SHARING: {
    about:
      'Who learns from whom: identity (same role and settings in the database), principal (nobody), database (all). Rows are never shared.',
    schema: oneOf('identity', 'principal', 'database'),
  },
  CACHE_SECRET: {
    about:
      'Signs what the cache database holds; the same for all replicas. Default: made from DATABASE_URL with its password.',
    schema: secret(),
    secret: true,
  },
  PUBLIC_URL: {
    about: 'Where clients reach /mcp from outside, such as https://askonce.example.org/mcp.',
    schema: webUrl(),
  },
  OAUTH_ISSUER: {
    about:
      'An authorization server whose access tokens (JWT) are accepted, as `iss` has it; needs OAUTH_JWKS_URL and PUBLIC_URL.',
    schema: webUrl(),
  },
  OAUTH_JWKS_URL: {
    about: 'Where that server publishes the keys that it signs with.',
    schema: webUrl(),
  },
  OAUTH_AUDIENCE: {
    about: 'This server as tokens name it in `aud`. Default: PUBLIC_URL.',
    schema: z.string().min(1).optional(),
  },
  OAUTH_SCOPE: {
    about: 'The scope that a token must have to be let in. Default: none.',
    schema: text(''),
  },
  OAUTH_ADMIN_SCOPE: {
    about: 'The scope that makes whoever has it an admin.',
    schema: text('askonce:admin'),
  },
  RATE_LIMIT_PER_MINUTE: {
    about:
      'How many requests one principal may send in a minute, a quarter of them at once; 0 for no limit.',
    schema: integer(0, 0, 1_000_000),
  },
  ALLOWED_TABLES: {
    about:
      'Tables and views that agents may read: name or schema.name, * for any characters (comma separated). Default: all.',
    schema: names(1, 2),
  },
  DENIED_TABLES: {
    about: 'Tables and views that agents may not read, whatever is allowed; written alike.',
    schema: names(1, 2),
  },
  MASKED_COLUMNS: {
    about:
      'Columns that agents read as NULL, wherever they stand in a statement: table.column or schema.table.column, * as above.',
    schema: names(2, 3),
  },
  FUNCTION_SCHEMAS: {
    about:
      'Schemas of your own, or of extensions, whose functions statements may call where they are not volatile (comma separated).',
    schema: list(),
  },
  CACHE_TTL_SECONDS: {
    about: 'How long stored rows may be served before the plan runs again.',
    schema: integer(300, 0, 31_536_000),
  },
  STALE_WHILE_REVALIDATE_SECONDS: {
    about:
      'Rows no older than this are served at once though they may have changed, and read anew behind the answer; 0 for none.',
    schema: integer(0, 0, 86_400),
  },
  CACHE_MAX_MEMORY_BYTES: {
    about: 'Size of the in-process tier.',
    schema: integer(64 * MEBIBYTE, 0, 1024 * 1024 * MEBIBYTE),
  },
  CACHE_MAX_STORE_BYTES: {
    about: 'How many bytes of rows the cache database keeps; what is worth least goes first.',
    schema: integer(4096 * MEBIBYTE, MEBIBYTE, 2 ** 50),
  },
  CACHE_MAX_PLANS: {
    about: 'How many plans the cache database keeps; those not asked for the longest go first.',
    schema: integer(1_000_000, 100, 1_000_000_000),
  },
  SPOOL_MAX_BYTES: {
    about: 'How much of one large result is kept for fetch_rows; rows beyond it are lost.',
    schema: integer(256 * MEBIBYTE, MEBIBYTE, 1024 * 1024 * MEBIBYTE),
  },
  TARGET_ERROR_RATE: {
    about:
      'Wrong answers tolerated among those served by similarity, by calibration (see models/README.md).',
    schema: fraction(0.01, 0, 0.5),
  },
  TEMPLATE_HITS: {
    about:
      'on: where only values differ, the earlier statement runs with the new ones, whatever the target.',
    schema: onOff('on'),
  },
  SHADOW_CHECK_RATE: {
    about: 'Share of the answers served by similarity for which the agent is asked for a verdict.',
    schema: fraction(0.015, 0, 1),
  },
  EMBEDDING_MODEL: {
    about: 'Id of a model under MODELS_DIR, or a path to one.',
    schema: text('askonce-mini-v1'),
  },
  MODELS_DIR: {
    about: 'Where models are looked up. Default: the models that ship.',
    schema: text(''),
  },
  MAX_RESPONSE_BYTES: {
    about: 'Hard limit of one answer; larger ones are cut between rows.',
    schema: integer(10 * MEBIBYTE, 65_536, 512 * MEBIBYTE),
  },
  MEMORY_WATERMARK: {
    about:
      'Share of the memory (of the container, or of the heap) from which large results are read one at a time.',
    schema: fraction(0.8, 0.05, 1),
  },
  MAX_ROWS: { about: 'Hard limit of max_rows.', schema: integer(1_000_000, 1, 100_000_000) },
  STATEMENT_TIMEOUT_MS: {
    about: 'Time limit of one statement in the database.',
    schema: integer(30_000, 10, 3_600_000),
  },
  MAX_PLAN_COST: {
    about:
      "What one statement may cost by PostgreSQL's estimate, in planner units (a page read in order is 1); 0 for no limit.",
    schema: integer(0, 0, 1_000_000_000_000),
  },
  DB_POOL_MIN: { about: 'Connections the pool keeps ready.', schema: integer(10, 1, 1000) },
  DB_POOL_MAX: {
    about: 'Connections the pool may hold at most; fewer where the server has fewer to give.',
    schema: integer(20, 1, 1000),
  },
  SESSION_POOL_MIN: { about: 'MCP sessions kept prebuilt.', schema: integer(10, 1, 10_000) },
  SESSION_POOL_MAX: { about: 'MCP sessions leased at most.', schema: integer(200, 1, 100_000) },
  MAX_QUEUE: {
    about:
      'Requests that may wait in each queue (sessions, connections, judging, large results) before OVERLOADED is answered.',
    schema: integer(1000, 0, 1_000_000),
  },
  BREAKER_FAILURES: {
    about:
      'Failures of the database within BREAKER_WINDOW_MS after which it is left alone for a moment.',
    schema: integer(5, 1, 1000),
  },
  BREAKER_WINDOW_MS: {
    about: 'Window in which BREAKER_FAILURES are counted.',
    schema: integer(30_000, 100, 3_600_000),
  },
  AUDIT_LOG: {
    about:
      'Where it is written who asked what and what came of it, as JSON lines: a file, or stdout. Default: nowhere.',
    schema: text(''),
  },
  AUDIT_TEXT: {
    about:
      'redacted: statements without their values, questions by a hash; full: all as it was said.',
    schema: oneOf('redacted', 'full'),
  },
  LOG_LEVEL: {
    about: `How much is logged: ${LOG_LEVELS.join(', ')}.`,
    schema: z
      .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
      .optional()
      .transform((value) => value ?? 'info') as z.ZodType<string, string | undefined>,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
export type Settings = {
  readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']>;
};
