// Owns what a desktop program reads of the bundle: how it is run, and which settings it asks a person for. Secrets among
// them it keeps as it keeps passwords.
import type { McpbManifestSchema } from '@anthropic-ai/mcpb/schemas/0.3';

import { SETTINGS } from '../../src/settings.ts';
import type { Setting, SettingName } from '../../src/settings.ts';

export type Manifest = ReturnType<(typeof McpbManifestSchema)['parse']>;
type Platform = 'darwin' | 'linux' | 'win32';

/** What a person with one database at hand may want to say; all else stays as it is by default. */
const ASKED_FOR = {
  DATABASE_URL: 'Database to ask',
  ALLOWED_TABLES: 'Tables that may be read',
  MASKED_COLUMNS: 'Columns that are not shown',
  CACHE_DATABASE_URL: 'Database for the cache',
  PORT: 'Port',
} as const satisfies Partial<Record<SettingName, string>>;
const NAMES = Object.keys(ASKED_FOR) as Array<keyof typeof ASKED_FOR>;

const LONG_DESCRIPTION = `askonce answers questions about a PostgreSQL database and remembers every answer: a question \
that was asked before, in the same words or in others, is answered at once and without SQL. It only reads.

All windows share one askonce server on this computer, which is started when none runs there and stays up. Without a \
database it brings a demo shop to ask about.

Needs Node.js 20 or newer on this computer.`;

export interface ManifestParts {
  readonly version: string;
  readonly license: string;
  readonly platform: Platform;
}

export function manifestOf({ version, license, platform }: ManifestParts): Manifest {
  return {
    manifest_version: '0.3',
    name: 'askonce',
    display_name: 'askonce: PostgreSQL',
    version,
    description: 'Ask a PostgreSQL database in plain words; each question is answered once.',
    long_description: LONG_DESCRIPTION,
    author: { name: 'askonce' },
    license,
    keywords: ['postgresql', 'database', 'sql', 'cache', 'read-only'],
    server: {
      type: 'node',
      entry_point: 'server.mjs',
      mcp_config: {
        command: 'node',
        args: ['${__dirname}/server.mjs'],
        env: Object.fromEntries(NAMES.map((name) => [name, `\${user_config.${keyOf(name)}}`])),
      },
    },
    tools_generated: true,
    prompts_generated: true,
    compatibility: { platforms: [platform], runtimes: { node: '>=20.0.0' } },
    user_config: Object.fromEntries(NAMES.map((name) => [keyOf(name), optionOf(name)])),
  };
}

const keyOf = (name: SettingName): string => name.toLowerCase();

function optionOf(name: (typeof NAMES)[number]) {
  const { about, secret = false, schema }: Setting = SETTINGS[name];
  const fallback = schema.safeParse(undefined).data;
  const isNumber = typeof fallback === 'number';
  return {
    type: isNumber ? ('number' as const) : ('string' as const),
    title: ASKED_FOR[name],
    description: about,
    required: false,
    // Blank is the default of the setting itself.
    default: isNumber ? fallback : '',
    ...(secret && { sensitive: true }),
  };
}
