import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

import { hashFile, openModelFolder } from '../../../src/embedding/model-folder.ts';

const created: string[] = [];
after(() => Promise.all(created.map((dir) => rm(dir, { recursive: true }))));

const MODEL = {
  'config.json': '{"max_position_embeddings":512}',
  'tokenizer.json': '{}',
  'tokenizer_config.json': '{"model_max_length":128}',
  'onnx/model_quantized.onnx': 'weights',
};

/** A models folder with one model, "org/name"; files given as undefined are left out. */
async function createModels(changes: Record<string, string | undefined> = {}) {
  const modelsDir = await mkdtemp(join(tmpdir(), 'askonce-models-'));
  created.push(modelsDir);
  const path = join(modelsDir, 'org/name');
  for (const [file, text] of Object.entries({ ...MODEL, ...changes })) {
    if (text === undefined) continue;
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return { modelsDir, path };
}

async function writeManifest(modelsDir: string, entry: Record<string, unknown> = {}) {
  const files: Record<string, unknown> = {};
  for (const file of Object.keys(MODEL)) {
    files[file] = await hashFile(join(modelsDir, 'org/name', file));
  }
  const manifest = { default: 'org/name', models: { 'org/name': { files, ...entry } } };
  await writeFile(join(modelsDir, 'manifest.json'), JSON.stringify(manifest));
}

test('a model without a manifest is read from its own files', async () => {
  const { modelsDir, path } = await createModels();
  const folder = await openModelFolder(modelsDir, 'org/name');
  assert.match(folder.modelId, /^org\/name@[0-9a-f]{12}$/);
  assert.equal(folder.path, path);
  assert.equal(folder.dtype, 'q8');
  assert.equal(folder.pooling, 'mean');
  assert.equal(folder.prefix, '');
  assert.equal(folder.maxTokens, 128);
  assert.equal(folder.dimensions, undefined);
});

test('a path leads to the same model as its id, and to models elsewhere by their folder name', async () => {
  const { modelsDir, path } = await createModels();
  const { modelsDir: elsewhere } = await createModels();
  const byId = await openModelFolder(modelsDir, 'org/name');
  assert.deepEqual(await openModelFolder(modelsDir, path), byId);
  const { modelId } = await openModelFolder(elsewhere, path);
  assert.equal(modelId, byId.modelId.replace('org/', ''));
});

test('the manifest says how vectors are made', async () => {
  const { modelsDir } = await createModels({ 'onnx/model_fp16.onnx': 'half' });
  const entry = { dimensions: 256, pooling: 'cls', prefix: 'query: ', max_tokens: 64 };
  await writeManifest(modelsDir, entry);
  const folder = await openModelFolder(modelsDir, 'org/name');
  assert.equal(folder.dimensions, 256);
  assert.equal(folder.pooling, 'cls');
  assert.equal(folder.prefix, 'query: ');
  assert.equal(folder.maxTokens, 64);
  assert.equal(folder.dtype, 'q8');
});

test('a changed file, prefix or token limit is another model', async () => {
  const ids = new Set<string>();
  const open = async (modelsDir: string) =>
    ids.add((await openModelFolder(modelsDir, 'org/name')).modelId);
  const { modelsDir } = await createModels();
  await open(modelsDir);
  await writeManifest(modelsDir, { prefix: 'query: ' });
  await open(modelsDir);
  await writeManifest(modelsDir, { max_tokens: 32 });
  await open(modelsDir);
  for (const file of Object.keys(MODEL)) {
    await open((await createModels({ [file]: `{"other":true}` })).modelsDir);
  }
  await open((await createModels({ 'onnx/model_quantized.onnx_data': 'more' })).modelsDir);
  assert.equal(ids.size, 3 + Object.keys(MODEL).length + 1);
});

test('a corrupt file is named, and so is the way to mend it', async () => {
  const { modelsDir, path } = await createModels();
  await writeManifest(modelsDir);
  await writeFile(join(path, 'onnx/model_quantized.onnx'), 'weighty');
  await assert.rejects(openModelFolder(modelsDir, 'org/name'), {
    code: 'EMBEDDING_FAILED',
    message: /"org\/name" is corrupt: the checksum of onnx\/model_quantized\.onnx differs/,
    hint: /models:fetch/,
  });
});

test('a file without a checksum is not trusted when the manifest knows the model', async () => {
  const { modelsDir } = await createModels();
  await writeManifest(modelsDir, { dtype: 'fp32' });
  await assert.rejects(openModelFolder(modelsDir, 'org/name'), {
    code: 'EMBEDDING_FAILED',
    message: /no checksum of onnx\/model\.onnx/,
  });
});

for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
  test(`a folder without ${file} is refused by that name`, async () => {
    const { modelsDir } = await createModels({ [file]: undefined });
    const message = `The embedding model "org/name" lacks a readable ${file}.`;
    await assert.rejects(openModelFolder(modelsDir, 'org/name'), {
      code: 'EMBEDDING_FAILED',
      message,
    });
  });
}

test('a folder without ONNX files says which were looked for', async () => {
  const { modelsDir } = await createModels({ 'onnx/model_quantized.onnx': undefined });
  await assert.rejects(openModelFolder(modelsDir, 'org/name'), {
    code: 'EMBEDDING_FAILED',
    message: /model_quantized\.onnx, onnx\/model\.onnx, onnx\/model_fp16\.onnx/,
  });
});

test('the precision is chosen from the files that are there', async () => {
  const without = { 'onnx/model_quantized.onnx': undefined };
  const full = await createModels({
    ...without,
    'onnx/model.onnx': 'w',
    'onnx/model_fp16.onnx': 'h',
  });
  const half = await createModels({ ...without, 'onnx/model_fp16.onnx': 'h' });
  assert.equal((await openModelFolder(full.modelsDir, 'org/name')).dtype, 'fp32');
  assert.equal((await openModelFolder(half.modelsDir, 'org/name')).dtype, 'fp16');
});

test('a missing model and an empty name are refused with a way out, and no path is revealed', async () => {
  const { modelsDir } = await createModels();
  for (const model of ['org/other', '']) {
    await assert.rejects(openModelFolder(modelsDir, model), (error: Error & { hint: string }) => {
      assert.match(error.message, /no embedding model/);
      assert.match(error.hint, /EMBEDDING_MODEL/);
      assert.ok(!error.message.includes(modelsDir));
      return true;
    });
  }
});

test('pooling is taken from a sentence-transformers folder when there is no manifest', async () => {
  const { modelsDir } = await createModels({
    '1_Pooling/config.json': '{"pooling_mode_cls_token":true}',
  });
  assert.equal((await openModelFolder(modelsDir, 'org/name')).pooling, 'cls');
});

test('token limits that exporters leave open are bounded by positions, and those by our own', async () => {
  const open = { 'tokenizer_config.json': '{"model_max_length":1e30}' };
  const short = await createModels({ ...open, 'config.json': '{"max_position_embeddings":100}' });
  const long = await createModels({ ...open, 'config.json': '{"max_position_embeddings":8192}' });
  assert.equal((await openModelFolder(short.modelsDir, 'org/name')).maxTokens, 98);
  assert.equal((await openModelFolder(long.modelsDir, 'org/name')).maxTokens, 512);
});

test('a config that is not JSON is refused', async () => {
  const { modelsDir } = await createModels({ 'config.json': '{"max_position' });
  await assert.rejects(openModelFolder(modelsDir, 'org/name'), {
    code: 'EMBEDDING_FAILED',
    message: /config\.json that is not JSON/,
  });
});
