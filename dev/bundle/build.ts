// Owns making the bundle (.mcpb) that a desktop program installs: the package as npm ships it, with what it needs at the
// versions of the lock file, and the native code of one kind of machine.
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { packExtension } from '@anthropic-ai/mcpb';

import { installPackages, packPackage } from '../npm.ts';
import { run } from '../postgres/command.ts';
import { manifestOf } from './manifest.ts';
import { partsOf } from './targets.ts';
import type { Target } from './targets.ts';

export interface BundleOptions {
  /** Of the package, which is built. */
  readonly root: string;
  readonly target: Target;
  /** The folder it is written to. */
  readonly into: string;
}

/** The model runs by onnxruntime-node; this is its other half, for browsers. */
const FOR_BROWSERS = 'node_modules/onnxruntime-web';
const RUNTIMES = 'node_modules/onnxruntime-node/bin';

/** @returns the path of the bundle. */
export async function buildBundle({ root, target, into }: BundleOptions): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'askonce-bundle-'));
  try {
    await run('tar', ['-xzf', await packPackage(root, scratch), '-C', scratch]);
    const folder = join(scratch, 'package');
    await copyFile(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
    const { platform, cpu } = partsOf(target);
    const libc = platform === 'linux' ? ['--libc=glibc'] : [];
    await installPackages(folder, [`--os=${platform}`, `--cpu=${cpu}`, ...libc]);
    await rm(join(folder, FOR_BROWSERS), { recursive: true });
    await keepRuntimeOf(join(folder, RUNTIMES), platform, cpu);

    await copyFile(join(root, 'mcpb/server.mjs'), join(folder, 'server.mjs'));
    const { version, license } = await packageOf(root);
    const manifest = manifestOf({ version, license, platform });
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2));
    const outputPath = join(into, `askonce-${version}-${target}.mcpb`);
    if (!(await packExtension({ extensionPath: folder, outputPath, silent: true })))
      throw new Error('mcpb refuses the bundle; `npx mcpb validate` says why.');
    return outputPath;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** In bin/napi-vN/PLATFORM/CPU. */
async function keepRuntimeOf(bin: string, platform: string, cpu: string): Promise<void> {
  const [api = '', ...others] = await readdir(bin);
  if (others.length > 0) throw new Error(`onnxruntime-node has more than one binary: ${bin}`);
  const platforms = join(bin, api);
  for (const other of await readdir(platforms))
    if (other !== platform) await rm(join(platforms, other), { recursive: true });
  for (const other of await readdir(join(platforms, platform)))
    if (other !== cpu) await rm(join(platforms, platform, other), { recursive: true });
}

async function packageOf(root: string): Promise<{ version: string; license: string }> {
  const text = await readFile(join(root, 'package.json'), 'utf8');
  return JSON.parse(text) as { version: string; license: string };
}
