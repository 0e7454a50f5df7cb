// What the bundle tells a desktop program is what the official schema allows, and asks for settings that there are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { McpbManifestSchema } from '@anthropic-ai/mcpb/schemas/0.3';

import { manifestOf } from '../../../dev/bundle/manifest.ts';
import { TARGETS, partsOf, targetOf } from '../../../dev/bundle/targets.ts';
import { SETTINGS } from '../../../src/settings.ts';
import type { Setting } from '../../../src/settings.ts';

const { engines } = JSON.parse(
  readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
) as { engines: { node: string } };
const PARTS = { version: '1.2.3', license: 'MIT', platform: 'darwin' } as const;
const manifest = manifestOf(PARTS);
const settings: Readonly<Record<string, Setting>> = SETTINGS;

test('the official schema takes the manifest, for every kind of machine', () => {
  for (const target of TARGETS) {
    const { platform } = partsOf(target);
    const parsed = McpbManifestSchema.safeParse(manifestOf({ ...PARTS, platform }));
    assert.deepEqual(parsed.error?.issues ?? [], []);
    assert.deepEqual(parsed.data?.compatibility?.platforms, [platform]);
  }
  assert.throws(() => targetOf('darwin-x64'), /no bundle for darwin-x64.*darwin-arm64/);
});

test('every field is a setting, told as the settings tell it, and secrets are kept as secrets', () => {
  const fields = Object.entries(manifest.user_config ?? {});
  assert.ok(fields.some(([key]) => key === 'database_url'));
  for (const [key, field] of fields) {
    const setting = settings[key.toUpperCase()];
    assert.ok(setting, key);
    assert.equal(field.description, setting.about);
    assert.equal(field.sensitive ?? false, setting.secret ?? false, key);
    // What nobody has filled in must be what the setting is without a word.
    const blank = field.default === '' ? undefined : String(field.default);
    assert.deepEqual(setting.schema.parse(blank), setting.schema.parse(undefined), key);
  }
});

test('every field reaches the server by the name of its setting', () => {
  const { env = {} } = manifest.server.mcp_config;
  const keys = Object.keys(manifest.user_config ?? {});
  assert.deepEqual(
    env,
    Object.fromEntries(keys.map((key) => [key.toUpperCase(), `\${user_config.${key}}`])),
  );
});

test('it asks for the Node that the package asks for', () => {
  assert.equal(manifest.compatibility?.runtimes?.node, `${engines.node}.0.0`);
});
