// The tables of the peers are made from a stored run; this keeps it so.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { DOCUMENTS, STORED, readFigures } from '../../../bench/peers/document.ts';
import { between } from '../../../bench/peers/markdown.ts';
import { PLACES } from '../../../bench/peers/tables.ts';
import { SERVER_FILE, databaseValues, fill } from '../../../bench/peers/server-file.ts';
import { ADAPTER, mannerOf } from '../../../src/validate/load/adapter.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const FOLDER = join(ROOT, 'bench/peers');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const namesOf = (ending: string): string[] =>
  readdirSync(FOLDER).filter((name) => name.endsWith(ending));

const VALUES = {
  ...databaseValues('postgres://reader:p%22w@127.0.0.1:5433/shop'),
  port: '1',
  folder: '/f',
  pool: '20',
  platform: 'linux',
  processor: 'x64',
};

test('the tables in the documents are what the stored run comes to', async () => {
  const figures = await readFigures(join(ROOT, STORED));
  for (const [path, places] of Object.entries(DOCUMENTS)) {
    const document = read(path);
    for (const place of places) {
      const made = PLACES[place]!(figures);
      assert.equal(between(document, place), made, `${path}, ${place}: bench -- peers --from`);
    }
  }
});

test('every adapter is one, and puts the statement into its call', () => {
  const files = namesOf('.json').filter((name) => !name.endsWith('.server.json'));
  assert.ok(files.length >= 2);
  for (const file of files) {
    const manner = mannerOf(ADAPTER.parse(JSON.parse(read(join('bench/peers', file)))));
    const asked = { kind: 'repeated', question: 'how many?', sql: 'SELECT 1' } as const;
    assert.deepEqual(Object.values(manner.first(asked).arguments), ['SELECT 1']);
    assert.deepEqual(manner.teach(asked), manner.first(asked));
  }
});

test('every peer has a pinned version, an adapter, and names no value that there is not', () => {
  const files = namesOf('.server.json');
  assert.ok(files.length >= 2);
  for (const file of files) {
    const peer = SERVER_FILE.parse(JSON.parse(read(join('bench/peers', file))));
    const lines = Object.values(peer.files).flat();
    const all = [...peer.args, ...(peer.stdio_args ?? []), ...lines, peer.program, peer.settings];
    for (const text of all) assert.doesNotMatch(fill(text, VALUES), /\{\{|\}\}/);
    assert.ok(namesOf('.json').includes(file.replace('.server.json', '.json')), file);
  }
});

test('what is between quotes in the files of a peer stays between them', () => {
  assert.equal(fill('password: "{{database_password}}"', VALUES), String.raw`password: "p\"w"`);
  assert.throws(() => fill('{{nothing}}', VALUES), /nothing for \{\{nothing\}\}/);
});
