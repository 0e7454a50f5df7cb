// docker-compose.yml names every setting that it passes on: one that it forgot would go unseen in .env.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { SETTINGS } from '../../../src/settings.ts';

const compose = readRoot('docker-compose.yml');
/** What a container has of its own: where it listens and where its folders are. */
const OWN = new Set(['HOST', 'PORT', 'ASKONCE_DATA_DIR', 'MODELS_DIR']);

function readRoot(name: string): string {
  return readFileSync(new URL(`../../../../${name}`, import.meta.url), 'utf8');
}

test('every setting is either passed to the container or its own', () => {
  const names = [...compose.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name);
  const passed = new Set(names);
  const missing = Object.keys(SETTINGS).filter((name) => !passed.has(name) && !OWN.has(name));
  assert.deepEqual(missing, []);
});

test('docker and docker compose build the image on the same Node by default', () => {
  const [, fallback] = /NODE_TAG:-([^}]+)/.exec(compose) ?? [];
  const [, own] = /^ARG NODE_TAG=(.+)$/m.exec(readRoot('Dockerfile')) ?? [];
  assert.equal(fallback, own);
});
