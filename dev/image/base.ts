// Owns what stands for the image `node:TAG` where there is no registry of images: a bare Debian of the release that the
// tag names, Node of its major version and npm from npm's registry, and the user node. Made once, kept for the next time.
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { hostMirror, install } from '../postgres/apt.ts';
import { run } from '../postgres/command.ts';
import type { Surroundings } from '../postgres/strategy.ts';
import { nodePackage } from '../node.ts';
import { ended, startEnclosed } from './enclosed.ts';

const TIMEOUT_MS = 900_000;
/** What Node needs beside what every Debian has. */
const PACKAGES = 'libatomic1';
export const BASE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @returns The folder of the system; it is not to be written to. */
export async function provideBase(image: string, surroundings: Surroundings): Promise<string> {
  const [, major, release] = /^node:(\d+)-(\w+)-slim$/.exec(image) ?? [];
  if (major === undefined || release === undefined)
    throw new Error(`${image} is no image that can be made here: node:MAJOR-RELEASE-slim is`);
  const { folder, signal, progress } = surroundings;
  await mkdir(folder, { recursive: true });
  const root = join(folder, image.replace(':', '-'));
  const options = { signal, timeoutMs: TIMEOUT_MS };
  const isThere = await run(join(root, 'usr/local/bin/node'), ['--version'], options).catch(
    () => '',
  );
  if (isThere !== '') return root;
  const draft = await mkdtemp(`${root}.partial-`);
  try {
    progress(`making ${image}: a bare Debian ${release}`);
    await install('debootstrap', surroundings);
    const mirror = await hostMirror();
    const what = ['--variant=minbase', `--include=${PACKAGES}`, release, draft];
    await run('debootstrap', [...what, ...(mirror ? [mirror] : [])], options);
    progress(`making ${image}: Node ${major} and npm`);
    await addNode(draft, major, signal);
    await run('chmod', ['755', draft], options);
    await addUser(draft);
    await rename(draft, root);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return root;
}

async function addNode(root: string, major: string, signal: AbortSignal): Promise<void> {
  const options = { signal, timeoutMs: TIMEOUT_MS };
  const fetched = join(root, 'fetched');
  const npm = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix'];
  const name = nodePackage();
  await run('npm', [...npm, fetched, `${name}@${major}`], options);
  await cp(join(fetched, 'node_modules', name, 'bin/node'), join(root, 'usr/local/bin/node'));
  await rm(fetched, { recursive: true });
  await run('npm', [...npm, join(root, 'usr/local'), '--global', 'npm'], options);
}

async function addUser(root: string): Promise<void> {
  const made = 'groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node';
  const enclosure = { root, user: 'root', workdir: '/', env: { PATH: BASE_PATH } };
  const { code, said } = await ended(startEnclosed(enclosure, ['sh', '-c', made]));
  if (code !== 0) throw new Error(`no user node: ${said}`);
}
