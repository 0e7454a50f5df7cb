// Owns `npm run image`: the image built and tried where there is no Docker, step by step as the Dockerfile says, on a
// bare Debian in a folder. As root on Debian or Ubuntu; some minutes, and 2 GB that are given back.
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cacheFolder } from '../cache-folder.ts';
import { run } from '../postgres/command.ts';
import { localSurroundings } from '../postgres/surroundings.ts';
import { provideBase } from './base.ts';
import { build } from './build.ts';
import { copyContext } from './context.ts';
import { readDockerfile } from './dockerfile.ts';
import { tryImage } from './trial.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** A builder hands these on, too. */
const PROXIES = /^(HTTPS?_PROXY|NO_PROXY|FTP_PROXY|ALL_PROXY)$/i;

/** What this machine needs to reach npm's registry. */
async function registryEnv(): Promise<Record<string, string>> {
  const proxies = Object.entries(process.env).filter(([name]) => PROXIES.test(name));
  const registry = (await run('npm', ['config', 'get', 'registry'])).trim();
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  return {
    ...(Object.fromEntries(proxies) as Record<string, string>),
    npm_config_registry: registry,
    ...(certificates && { NODE_EXTRA_CA_CERTS: '/run/ca.pem' }),
  };
}

async function main(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('only root can make a system in a folder');
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => abort.abort(new Error(`ended by ${signal}`)));
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const kept = join(cacheFolder(process.env), 'image');
  await mkdir(kept, { recursive: true });
  const folder = await mkdtemp(join(kept, 'build-'));
  const surroundings = {
    ...localSurroundings(process.env, abort.signal),
    folder: kept,
    progress,
  };
  try {
    const context = join(folder, 'context');
    await copyContext(ROOT, context);
    const stages = readDockerfile(await readFile(join(ROOT, 'Dockerfile'), 'utf8'));
    const image = await build(stages, {
      folder,
      context,
      provideBase: (name) => provideBase(name, surroundings),
      env: await registryEnv(),
      certificates: process.env['NODE_EXTRA_CA_CERTS'],
      progress,
    });
    await tryImage(image, progress);
    const size = await run('du', ['--summarize', '--block-size=1M', image.root]);
    progress(`the image holds; with its Debian and Node it takes ${Number.parseInt(size, 10)} MB`);
  } finally {
    await run('rm', ['-rf', '--one-file-system', folder], { timeoutMs: 300_000 });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
