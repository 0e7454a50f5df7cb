// What the registry of MCP servers is told: within the rules of its schema (2025-12-11), as far as they concern what is
// told here, and in step with the package and its settings.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { z } from 'zod';

import { SETTINGS } from '../../src/settings.ts';
import type { Setting } from '../../src/settings.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8'));

const input = {
  description: z.string().min(1),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  default: z.string().optional(),
  placeholder: z.string().optional(),
};
const Variables = z.record(z.string(), z.strictObject(input));
const Named = z.strictObject({
  ...input,
  name: z.string().min(1),
  value: z.string().optional(),
  variables: Variables.optional(),
});
/** One release and no range. */
const Version = z.string().regex(/^\d+\.\d+\.\d+(-[\w.-]+)?$/);
const ServerJson = z.strictObject({
  $schema: z.literal(
    'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  ),
  name: z
    .string()
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: Version,
  packages: z.tuple([
    z.strictObject({
      registryType: z.literal('npm'),
      identifier: z.string(),
      version: Version,
      runtimeHint: z.literal('npx'),
      transport: z.strictObject({ type: z.literal('stdio') }),
      packageArguments: z.tuple([
        z.strictObject({ type: z.literal('positional'), value: z.literal('connect') }),
      ]),
      environmentVariables: z.array(Named),
    }),
  ]),
  remotes: z.tuple([
    z.strictObject({
      type: z.literal('streamable-http'),
      url: z.string().regex(/^https?:\/\/\S+$/),
      variables: Variables,
      headers: z.array(Named),
    }),
  ]),
});

const parsed = ServerJson.safeParse(read('server.json'));
const pkg = read('package.json') as { name: string; version: string; mcpName: string };
const settings: Readonly<Record<string, Setting>> = SETTINGS;

const variablesIn = (template = ''): string[] =>
  [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

test('server.json is within the rules of the registry', () => {
  assert.deepEqual(parsed.error?.issues ?? [], []);
  const [{ url, variables, headers }] = parsed.data!.remotes;
  assert.deepEqual(variablesIn(url), Object.keys(variables));
  for (const header of headers)
    assert.deepEqual(variablesIn(header.value), Object.keys(header.variables ?? {}));
});

test('server.json is in step with the package, which says that it is the one meant', () => {
  const { name, version, packages } = parsed.data!;
  const [{ identifier, version: packed }] = packages;
  assert.deepEqual([identifier, packed, version], [pkg.name, pkg.version, pkg.version]);
  assert.equal(pkg.mcpName, name);
});

test('each variable is a setting, told as the settings tell it, and its secrets are secrets', () => {
  const [{ environmentVariables }] = parsed.data!.packages;
  const ofServer = environmentVariables.filter(({ name }) => name !== 'MCP_AUTH_TOKEN');
  assert.ok(ofServer.length > 0 && ofServer.length < environmentVariables.length);
  for (const variable of ofServer) {
    const { name, description, isSecret = false } = variable;
    const setting = settings[name];
    assert.ok(setting, name);
    assert.equal(description, setting.about);
    assert.equal(isSecret, setting.secret ?? false, name);
    if (variable.default !== undefined)
      assert.deepEqual(setting.schema.parse(variable.default), setting.schema.parse(undefined));
  }
  const token = environmentVariables.find(({ name }) => name === 'MCP_AUTH_TOKEN');
  assert.equal(token?.isSecret, true);
});
