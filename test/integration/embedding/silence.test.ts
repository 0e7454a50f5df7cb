import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { MODEL, MODELS_DIR } from './shipped-model.ts';

const run = promisify(execFile);
const EMBEDDER = new URL('../../../src/embedding/embedder.js', import.meta.url).href;
const LOGGER = new URL('../../../src/logger.js', import.meta.url).href;
const PROGRAM = `
  import { createEmbedder } from ${JSON.stringify(EMBEDDER)};
  import { createLogger } from ${JSON.stringify(LOGGER)};
  const [modelsDir, model] = process.argv.slice(2);
  const embedder = await createEmbedder({ modelsDir, model, logger: createLogger('trace') });
  await embedder.embed('Show customer data');
  await embedder.embed('long '.repeat(5000));
  await embedder.close();
`;

let home = '';
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'askonce-home-'));
});
after(() => rm(home, { recursive: true }));

test('embedding writes nothing to stdout and nothing into the home folder', async () => {
  const program = join(home, 'program.mjs');
  await writeFile(program, PROGRAM);
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, '.cache') };
  const { stdout } = await run(process.execPath, [program, MODELS_DIR, MODEL], { env });
  assert.equal(stdout, '');
  // ONNX Runtime keeps its telemetry there when it is not turned off.
  assert.deepEqual(await readdir(home), ['program.mjs']);
});
