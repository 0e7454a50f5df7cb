import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { readManifest, writeManifest } from '../../../src/embedding/manifest.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'askonce-manifest-'));
});
after(() => rm(dir, { recursive: true }));

const write = (text: string) => writeFile(join(dir, 'manifest.json'), text);

test('no manifest is an empty one', async () => {
  assert.deepEqual(await readManifest(join(dir, 'nowhere')), { models: {} });
});

test('what is written is read again, with the notes of others kept', async () => {
  const file = { sha256: 'a'.repeat(64), bytes: 1, note: 'kept' };
  const entry = { files: { 'config.json': file }, pooling: 'cls', prefix: '', trained: 'here' };
  await write(JSON.stringify({ default: 'm', about: 'kept', models: { m: entry } }));
  const manifest = await readManifest(dir);
  await writeManifest(dir, manifest);
  const written: unknown = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8'));
  assert.deepEqual(written, { default: 'm', about: 'kept', models: { m: entry } });
  assert.deepEqual(await readdir(dir), ['manifest.json']);
});

test('a manifest that is broken is refused with what is wrong in it', async () => {
  const faults: Array<[string, RegExp]> = [
    ['{"models":', /not valid/],
    ['{}', /models/],
    ['{"models":{"m":{"files":{"a":{"sha256":"zz","bytes":1}}}}}', /64 hexadecimal/],
    ['{"models":{"m":{"files":{},"pooling":"max"}}}', /pooling/],
  ];
  for (const [text, message] of faults) {
    await write(text);
    await assert.rejects(readManifest(dir), { code: 'EMBEDDING_FAILED', message });
  }
});

test('a manifest may not name files outside the model folder', async () => {
  const file = { sha256: 'a'.repeat(64), bytes: 1 };
  for (const path of ['../x', '/etc/x', 'a/../../x', 'C:/x', '..\\x']) {
    await write(JSON.stringify({ models: { m: { files: { [path]: file } } } }));
    await assert.rejects(readManifest(dir), {
      code: 'EMBEDDING_FAILED',
      message: /at models\.m\.files/,
    });
  }
});
