// The Dockerfile as far as it can be read: each of its steps is one that `npm run image` follows, and what it copies is in
// the build's context. (Once a folder was not, and no image could be built.)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { contextFiles } from '../../../dev/image/context.ts';
import { readDockerfile } from '../../../dev/image/dockerfile.ts';
import { ROOT } from '../../support/askonce.ts';

const stages = readDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const files = await contextFiles(ROOT);

test('whatever the image copies is in the context, or made by a stage before', () => {
  const copied = stages.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'copy' ? [step] : [])),
  );
  assert.ok(copied.length >= 8);
  const names = new Set(stages.map(({ name }) => name));
  for (const { from, sources } of copied) {
    if (from !== null) {
      assert.ok(names.has(from), from);
      continue;
    }
    for (const source of sources) {
      const isThere = files.some((file) => file === source || file.startsWith(`${source}/`));
      assert.ok(isThere, `${source} is not in the context: see .dockerignore`);
    }
  }
});

test('the context holds nothing but what is copied', () => {
  const copied = stages.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'copy' && step.from === null ? step.sources : [])),
  );
  const beside = files.filter(
    (file) => !copied.some((source) => file === source || file.startsWith(`${source}/`)),
  );
  assert.deepEqual(beside, []);
});

test('what the server reads beside its program is in the image', () => {
  const last = stages.at(-1)!.steps.flatMap((step) => (step.kind === 'copy' ? step.sources : []));
  const main = readFileSync(join(ROOT, 'src/main.ts'), 'utf8');
  const config = readFileSync(join(ROOT, 'src/config.ts'), 'utf8');
  const read = [
    ...main.matchAll(/join\(ROOT, '([^']+)'/g),
    ...config.matchAll(/join\(source\.root, '([^']+)'/g),
  ].map(([, path = '']) => path);
  assert.ok(read.length >= 4);
  for (const path of read) {
    const isCopied = last.some((source) => {
      const name = source.replace(/^\/app\//, '');
      return path === name || path.startsWith(`${name}/`);
    });
    assert.ok(isCopied, path);
  }
});
