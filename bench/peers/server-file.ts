// Owns the files that say how a peer is installed and started to be measured. What asks it is its adapter, a file of
// its own: `askonce validate --adapter` wants no more than that.
import { z } from 'zod';

const text = z.string().min(1);

export const SERVER_FILE = z.strictObject({
  /** Of npm, at exactly this version. */
  package: text,
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** The oldest major version that runs it; absent where the program is no script. */
  node: z.int().optional(),
  /** Within the folder that it is installed in. */
  program: text,
  /** Makes it serve HTTP. `{{port}}`, `{{folder}}` and the like stand for what `fill` is given. */
  args: z.array(text),
  /** Makes it speak over stdin and stdout; absent where that is not measured. */
  stdio_args: z.array(text).optional(),
  env: z.record(text, z.string()),
  /** Written into `{{folder}}` before it starts, by name: their lines. */
  files: z.record(text, z.array(z.string())),
  /** Of its MCP endpoint. */
  path: z.string().startsWith('/'),
  /** For the reader of the figures: how it was set, and what it cannot do. */
  settings: text,
});

export type ServerFile = z.output<typeof SERVER_FILE>;

export type Values = Readonly<Record<string, string>>;

/** What a file may say of the database; within quotes of JSON, TOML or YAML, which escape alike. */
export function databaseValues(databaseUrl: string): Values {
  const { hostname, port, pathname, username, password } = new URL(databaseUrl);
  const escaped = (value: string): string => JSON.stringify(decodeURIComponent(value)).slice(1, -1);
  return {
    database_url: databaseUrl,
    database_host: escaped(hostname),
    database_port: port || '5432',
    database_name: escaped(pathname.slice(1)),
    database_user: escaped(username),
    database_password: escaped(password),
  };
}

/** @throws Error where the text wants a value that there is not. */
export function fill(template: string, values: Values): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`there is nothing for ${whole}`);
    return value;
  });
}
