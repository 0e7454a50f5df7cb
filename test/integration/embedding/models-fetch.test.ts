import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createEmbedder } from '../../../src/embedding/embedder.ts';
import { readManifest } from '../../../src/embedding/manifest.ts';
import { createLogger } from '../../../src/logger.ts';
import { MODEL, MODELS_DIR } from './shipped-model.ts';

const SCRIPT = fileURLToPath(new URL('../../../dev/models-fetch.js', import.meta.url));
const COMMIT = 'c0ffee'.padEnd(40, '0');
const LARGE_FILE_BYTES = 100_000;

/** A hub as the real one behaves: small files at once, large ones by a redirect that names their hash. */
const requested: string[] = [];
let damage: (file: string, body: Buffer) => Buffer = (_, body) => body;
const hub = createServer((request, response) => void serve(request, response));
let endpoint = '';
let dir = '';
const created: string[] = [];

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://hub');
  requested.push(pathname);
  const [, org, name, kind, revision, ...rest] = pathname.split('/');
  const file = rest.join('/');
  const model = `${org}/${name}`;
  const known = model === 'tests/mini' || model === 'tests/no-onnx';
  if (!known || (kind !== 'resolve' && kind !== 'cdn')) {
    return void response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end();
  }
  if (revision !== 'main' && revision !== COMMIT) {
    return void response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end();
  }
  const hidden = model === 'tests/no-onnx' && file.startsWith('onnx/');
  const body = hidden ? undefined : await readFile(join(MODELS_DIR, MODEL, file)).catch(() => {});
  if (!body) return void response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
  response.setHeader('x-repo-commit', COMMIT);
  if (kind === 'resolve' && body.length > LARGE_FILE_BYTES) {
    response.setHeader('x-linked-size', body.length);
    response.setHeader('x-linked-etag', `"${createHash('sha256').update(body).digest('hex')}"`);
    const location = pathname.replace('/resolve/', '/cdn/');
    return void response.writeHead(302, { location }).end();
  }
  return void response.end(damage(file, body));
}

before(async () => {
  hub.listen(0, '127.0.0.1');
  await once(hub, 'listening');
  endpoint = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  requested.length = 0;
  damage = (_, body) => body;
  dir = await mkdtemp(join(tmpdir(), 'askonce-fetch-'));
  created.push(dir);
});
after(async () => {
  hub.close();
  await Promise.all(created.map((folder) => rm(folder, { recursive: true })));
});

async function fetchModels(args: string[], host = endpoint) {
  const env = { ...process.env, HF_ENDPOINT: host };
  const child = spawn(process.execPath, [SCRIPT, ...args, '--dir', dir], { env });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  return { code: child.exitCode, stdout, stderr };
}

test('a model is fetched by name, noted in the manifest, and loads like the one that ships', async () => {
  const { code, stderr, stdout } = await fetchModels(['tests/mini']);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /onnx\/model_quantized\.onnx: .* MB \(100 %\)/);
  assert.deepEqual((await readdir(dir)).sort(), ['manifest.json', 'tests']);

  const manifest = await readManifest(dir);
  const entry = manifest.models['tests/mini'];
  assert.equal(manifest.default, 'tests/mini');
  assert.equal(entry?.revision, COMMIT);
  assert.equal(entry?.dtype, 'q8');
  assert.equal(entry?.pooling, 'mean');

  const logger = createLogger('silent');
  const fetched = await createEmbedder({ modelsDir: dir, model: 'tests/mini', logger });
  const shipped = await createEmbedder({ modelsDir: MODELS_DIR, model: MODEL, logger });
  assert.equal(fetched.dimensions, entry?.dimensions);
  assert.deepEqual(await fetched.embed('Show data'), await shipped.embed('Show data'));
  await Promise.all([fetched.close(), shipped.close()]);
});

test('after the first file all others come from the same commit', async () => {
  await fetchModels(['tests/mini']);
  const [first, ...others] = requested;
  assert.match(first ?? '', /\/resolve\/main\//);
  assert.ok(others.every((path) => path.includes(COMMIT) || path.includes('/cdn/')));
});

test('a model that is there is kept, and replaced with --force; the default stays', async () => {
  await cp(join(MODELS_DIR, MODEL), join(dir, 'tests/mini'), { recursive: true });
  await writeFile(join(dir, 'tests/mini/stale'), '');
  await writeFile(join(dir, 'manifest.json'), '{"default":"other","models":{}}');
  const kept = await fetchModels(['tests/mini']);
  assert.equal(kept.code, 1);
  assert.match(kept.stderr, /there already\.\n.*--force/);
  assert.equal(requested.length, 0);

  const forced = await fetchModels([
    'tests/mini',
    '--force',
    '--pooling',
    'cls',
    '--prefix',
    'q: ',
  ]);
  assert.equal(forced.code, 0, forced.stderr);
  assert.ok(!(await readdir(join(dir, 'tests/mini'))).includes('stale'));
  const manifest = await readManifest(dir);
  assert.equal(manifest.default, 'other');
  assert.equal(manifest.models['tests/mini']?.pooling, 'cls');
  assert.equal(manifest.models['tests/mini']?.prefix, 'q: ');
});

test('without a network it says so, with exit code 1 and nothing left behind', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const { code, stderr } = await fetchModels(['tests/mini'], `http://127.0.0.1:${port}`);
  assert.equal(code, 1);
  assert.match(stderr, /No network: .* cannot be reached \(ECONNREFUSED\)/);
  assert.deepEqual(await readdir(dir), []);
});

const FAILURES: Array<{ what: string; args: string[]; says: RegExp }> = [
  {
    what: 'an unknown model is not found',
    args: ['tests/absent'],
    says: /no public model tests\/absent/,
  },
  {
    what: 'an unknown revision is not found',
    args: ['tests/mini', '--revision', 'v9'],
    says: /no revision v9/,
  },
  {
    what: 'a repository without ONNX says which files were tried',
    args: ['tests/no-onnx'],
    says: /tried onnx\/model_quantized\.onnx, onnx\/model\.onnx, onnx\/model_fp16\.onnx/,
  },
  {
    what: 'a precision that is not there says which file was tried',
    args: ['tests/mini', '--dtype', 'fp16'],
    says: /tried onnx\/model_fp16\.onnx/,
  },
  {
    what: 'an unknown precision is refused',
    args: ['a/b', '--dtype', 'q9'],
    says: /q8, fp32, fp16/,
  },
  { what: 'a name without organisation is refused', args: ['mini'], says: /ORG\/NAME/ },
  { what: 'a name that climbs out is refused', args: ['../x'], says: /ORG\/NAME/ },
  { what: 'an unknown option is refused', args: ['a/b', '--quick'], says: /--quick/ },
];

for (const { what, args, says } of FAILURES) {
  test(`${what}, with exit code 1 and nothing left behind`, async () => {
    const { code, stderr } = await fetchModels(args);
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.deepEqual(await readdir(dir), []);
  });
}

test('a file that arrives short or changed is refused and nothing is installed', async () => {
  const flipped = (body: Buffer) =>
    Buffer.from(body.map((byte, at) => (at === 9 ? byte ^ 1 : byte)));
  const damages = [
    { alter: (body: Buffer) => body.subarray(1), says: /bytes, \d+ expected/ },
    { alter: flipped, says: /another checksum/ },
  ];
  for (const { alter, says } of damages) {
    damage = (file, body) => (file.endsWith('.onnx') ? alter(body) : body);
    const { code, stderr } = await fetchModels(['tests/mini']);
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.deepEqual(await readdir(dir), []);
  }
});

test('--help tells the options and fetches nothing', async () => {
  const { code, stdout } = await fetchModels(['--help']);
  assert.equal(code, 0);
  assert.match(stdout, /--revision R/);
  assert.equal(requested.length, 0);
});
